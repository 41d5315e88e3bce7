"""The rows of a file together: where each lies, beside the others and beside the register."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from backend.enterprises.importing.headings import EXPORTED
from backend.enterprises.importing.reference import name_key, nearest
from backend.enterprises.importing.rows import Row, RowReader, shown
from backend.enterprises.models import Enterprise
from backend.foundation.spreadsheets import Cell
from backend.territory.dividing import to_lonlat
from backend.territory.queries import locate_many
from backend.territory.shifted import BD09, GCJ02, unshifted


@dataclass(frozen=True)
class Judge(RowReader):
    """`crs`: of positions whose heading does not say: an EPSG code, GCJ-02 or BD-09."""

    crs: str

    def rows_of(self, table: Sequence[Sequence[Cell]]) -> list[Row]:
        """Every row below the headings that is not blank, judged by itself, by its place, and beside the others."""
        below = enumerate(table[self.headings.last + 1 :], self.headings.last + 2)
        rows = [self.read(number, cells) for number, cells in below if any(shown(cell) for cell in cells)]
        self._place(rows)
        for row in rows:
            self._belongs_to_village(row)
        self._compare(rows)
        self._parks(rows)
        return rows

    def _place(self, rows: list[Row]) -> None:
        """Positions to CGCS2000, and the grid in which each lies."""
        for row in rows:
            missing = [n for n in ("lon", "lat") if n in row.values and row.values[n] is None]
            if missing:
                self.fault(row, missing[0], "position_missing", "没有经纬度", "在地图上查到经纬度后填上")
        placed = [row for row in rows if row.values.get("lon") is not None and row.values.get("lat") is not None]
        if not placed:
            return
        xs, ys = [row.values["lon"] for row in placed], [row.values["lat"] for row in placed]
        found = self._located(xs, ys)
        swapped = self._located(ys, xs)
        for row, (lon, lat, grid), other in zip(placed, found, swapped, strict=True):
            row.values |= {"lon": lon, "lat": lat, "grid": grid}
            if grid is None:
                self._explain_outside(row, swapped=other[2] is not None)

    def _located(self, xs: list[float], ys: list[float]) -> list[tuple[float, float, str | None]]:
        datum = self.headings.datum or self.crs
        if datum in (GCJ02, BD09):
            lons, lats = unshifted(np.array(xs, dtype=float), np.array(ys, dtype=float), datum)
        else:
            lons, lats = np.array(to_lonlat(xs, ys, datum)).T
        # a centimetre and less is noise of the conversion; and what is exported must come back as the same number
        lons, lats = np.round(lons, 7), np.round(lats, 7)
        grids = locate_many(self.known.town, lons.tolist(), lats.tolist())
        return list(zip(lons.tolist(), lats.tolist(), grids, strict=True))

    def _explain_outside(self, row: Row, *, swapped: bool) -> None:
        point = f"{row.values['lon']},{row.values['lat']}"
        if swapped:
            self.fault(row, "lon", "position_swapped", f"经度和纬度填反了：{point}", "把两格对调")
        else:
            todo = "核对经纬度和坐标系；在邻镇的单位由邻镇登记"
            self.fault(row, "lon", "position_outside", f"点 {point} 不在本镇的任何一个网格内", todo)

    def _belongs_to_village(self, row: Row) -> None:
        grid, named = row.values.get("grid"), row.values.get("village")
        if not grid:
            return
        if not named:
            row.values["village"] = grid[:12]
        elif grid[:12] != named:
            names = self.known.village_names
            why = f"坐标在{names[grid[:12]]}，不在所填的{names[named]}"
            self.fault(row, "village", "other_village", why, "改正经纬度，或改正村名")

    def _compare(self, rows: list[Row]) -> None:
        """With sound rows further up, and with the register."""
        codes: dict[str, int] = {}
        named: dict[tuple[str, str], list[Row]] = {}
        for row in rows:
            if row.faults:
                continue
            code, key = row.values["uscc"], (name_key(row.values["name"]), row.values["village"])
            twins = [other for other in named.get(key, []) if not (code and other.values["uscc"])]
            if code in codes or twins:
                first = codes[code] if code in codes else twins[0].number
                what = "uscc" if code in codes else "name"
                self.fault(row, what, "repeated_in_file", f"与第 {first} 行是同一个单位", "留下其中一行")
                continue
            self._compare_with_register(row, key)
            if code:
                codes[code] = row.number
            named.setdefault(key, []).append(row)

    def _compare_with_register(self, row: Row, key: tuple[str, str]) -> None:
        code = row.values["uscc"]
        unit = self.known.by_uscc.get(code) if code else None
        unit = unit or next((u for u in self.known.by_name.get(key, []) if not (code and u.uscc)), None)
        if unit is None:
            return
        if unit.town_code != self.known.town:
            why = f"代码 {code} 已登记在系统里，不在本镇"
            self.fault(row, "uscc", "registered_elsewhere", why, "核对代码；确已迁入的，由上级处理")
            return
        differing = [EXPORTED[n] for n in sorted(row.given) if _differs(row.values[n], registered_value(unit, n))]
        if differing:
            why = f"“{unit.name}”已在册，与登记不同的是：{'、'.join(differing)}"
            self.fault(
                row, "uscc" if code else "name", "already_registered", why, "导入只新增；要改登记，请在名录里修改"
            )
        else:
            row.unchanged = True

    def _parks(self, rows: list[Row]) -> None:
        """A park is on the register, or is itself a sound row of the file, and is nobody's tenant."""
        in_file = {name_key(r.values["name"]) for r in rows if not r.faults and not r.values.get("park")}
        for row in rows:
            park = row.values.get("park")
            if park and name_key(park) not in self.known.parks | in_file:
                why = f"名录和本文件里都没有可作园区的“{park}”{nearest(name_key(park), self.known.parks)}"
                self.fault(row, "park", "unknown_park", why, "先登记园区（或出租方），或改正名称；不在园区的留空")


def registered_value(unit: Enterprise, name: str) -> Any:
    """What the register says, in the form in which a row says it."""
    manager = next(iter(getattr(unit, "safety_managers", ())), None)
    match name:
        case "village":
            return unit.village_id
        case "department":
            return str(unit.department_id or "")
        case "park":
            return unit.park.name if unit.park else ""
        case "safety_manager":
            return manager.name if manager else ""
        case "safety_manager_phone":
            return manager.phone if manager else ""
        case _:
            return getattr(unit, name)


def _differs(read: Any, registered: Any) -> bool:
    if isinstance(read, float) and isinstance(registered, float):
        return abs(read - registered) > 1e-7
    if isinstance(read, str) and isinstance(registered, str):
        return name_key(read) != name_key(registered)
    return bool(read != registered)
