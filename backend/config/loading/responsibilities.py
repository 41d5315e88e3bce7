"""responsibilities.csv, which may be left out: which department answers for which sector, in the town or in one village."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path

from backend.config.loading.faults import Faults
from backend.config.loading.tables import Row, check_filled, check_known, check_lengths, read_table
from backend.enterprises.models import Responsibility
from backend.enterprises.sectors import SECTORS

FILE = "responsibilities.csv"
COLUMNS = ("sector", "village", "department", "since", "basis")


def read_responsibilities(folder: Path, faults: Faults) -> list[Row]:
    if not (folder / FILE).exists():
        return []
    rows = read_table(folder / FILE, COLUMNS, faults)
    check_filled(rows, ("sector", "department", "since"), faults)
    check_lengths(rows, Responsibility, faults)
    check_known(rows, "sector", SECTORS, faults)
    for row in rows:
        if row["since"] and not _is_day(row["since"]):
            faults.add(FILE, row.number, "since", f"“{row['since']}”不是日期", "写成 2023-06-15 这样")
    return rows


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def check_belonging(rows: list[Row], departments: Collection[str], villages: dict[str, str], faults: Faults) -> None:
    """Departments and villages exist, and nobody is named twice for the same. `villages`: name or code → code."""
    first: dict[tuple[str, str], int] = {}
    for row in rows:
        for column, known, file in (
            ("department", departments, "departments.csv"),
            ("village", villages, "villages.geojson"),
        ):
            if row[column] and row[column] not in known:
                faults.add(FILE, row.number, column, f"{file} 里没有“{row[column]}”", "改正名称，或在那个文件里补上")
        place = row["sector"], villages.get(row["village"], row["village"])
        if place in first:
            why = f"行业领域 {row['sector']} 在同一地方已由第 {first[place]} 行写明"
            faults.add(FILE, row.number, "sector", why, "删去其中一行")
        first.setdefault(place, row.number)
