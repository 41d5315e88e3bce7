"""What others read about papers and templates."""

from datetime import datetime
from typing import Any
from uuid import UUID

from backend.accounts.views import DepartmentView, PersonView, department_view, person_view
from backend.foundation.shapes import View
from backend.papers.models import Paper, Template


class FileView(View):
    form: str
    sha256: str
    size: int


class PaperView(View, kw_only=True):
    """Issued once and never changed: there is no second version."""

    id: UUID
    version: int = 1
    town: str
    kind: str
    number: str
    title: str
    enterprise_id: UUID | None
    subject_ids: list[UUID]
    department: DepartmentView | None
    issued_by: PersonView
    issued_at: datetime
    mark: str
    mark_seq: int
    template_sha256: str | None
    not_arrived: list[str]
    files: list[FileView]


class ReadingView(View, kw_only=True):
    """A trace-back as it was asked for; `paper`: the number of the paper that was issued or fetched."""

    id: UUID
    version: int = 1
    asked: dict[str, Any]
    since: datetime
    until: datetime
    paper: str | None = None


class TemplateView(View):
    id: UUID
    town: str
    kind: str
    version: int
    sha256: str
    uploaded_by: PersonView
    uploaded_at: datetime


def paper_view(row: Paper) -> PaperView:
    """Needs everything of queries.with_all at hand."""
    return PaperView(
        id=row.id, town=row.town, kind=row.kind, number=row.number, title=row.title, enterprise_id=row.enterprise_id,
        subject_ids=[one.subject for one in row.subjects.all()], department=department_view(row.department),
        issued_by=person_view(row.issued_by), issued_at=row.issued_at, mark=row.mark, mark_seq=row.mark_seq,
        template_sha256=row.template_sha256 or None, not_arrived=row.not_arrived,
        files=[FileView(form=file.form, sha256=file.sha256, size=file.size) for file in row.files.all()],
    )  # fmt: skip


def template_view(row: Template) -> TemplateView:
    return TemplateView(
        id=row.id, town=row.town, kind=row.kind, version=row.version, sha256=row.sha256,
        uploaded_by=person_view(row.uploaded_by), uploaded_at=row.uploaded_at,
    )  # fmt: skip
