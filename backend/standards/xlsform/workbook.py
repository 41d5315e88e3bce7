"""An .xlsx as rows of texts with their row numbers, read within bounds: a small file can unpack to a very large one."""

from io import BytesIO
from typing import Any, NamedTuple
from zipfile import BadZipFile, ZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from backend.standards.problems import NOT_AN_XLSFORM
from backend.standards.xlsform.columns import Language, column

MOST_BYTES_UNPACKED, MOST_ROWS, MOST_COLUMNS, LONGEST = 20 << 20, 2000, 100, 5000
SHEETS = ("survey", "choices", "settings")
Column = tuple[str, Language]


class Row(NamedTuple):
    """`cells`: only those that are not empty."""

    number: int
    cells: dict[Column, str]

    def get(self, name: str, language: Language = "") -> str:
        return self.cells.get((name, language), "")


Book = dict[str, list[Row]]


def read_book(raw: bytes) -> Book:
    """The three sheets of a form; raises not_an_xlsform."""
    try:
        with ZipFile(BytesIO(raw)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_BYTES_UNPACKED:
                raise NOT_AN_XLSFORM.because("解压后太大")
        book = openpyxl.load_workbook(BytesIO(raw), read_only=True, data_only=True)
        sheets = {sheet.title.strip().lower(): sheet for sheet in book.worksheets}
        found = {name: _rows(name, sheets[name]) for name in SHEETS if name in sheets}
    except (
        BadZipFile,
        InvalidFileException,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        OSError,
        SyntaxError,
    ) as error:
        raise NOT_AN_XLSFORM.because(f"文件打不开：{str(error)[:100]}") from error
    if "survey" not in found:
        raise NOT_AN_XLSFORM.because("没有 survey 工作表")
    return {name: found.get(name, []) for name in SHEETS}


def _rows(name: str, sheet: Any) -> list[Row]:
    rows: list[Row] = []
    headers: list[Column] | None = None
    for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        if number > MOST_ROWS:
            raise NOT_AN_XLSFORM.because(f"{name} 超过 {MOST_ROWS} 行")
        texts = [_text(value) for value in values[:MOST_COLUMNS]]
        if headers is None:
            headers = [column(text) for text in texts] if any(texts) else None
        elif any(texts):
            cells = {h: text for h, text in zip(headers, texts, strict=False) if text and h[0]}
            rows.append(Row(number, cells))
    return rows


def _text(value: Any) -> str:
    """As it would be typed: 1.0 is 1, TRUE is true."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()[:LONGEST]
