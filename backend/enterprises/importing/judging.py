"""A table of units, row by row: what was read, and for whatever cannot be taken the field, the reason and what to do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db.models import Model

from backend.enterprises.importing import cells
from backend.enterprises.importing.cells import CellFault
from backend.enterprises.importing.headings import EXPORTED, Headings
from backend.enterprises.importing.reference import Names, Reference, name_key, nearest
from backend.enterprises.models import Enterprise, Kind, Risk, Staff
from backend.foundation.spreadsheets import Cell
from backend.territory.dividing import to_lonlat
from backend.territory.queries import locate_many
from backend.territory.shifted import BD09, GCJ02, unshifted

# field → how its cell is read; the others are looked up among known names
_READ: dict[str, Callable[[Cell], Any]] = {
    "name": cells.text_of, "uscc": cells.uscc_of, "address": cells.text_of, "lon": cells.coordinate_of,
    "lat": cells.coordinate_of, "principal": cells.text_of, "principal_phone": cells.phone_of, "park": cells.text_of,
    "safety_manager": cells.text_of, "safety_manager_phone": cells.phone_of, "workers": cells.count_of,
    "opened_on": cells.date_of, "village": cells.text_of, "department": cells.text_of, "kind": cells.text_of,
    "risk": cells.text_of, "sectors": cells.parts_of, "tags": cells.parts_of,
}  # fmt: skip


def _longest(model: type[Model], column: str) -> int:
    return int(getattr(model._meta.get_field(column), "max_length", 0))


_REQUIRED = ("name", "sectors")
_LONGEST: dict[str, int] = {
    **{name: _longest(Enterprise, name) for name in ("name", "address", "principal", "principal_phone")},
    "safety_manager": _longest(Staff, "name"),
}
_TOTALS = ("合计", "总计", "小计", "共计")
_DEFAULTS = {
    "kind": (Kind.ENTERPRISE.value, "没填单位类型，按“企业”登记"),
    "risk": (Risk.BLUE.value, "没填风险等级，按“蓝”登记"),
}


@dataclass
class Row:
    """`number` as a spreadsheet counts, from 1. `values` holds what could be read, whatever the faults."""

    number: int
    cells: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    """fields whose cell was not blank"""
    faults: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unchanged: bool = False


@dataclass(frozen=True)
class Judge:
    """`crs`: of positions whose heading does not say: an EPSG code, GCJ-02 or BD-09."""

    headings: Headings
    known: Reference
    crs: str

    def rows_of(self, table: Sequence[Sequence[Cell]]) -> list[Row]:
        """Every row below the headings that is not blank, judged by itself, by its place, and beside the others."""
        below = enumerate(table[self.headings.last + 1 :], self.headings.last + 2)
        rows = [self._read(number, cells) for number, cells in below if any(_shown(cell) for cell in cells)]
        self._place(rows)
        for row in rows:
            self._belongs_to_village(row)
        self._compare(rows)
        self._parks(rows)
        return rows

    def _fault(self, row: Row, name: str, code: str, why: str, todo: str) -> None:
        column = self.headings.columns.get(name)
        label = self.headings.labels[column] if column is not None else EXPORTED.get(name, name)
        row.faults.append({"field": name, "column": label, "code": code, "why": why, "todo": todo})

    def _read(self, number: int, raw: Sequence[Cell]) -> Row:
        row = Row(number, [_shown(cell) for cell in raw])
        if any(row.cells[:3].count(word) for word in _TOTALS):
            self._fault(row, "name", "total_row", "这是合计行，不是一个单位", "不用处理；合计行不导入")
            return row
        if any(row.cells[len(self.headings.labels) :]):
            self._fault(
                row, "name", "too_many_cells", f"有 {len(row.cells)} 格，表头只有 {len(self.headings.labels)} 格",
                "删去多余的逗号；含逗号的内容加一对引号",
            )  # fmt: skip
        for name, read in _READ.items():
            column = self.headings.columns.get(name)
            cell = raw[column] if column is not None and column < len(raw) else None
            if _shown(cell):
                row.given.add(name)
            try:
                row.values[name] = read(cell)
            except CellFault as fault:
                self._fault(row, name, fault.code, fault.why, fault.todo)
        self._check_filled(row)
        self._look_up(row)
        return row

    def _check_filled(self, row: Row) -> None:
        for name in _REQUIRED:
            if name in row.values and not row.values[name]:
                self._fault(row, name, "missing", f"{EXPORTED[name]}是空的", "填上")
        for name, most in _LONGEST.items():
            if len(row.values.get(name, "")) > most:
                self._fault(row, name, "too_long", f"有 {len(row.values[name])} 个字，最多 {most} 个", "写短")
        for name, (value, note) in _DEFAULTS.items():
            if row.values.get(name) == "":
                row.values[name] = value
                row.notes.append(note)

    def _look_up(self, row: Row) -> None:
        known, values = self.known, row.values
        values["sectors"] = self._all(
            row, "sectors", known.sectors, "unknown_sector", "填 23 个重点行业领域之一，或“其他与新业态”"
        )
        values["tags"] = self._all(
            row, "tags", known.tags, "unknown_tag", "用系统里的标签；镇里新增的标签先由安委办加上"
        )
        for name, names, code in (
            ("kind", known.kinds, "unknown_kind"), ("risk", known.risks, "unknown_risk"),
            ("department", known.departments, "unknown_department"),
        ):  # fmt: skip
            if text := values.get(name):
                values[name] = self._one(row, name, text, names, code)
        if text := values.get("village"):
            values["village"] = self._village(row, text)

    def _all(self, row: Row, name: str, names: Names, code: str, todo: str) -> list[str]:
        found: list[str] = []
        for part in row.values.get(name, []):
            if meant := names.get(name_key(part)):
                found.append(meant[0])
            else:
                self._fault(row, name, code, f"不认识“{part}”{nearest(part, names)}", todo)
        return list(dict.fromkeys(found))

    def _one(self, row: Row, name: str, text: str, names: Names, code: str) -> str:
        meant = names.get(name_key(text), [])
        if len(meant) == 1:
            return meant[0]
        why = f"“{text}”可以指几个部门" if meant else f"不认识“{text}”{nearest(text, names)}"
        self._fault(row, name, code, why, "改成系统里的名称；没有的留空")
        return ""

    def _village(self, row: Row, text: str) -> str:
        meant = self.known.village_of(text)
        if len(meant) == 1:
            return meant[0]
        if meant:
            self._fault(row, "village", "ambiguous_village", f"“{text}”可以指几个村", "填 12 位村代码")
        else:
            hint = nearest(text, self.known.village_names.values())
            self._fault(
                row, "village", "unknown_village", f"本镇没有“{text}”这个村（社区）{hint}", "改正村名，或填 12 位村代码"
            )
        return ""

    def _place(self, rows: list[Row]) -> None:
        """Positions to CGCS2000, and the grid in which each lies."""
        for row in rows:
            missing = [n for n in ("lon", "lat") if n in row.values and row.values[n] is None]
            if missing:
                self._fault(row, missing[0], "position_missing", "没有经纬度", "在地图上查到经纬度后填上")
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
            self._fault(row, "lon", "position_swapped", f"经度和纬度填反了：{point}", "把两格对调")
        else:
            todo = "核对经纬度和坐标系；在邻镇的单位由邻镇登记"
            self._fault(row, "lon", "position_outside", f"点 {point} 不在本镇的任何一个网格内", todo)

    def _belongs_to_village(self, row: Row) -> None:
        grid, named = row.values.get("grid"), row.values.get("village")
        if not grid:
            return
        if not named:
            row.values["village"] = grid[:12]
        elif grid[:12] != named:
            names = self.known.village_names
            why = f"坐标在{names[grid[:12]]}，不在所填的{names[named]}"
            self._fault(row, "village", "other_village", why, "改正经纬度，或改正村名")

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
                self._fault(row, what, "repeated_in_file", f"与第 {first} 行是同一个单位", "留下其中一行")
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
            self._fault(row, "uscc", "registered_elsewhere", why, "核对代码；确已迁入的，由上级处理")
            return
        differing = [EXPORTED[n] for n in sorted(row.given) if _differs(row.values[n], registered_value(unit, n))]
        if differing:
            why = f"“{unit.name}”已在册，与登记不同的是：{'、'.join(differing)}"
            self._fault(
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
                self._fault(row, "park", "unknown_park", why, "先登记园区（或出租方），或改正名称；不在园区的留空")


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


def _shown(cell: Cell) -> str:
    """A cell as it is kept and shown again; no database keeps NUL."""
    return "" if cell is None else str(cell).replace("\0", "\ufffd").strip()
