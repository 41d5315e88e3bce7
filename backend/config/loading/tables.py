"""CSV as offices send it: UTF-8 with or without mark, or GB18030; read into rows that know where they stand."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model

from backend.config.loading.faults import Faults

# signs typed with a Chinese input method on; only in columns that hold codes and numbers, never in names
_HALF_WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_PLAIN = frozenset({"phone", "role", "uscc", "kind", "sectors", "tags", "lon", "lat", "principal_phone", "workers", "risk",
                    "code", "sector", "since"})  # fmt: skip


@dataclass(frozen=True)
class Row:
    """`number` is what a spreadsheet shows beside it: the header is row 1."""

    file: str
    number: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def list(self, column: str) -> list[str]:
        """The parts of a cell that are separated by 、 or ;"""
        parts = self.cells[column].replace(";", "、").replace("；", "、").split("、")
        return [part.strip() for part in parts if part.strip()]


def read_table(path: Path, columns: Sequence[str], faults: Faults) -> list[Row]:
    """Its sound rows; what is wrong with the file, its columns or a row goes to `faults`."""
    if not path.is_file():
        faults.add(path.name, None, None, "没有这个文件", f"放进镇文件夹，列为 {','.join(columns)}")
        return []
    text = _decoded(path.read_bytes())
    if text is None or "\0" in text:
        faults.add(path.name, None, None, "既不是 UTF-8 也不是 GB18030 的文本", "另存为 CSV UTF-8")
        return []
    try:
        lines = list(csv.reader(StringIO(text, newline="")))
    except csv.Error as error:
        faults.add(path.name, None, None, f"不是 CSV（{error}）", "检查引号是否成对，重新另存为 CSV")
        return []
    header = [cell.strip() for cell in lines[0]] if lines else []
    if not _header_serves(path.name, header, columns, faults):
        return []
    return [row for number, cells in enumerate(lines[1:], 2) if (row := _row(path.name, number, header, cells, faults))]


def _decoded(content: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _header_serves(file: str, header: list[str], columns: Sequence[str], faults: Faults) -> bool:
    missing = [column for column in columns if column not in header]
    for column in missing:
        faults.add(file, 1, column, "缺这一列", f"补上；应有的列：{','.join(columns)}")
    twice = sorted({column for column in header if column and header.count(column) > 1})
    for column in twice:
        faults.add(file, 1, column, "这一列出现两次", "删去一列或改名")
    return not missing and not twice


def _row(file: str, number: int, header: list[str], cells: list[str], faults: Faults) -> Row | None:
    if not any(cell.strip() for cell in cells):
        return None
    if len(cells) != len(header):
        faults.add(
            file,
            number,
            None,
            f"有 {len(cells)} 格，表头有 {len(header)} 格",
            "补齐或删去多余的逗号；含逗号的内容加一对引号",
        )
        return None
    return Row(file, number, {column: _clean(column, cell) for column, cell in zip(header, cells, strict=True)})


def _clean(column: str, cell: str) -> str:
    return (cell.translate(_HALF_WIDTH) if column in _PLAIN else cell).strip()


def check_filled(rows: Iterable[Row], columns: Sequence[str], faults: Faults) -> None:
    for row in rows:
        for column in columns:
            if not row[column]:
                faults.add(row.file, row.number, column, "是空的", "填上")


def check_lengths(rows: Iterable[Row], model: type[Model], faults: Faults) -> None:
    """SQLite would take any length, PostgreSQL refuses: so the columns' own limits are looked at here."""
    for row in rows:
        for column, cell in row.cells.items():
            most = _limit(model, column)
            if most is not None and len(cell) > most:
                faults.add(row.file, row.number, column, f"有 {len(cell)} 个字，最多 {most} 个", "写短")


def _limit(model: type[Model], column: str) -> int | None:
    try:
        return getattr(model._meta.get_field(column), "max_length", None)
    except FieldDoesNotExist:
        return None


def check_unique(rows: Iterable[Row], column: str, faults: Faults) -> None:
    """Blank cells do not count."""
    first: dict[str, int] = {}
    for row in rows:
        value = row[column]
        if value and value in first:
            faults.add(row.file, row.number, column, f"“{value}”与第 {first[value]} 行重复", "改正其中一行，或删去一行")
        first.setdefault(value, row.number)


def check_known(rows: Iterable[Row], column: str, known: Iterable[str], faults: Faults) -> None:
    """The cell must be one of `known`; blank cells do not count."""
    _check_parts(((row, [row[column]] if row[column] else []) for row in rows), column, known, faults)


def check_all_known(rows: Iterable[Row], column: str, known: Iterable[str], faults: Faults) -> None:
    """Every part of a cell with a list must be one of `known`."""
    _check_parts(((row, row.list(column)) for row in rows), column, known, faults)


def _check_parts(cells: Iterable[tuple[Row, list[str]]], column: str, known: Iterable[str], faults: Faults) -> None:
    allowed = list(known)
    for row, parts in cells:
        for part in parts:
            if part not in allowed:
                faults.add(row.file, row.number, column, f"不认识“{part}”", f"用：{'、'.join(allowed)}")
