"""enterprises.csv: the register, each row checked and put in its place."""

from __future__ import annotations

from collections.abc import Collection
from math import isfinite
from pathlib import Path

from backend.config.loading.faults import Faults
from backend.config.loading.tables import (
    Row,
    check_all_known,
    check_filled,
    check_known,
    check_lengths,
    check_unique,
    read_table,
)
from backend.enterprises import credit_code
from backend.enterprises.models import Enterprise, Kind, Risk, Standing
from backend.enterprises.sectors import SECTORS
from backend.enterprises.tags import tags_of_plan
from backend.territory.dividing import Locator, to_lonlat

FILE = "enterprises.csv"
COLUMNS = ("name", "uscc", "kind", "sectors", "tags", "village", "address", "lon", "lat", "principal", "principal_phone",
           "department", "workers", "risk")  # fmt: skip
FILLED = ("name", "kind", "sectors", "village", "lon", "lat", "risk")

# An inspector's year: each class up is visited about twice as often, so it is twice the work in a grid.
WORK_BY_RISK = {Risk.RED: 8.0, Risk.ORANGE: 4.0, Risk.YELLOW: 2.0, Risk.BLUE: 1.0}


def read_enterprises(folder: Path, faults: Faults) -> list[Row]:
    rows = read_table(folder / FILE, COLUMNS, faults)
    check_filled(rows, FILLED, faults)
    check_lengths(rows, Enterprise, faults)
    for column in ("name", "uscc"):
        check_unique(rows, column, faults)
    check_known(rows, "kind", Kind.values, faults)
    check_known(rows, "risk", Risk.values, faults)
    check_all_known(rows, "sectors", SECTORS, faults)
    check_all_known(rows, "tags", sorted(tag.key for tag in tags_of_plan()), faults)
    for row in rows:
        _check_code(row, faults)
        _check_numbers(row, faults)
    return rows


def _check_code(row: Row, faults: Faults) -> None:
    why = credit_code.why_wrong(row["uscc"]) if row["uscc"] else None
    if why:
        faults.add(FILE, row.number, "uscc", f"统一社会信用代码{why}", "对照营业执照改正；没有代码的留空")


def _check_numbers(row: Row, faults: Faults) -> None:
    for column in ("lon", "lat"):
        if row[column] and _number(row[column]) is None:
            faults.add(FILE, row.number, column, f"“{row[column]}”不是数", "写小数，例如 112.476612")
    if row["workers"] and not (row["workers"].isascii() and row["workers"].isdigit()):
        faults.add(FILE, row.number, "workers", f"“{row['workers']}”不是人数", "写整数；不知道的留空")


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def check_codes_free(rows: list[Row], faults: Faults) -> None:
    codes = [row["uscc"] for row in rows if row["uscc"]]
    listed = Enterprise.objects.exclude(standing=Standing.STRUCK)
    taken = set(listed.filter(uscc__in=codes).values_list("uscc", flat=True))
    for row in rows:
        if row["uscc"] in taken:
            faults.add(FILE, row.number, "uscc", f"{row['uscc']} 已登记在系统里", "核对代码；同一单位不要登记两次")


def check_departments(rows: list[Row], departments: Collection[str], faults: Faults) -> None:
    for row in rows:
        if row["department"] and row["department"] not in departments:
            why = f"departments.csv 里没有“{row['department']}”"
            faults.add(FILE, row.number, "department", why, "改正名称，或在 departments.csv 里补上")


def places_of(rows: list[Row], crs: str) -> list[tuple[float, float]]:
    """EPSG:4490 lon/lat of each row. Only for rows whose numbers have been checked."""
    return to_lonlat([float(row["lon"]) for row in rows], [float(row["lat"]) for row in rows], crs)


def check_places(
    rows: list[Row], places: list[tuple[float, float]], villages: dict[str, str], locator: Locator, faults: Faults
) -> None:
    """Each point must lie in the village that its row names. `villages`: name or code → code."""
    names = {code: name for name, code in villages.items() if name != code}
    found = locator.locate_many([lon for lon, _ in places], [lat for _, lat in places])
    for row, lies_in in zip(rows, found, strict=True):
        named = villages.get(row["village"])
        point = f"点 {row['lon']},{row['lat']}"
        if not row["village"]:
            continue  # said already
        if named is None:
            faults.add(FILE, row.number, "village", f"没有“{row['village']}”这个村", "改正村名，与村界文件一致")
        elif lies_in is None:
            remedy = "核对经纬度（先经度后纬度）和 town.yaml 的坐标系"
            faults.add(FILE, row.number, "lon,lat", f"{point} 不在任何一个村内", remedy)
        elif lies_in != named:
            why = f"{point} 在{names[lies_in]}，不在所填的{names[named]}"
            faults.add(FILE, row.number, "lon,lat", why, "改正经纬度，或改正 village")
