"""What others read about imports of the register."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count

from backend.accounts.views import PersonView, person_view
from backend.enterprises.models import ImportRow, RegisterImport
from backend.foundation.shapes import View


class RegisterImportView(View):
    """`counts`: verdict → rows. `columns`: field → heading of the file; `ignored`: headings from which nothing is read."""

    id: UUID
    version: int
    town: str
    file_name: str
    sha256: str
    crs: str
    state: str
    sent_at: datetime
    sent_by: PersonView | None
    encoding: str
    header_row: int
    columns: dict[str, str]
    ignored: list[str]
    why: str
    counts: dict[str, int]


class RowFault(View):
    """`field`: ours; `column`: the heading in the file; `code` is stable."""

    field: str
    column: str
    code: str
    why: str
    todo: str


class ImportRowView(View):
    number: int
    verdict: str
    cells: list[str]
    faults: list[RowFault]
    notes: list[str]
    enterprise_id: UUID | None


def import_view(row: RegisterImport) -> RegisterImportView:
    counted: Any = row.rows.order_by().values_list("verdict").annotate(Count("id"))
    return RegisterImportView(
        id=row.id, version=row.version, town=row.town, file_name=row.file_name, sha256=row.sha256, crs=row.crs,
        state=row.state, sent_at=row.sent_at, sent_by=person_view(row.sent_by) if row.sent_by else None,
        encoding=row.encoding, header_row=row.header_row, columns=row.columns, ignored=row.ignored, why=row.unreadable_why,
        counts=dict(counted),
    )  # fmt: skip


def row_view(row: ImportRow) -> ImportRowView:
    return ImportRowView(
        number=row.number, verdict=row.verdict, cells=row.cells, faults=[RowFault(**fault) for fault in row.faults],
        notes=row.notes, enterprise_id=row.enterprise_id,
    )  # fmt: skip
