"""Everything wrong with a folder, gathered before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.territory.dividing import Fault, InputError

# what the grids library calls its arguments → the file they come from
_ARGUMENTS = {
    "villages": "villages.geojson", "coverage": "villages.geojson", "within": "limit.geojson",
    "points": "enterprises.csv", "options": "town.yaml",
}  # fmt: skip


class Faults:
    def __init__(self) -> None:
        self.found: list[Fault] = []

    def add(self, file: str, row: int | None, field: str | None, why: str, remedy: str) -> None:
        """`row` as a spreadsheet counts it in CSV (the header is row 1), as the feature's number in GeoJSON."""
        self.found.append(Fault(file, row, field, why, remedy))

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """Faults raised inside are kept, and what comes after the block goes on."""
        try:
            yield
        except InputError as error:
            self.found += [_in_folder(fault) for fault in error.faults]

    def refuse(self) -> None:
        """Raise InputError when there is at least one fault."""
        if self.found:
            raise InputError(self.found)


def in_words(fault: Fault) -> str:
    """`people.csv 第 3 行 phone：为什么；怎么办`."""
    place = [fault.file]
    if fault.row is not None:
        place.append(f"第 {fault.row} 行")
    if fault.field is not None:
        place.append(fault.field)
    return f"{' '.join(place)}：{fault.why}；{fault.remedy}"


def _in_folder(fault: Fault) -> Fault:
    name = _ARGUMENTS.get(fault.file) or Path(fault.file).name
    return Fault(name, fault.row, fault.field, fault.why, fault.remedy)
