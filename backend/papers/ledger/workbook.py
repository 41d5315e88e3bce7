"""The ledger as an XLSX that an office prints: A3 landscape, two sheets wide, heads and first columns on every one.

Written row by row; neither the rows of the database nor those of the workbook are ever all in memory.
"""

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from math import ceil
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from backend.hazards.states import HazardState, Level
from backend.hazards.views import HazardView
from backend.papers.ledger.columns import COLUMNS, overdue_days
from backend.papers.ledger.pen import Pen
from backend.papers.ledger.reading import Shown

FIRST_ROW = 6  # title, about, blank, two heads
KEPT_COLUMNS = 3
LINE_PT = 13.5
OVERDUE = next(n for n, column in enumerate(COLUMNS) if column.name == "逾期天数")


def write_ledger(chunks: Iterable[list[Shown]], *, title: str, about: str, foot: str) -> bytes:
    """`about`: the line under the title; `foot`: what stands at the bottom of every page."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("台账")
    _set_up(sheet, foot)
    pen = Pen(sheet)
    for cells in _heads(pen, title, about):
        sheet.append(cells)
    counted, number = Counter[str](), FIRST_ROW - 1
    for rows in chunks:
        for row in rows:
            days = overdue_days(row)
            _count(counted, row.view, days)
            number += 1
            _append(sheet, number, _row(pen, row, days))
    _append(sheet, number + 1, _sums(pen, counted))
    sheet.auto_filter.ref = f"A{FIRST_ROW - 1}:{get_column_letter(len(COLUMNS))}{max(number, FIRST_ROW - 1)}"
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _set_up(sheet: Any, foot: str) -> None:
    sheet.freeze_panes = f"{get_column_letter(KEPT_COLUMNS + 1)}{FIRST_ROW}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", Worksheet.PAPERSIZE_A3
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 2, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows, sheet.print_title_cols = f"1:{FIRST_ROW - 1}", f"A:{get_column_letter(KEPT_COLUMNS)}"
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top, sheet.page_margins.bottom, sheet.page_margins.footer = 0.5, 0.8, 0.4
    sheet.oddFooter.center.text = f"{foot}　第 &P 页　共 &N 页"
    for number, column in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    for row, height in ((1, 34), (2, 18), (4, 18), (5, 44)):
        sheet.row_dimensions[row].height = height


def _heads(pen: Pen, title: str, about: str) -> Iterator[list[Any]]:
    yield [pen.cell(title, "title")]
    yield [pen.cell(about, "about")]
    yield []
    start, groups = 1, []
    for name, group in groupby(column.group for column in COLUMNS):
        size = len(list(group))
        if size > 1:
            pen.sheet.merged_cells.ranges.add(CellRange(min_col=start, max_col=start + size - 1, min_row=4, max_row=4))
        groups += [name] * size
        start += size
    for names in (groups, [column.name for column in COLUMNS]):
        yield [pen.cell(name, "head") for name in names]


def _row(pen: Pen, row: Shown, days: int | None) -> list[Any]:
    values = [column.of(row) if column.of else "" for column in COLUMNS]
    look = "late" if days else "text"
    cells = [pen.cell(value, look) for value in values]
    if days:
        cells[OVERDUE] = pen.cell(days, "late days")
    return cells


def _append(sheet: Any, number: int, cells: list[Any]) -> None:
    """With the height its longest text needs: spreadsheets fit only rows that somebody has touched."""
    lines = max(_lines(str(cell.value or ""), column.width) for cell, column in zip(cells, COLUMNS, strict=True))
    sheet.row_dimensions[number].height = LINE_PT * lines + 6
    sheet.append(cells)
    del sheet.row_dimensions[number]


def _lines(text: str, width: float) -> int:
    """In a column so many digits wide; a Chinese character takes two."""
    return max(1, ceil(sum(2 if ord(letter) > 0x2E7F else 1 for letter in text) / (width * 1.05)))


def _count(counted: Counter[str], hazard: HazardView, days: int | None) -> None:
    counted["all"] += 1
    counted[hazard.state] += 1
    counted["major"] += hazard.level == Level.MAJOR
    counted["overdue"] += days is not None


def _sums(pen: Pen, counted: Counter[str]) -> list[Any]:
    states = "，".join(f"{state.label} {counted[state.value]}" for state in HazardState if counted[state.value])
    told = [""] * len(COLUMNS)
    told[0], told[2] = "合计", f"{counted['all']} 项"
    for name, text in (
        ("等级", f"重大 {counted['major']} 项"), ("隐患描述", states), ("逾期天数", f"逾期 {counted['overdue']} 项"),
        ("销号日期", f"已销号 {counted[HazardState.CLOSED]} 项"),
    ):  # fmt: skip
        told[_place(name)] = text
    return [pen.cell(text, "sums") for text in told]


def _place(name: str) -> int:
    names: Sequence[str] = [column.name for column in COLUMNS]
    return names.index(name)
