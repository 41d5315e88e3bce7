"""The states of an import of the register and the legal moves."""

from django.db.models import TextChoices


class ImportState(TextChoices):
    ARRIVED = "arrived", "已收到"  # the file is kept; nobody has looked into it yet
    UNREADABLE = "unreadable", "无法读取"  # no table of units in it; the file stays
    CHECKED = "checked", "已试算"  # every row has its verdict; the register is as it was
    IMPORTING = "importing", "导入中"  # good rows are being written, some hundred at a time
    IMPORTED = "imported", "已导入"
    UNDOING = "undoing", "撤销中"
    UNDONE = "undone", "已撤销"  # what nobody has worked with since is struck off again


MOVES: dict[str, frozenset[str]] = {
    ImportState.ARRIVED: frozenset({ImportState.CHECKED, ImportState.UNREADABLE}),
    ImportState.CHECKED: frozenset({ImportState.IMPORTING}),
    ImportState.IMPORTING: frozenset({ImportState.IMPORTED}),
    ImportState.IMPORTED: frozenset({ImportState.UNDOING}),
    ImportState.UNDOING: frozenset({ImportState.UNDONE}),
}

# what the worker goes on with
UNDER_WAY = (ImportState.ARRIVED, ImportState.IMPORTING, ImportState.UNDOING)
