"""Tables as offices send and open them: XLSX, and CSV in UTF-8, UTF-16 or GB18030.

Reading gives rows of plain texts, numbers and dates; what a merged cell says is said in every cell it covers.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

Cell = str | int | float | bool | datetime | date | None
# an XLSX is a zip: a few kilobytes can become gigabytes
LARGEST_UNPACKED = 256 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS = 20_100, 120
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
# a sheet that a few bytes are broken in is worth reading, one of noise is not
MOST_BROKEN_SHARE = 0.01
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class UnreadableTable(Exception):
    """No table. `why` and `remedy` are for the person who sent it."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(f"{why}；{remedy}")
        self.why, self.remedy = why, remedy


@dataclass(frozen=True)
class Table:
    encoding: str
    """xlsx, utf-8, utf-16 or gb18030"""
    rows: list[list[Cell]]


def read_table(content: bytes) -> Table:
    """The first visible sheet of an XLSX, or a CSV. Raises UnreadableTable."""
    if content.startswith(b"PK"):
        return Table("xlsx", _from_xlsx(content))
    if content.startswith(OLD_EXCEL):
        raise UnreadableTable("是旧版 Excel（.xls）或加了密码的文件", "去掉密码，另存为 .xlsx 再上传")
    encoding, text = decoded(content)
    return Table(encoding, _from_csv(text))


def decoded(content: bytes) -> tuple[str, str]:
    """(encoding, text). A few bytes that fit no encoding become U+FFFD. Raises UnreadableTable."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16", _without_nul(content.decode("utf-16", errors="replace"))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return encoding.removesuffix("-sig"), _without_nul(content.decode(encoding))
        except UnicodeDecodeError:
            continue
    guesses = [(e, content.decode(e, errors="replace")) for e in ("utf-8-sig", "gb18030")]
    encoding, text = min(guesses, key=lambda guess: guess[1].count("\ufffd"))
    if text.count("\ufffd") > MOST_BROKEN_SHARE * len(text):
        raise UnreadableTable("既不是 UTF-8 也不是 GB18030 的文本", "在表格软件里另存为 .xlsx 或 CSV UTF-8")
    return encoding.removesuffix("-sig"), _without_nul(text)


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise UnreadableTable("是二进制文件，不是表格", "在表格软件里另存为 .xlsx 或 CSV UTF-8")
    return text


def _from_csv(text: str) -> list[list[Cell]]:
    start = text[:4096].splitlines()[:10]
    delimiter = max(",\t;", key=lambda sign: sum(line.count(sign) for line in start))
    try:
        rows: list[list[Cell]] = [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error as error:
        raise UnreadableTable(f"不是 CSV（{error}）", "检查引号是否成对，重新另存") from error
    return _bounded(rows)


def _from_xlsx(content: bytes) -> list[list[Cell]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > LARGEST_UNPACKED:
                raise UnreadableTable("解开后太大", "删去图片和不用的工作表")
        book = load_workbook(io.BytesIO(content), data_only=True)
    except UnreadableTable:
        raise
    except Exception as error:  # a damaged file fails in openpyxl, zlib or the XML parser, each in its own way
        raise UnreadableTable(f"打不开（{type(error).__name__}）", "用表格软件打开，另存为 .xlsx 再上传") from error
    sheets = [s for s in book.worksheets if s.sheet_state == "visible"] or book.worksheets
    if not sheets:
        raise UnreadableTable("里面没有工作表", "把名录放在第一个工作表")
    return _bounded(_filled(sheets[0]))


def _filled(sheet: Worksheet) -> list[list[Cell]]:
    if sheet.max_row > 1_000_000:
        raise UnreadableTable(f"有 {sheet.max_row} 行", "删去名录下方的空行")
    width = min(sheet.max_column, MOST_COLUMNS)
    rows: list[list[Cell]] = [list(row) for row in sheet.iter_rows(max_col=width, values_only=True)]
    for merged in sheet.merged_cells.ranges:
        said = rows[merged.min_row - 1][merged.min_col - 1]
        for row in rows[merged.min_row - 1 : merged.max_row]:
            for column in range(merged.min_col - 1, min(merged.max_col, len(row))):
                row[column] = said
    return rows


def _bounded(rows: list[list[Cell]]) -> list[list[Cell]]:
    """Without the empty rows at the end. Numbers of rows stay what a spreadsheet shows."""
    while rows and not any(cell not in (None, "") for cell in rows[-1]):
        rows.pop()
    if len(rows) > MOST_ROWS:
        raise UnreadableTable(f"有 {len(rows)} 行，最多 {MOST_ROWS} 行", "分成几个文件")
    return rows


def to_xlsx(rows: Iterable[Sequence[Cell]], title: str) -> bytes:
    """Texts stay texts, whatever they look like: neither a code of 18 digits nor “=1+1” is worked out. First row bold."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number, row in enumerate(rows):
        sheet.append([_written(sheet, cell, bold=number == 0) for cell in row])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _written(sheet: Any, value: Cell, *, bold: bool) -> Any:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value)
    cell.data_type, cell.number_format = "s", "@"
    if bold:
        cell.font = Font(bold=True)
    return cell


def to_csv(rows: Iterable[Sequence[Cell]], encoding: str) -> bytes:
    """`encoding`: utf-8-sig or gb18030. A cell that a spreadsheet would work out gets the mark of a text, '."""
    written = io.StringIO(newline="")
    csv.writer(written).writerows([_harmless(cell) for cell in row] for row in rows)
    return written.getvalue().encode(encoding)


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
