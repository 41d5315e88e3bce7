"""Cells with their looks. A look is worked out once and shared: setting face, frame and fill of each cell anew would take most
of the time of a long ledger."""

from copy import copy
from datetime import date, datetime
from typing import Any

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from backend.foundation import clock

THIN = Side(style="thin", color="000000")
FRAME = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
HEAD, TEXT = Font(name="黑体", size=10), Font(name="宋体", size=10)
GREY = PatternFill("solid", fgColor="F2F2F2")
LATE = PatternFill("solid", fgColor="FCE4D6")
MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)
WRAPPED = Alignment(vertical="center", wrap_text=True)
_TEXT = {"font": TEXT, "border": FRAME, "alignment": WRAPPED}
_MOMENT = _TEXT | {"alignment": MIDDLE, "number_format": "yyyy-mm-dd hh:mm"}
_DAY = _TEXT | {"alignment": MIDDLE, "number_format": "yyyy-mm-dd"}
LOOKS: dict[str, dict[str, Any]] = {
    "title": {"font": Font(name="黑体", size=20), "alignment": Alignment(vertical="center")},
    "about": {"font": TEXT},
    "head": {"font": HEAD, "fill": GREY, "border": FRAME, "alignment": MIDDLE},
    "sums": {"font": HEAD, "fill": GREY, "border": FRAME, "alignment": WRAPPED},
    "text": _TEXT,
    "text moment": _MOMENT,
    "text day": _DAY,
    "late": _TEXT | {"fill": LATE},
    "late moment": _MOMENT | {"fill": LATE},
    "late day": _DAY | {"fill": LATE},
    "late days": _TEXT
    | {"fill": LATE, "font": Font(name="宋体", size=10, color="C00000", bold=True), "alignment": MIDDLE},
}
# a text that begins like this is run as a formula when the cell is opened
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Pen:
    def __init__(self, sheet: Any) -> None:
        self.sheet = sheet
        self._known: dict[str, Any] = {}
        self._blanks: dict[str, Any] = {}

    def cell(self, value: Any, look: str) -> Any:
        """Text as text: what somebody typed must not become a formula in the office's spreadsheet. Moments in the town's
        time."""
        if value is None or value == "":
            return self._blank(look)
        if isinstance(value, datetime):
            value, look = value.astimezone(clock.ZONE).replace(tzinfo=None), f"{look} moment"
        elif isinstance(value, date):
            look = f"{look} day"
        elif isinstance(value, str):
            value = "".join(letter for letter in value if letter >= " " or letter in "\n\t")
        cell = WriteOnlyCell(self.sheet, value=value)
        cell._style = self._look(look)
        if isinstance(value, str) and value.startswith(FORMULA):
            cell._style = copy(cell._style)
            cell.data_type, cell.quotePrefix = "s", True
        return cell

    def _blank(self, look: str) -> Any:
        """One for all: a cell is written before the next is asked for, and a third of a ledger is blank."""
        if look not in self._blanks:
            self._blanks[look] = WriteOnlyCell(self.sheet)
            self._blanks[look]._style = self._look(look)
        return self._blanks[look]

    def _look(self, look: str) -> Any:
        if look not in self._known:
            model = WriteOnlyCell(self.sheet)
            for name, said in LOOKS[look].items():
                setattr(model, name, said)
            self._known[look] = model._style
        return self._known[look]
