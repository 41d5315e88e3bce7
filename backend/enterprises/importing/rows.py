"""One row of a file by itself: its cells read, looked up, and for whatever cannot be taken the field, why and what to do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from backend.enterprises.importing import cells
from backend.enterprises.importing.cells import CellFault
from backend.enterprises.importing.headings import EXPORTED, Headings
from backend.enterprises.importing.reference import Names, Reference, name_key, nearest
from backend.enterprises.models import Enterprise, Kind, Risk, Staff
from backend.foundation.spreadsheets import Cell

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
class RowReader:
    headings: Headings
    known: Reference

    def fault(self, row: Row, name: str, code: str, why: str, todo: str) -> None:
        column = self.headings.columns.get(name)
        label = self.headings.labels[column] if column is not None else EXPORTED.get(name, name)
        row.faults.append({"field": name, "column": label, "code": code, "why": why, "todo": todo})

    def read(self, number: int, raw: Sequence[Cell]) -> Row:
        row = Row(number, [shown(cell) for cell in raw])
        if any(name_key(cell) in _TOTALS for cell in row.cells[:3]):
            self.fault(row, "name", "total_row", "这是合计行，不是一个单位", "不用处理；合计行不导入")
            return row
        if any(row.cells[len(self.headings.labels) :]):
            self.fault(
                row, "name", "too_many_cells", f"有 {len(row.cells)} 格，表头只有 {len(self.headings.labels)} 格",
                "删去多余的逗号；含逗号的内容加一对引号",
            )  # fmt: skip
        for name, read in _READ.items():
            column = self.headings.columns.get(name)
            cell = raw[column] if column is not None and column < len(raw) else None
            if shown(cell):
                row.given.add(name)
            try:
                row.values[name] = read(cell)
            except CellFault as fault:
                self.fault(row, name, fault.code, fault.why, fault.todo)
        self._check_filled(row)
        self._look_up(row)
        return row

    def _check_filled(self, row: Row) -> None:
        for name in _REQUIRED:
            if name in row.values and not row.values[name]:
                self.fault(row, name, "missing", f"{EXPORTED[name]}是空的", "填上")
        for name, most in _LONGEST.items():
            if len(row.values.get(name, "")) > most:
                self.fault(row, name, "too_long", f"有 {len(row.values[name])} 个字，最多 {most} 个", "写短")
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
                self.fault(row, name, code, f"不认识“{part}”{nearest(part, names)}", todo)
        return list(dict.fromkeys(found))

    def _one(self, row: Row, name: str, text: str, names: Names, code: str) -> str:
        meant = names.get(name_key(text), [])
        if len(meant) == 1:
            return meant[0]
        why = f"“{text}”可以指几个部门" if meant else f"不认识“{text}”{nearest(text, names)}"
        self.fault(row, name, code, why, "改成系统里的名称；没有的留空")
        return ""

    def _village(self, row: Row, text: str) -> str:
        meant = self.known.village_of(text)
        if len(meant) == 1:
            return meant[0]
        if meant:
            self.fault(row, "village", "ambiguous_village", f"“{text}”可以指几个村", "填 12 位村代码")
        else:
            hint = nearest(text, self.known.village_names.values())
            self.fault(
                row, "village", "unknown_village", f"本镇没有“{text}”这个村（社区）{hint}", "改正村名，或填 12 位村代码"
            )
        return ""


def shown(cell: Cell) -> str:
    """A cell as it is kept and shown again; no database keeps NUL."""
    return "" if cell is None else str(cell).replace("\0", "\ufffd").strip()
