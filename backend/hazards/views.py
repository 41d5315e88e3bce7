"""What others read about hazards."""

from datetime import datetime
from uuid import UUID

from backend.accounts.views import DepartmentView, PersonView, department_view, person_view
from backend.enterprises.views import PlaceView, place_view
from backend.foundation.shapes import View
from backend.hazards.models import Hazard
from backend.standards.models import Clause
from backend.territory.views import GridView, grid_view


class CitedClause(View):
    standard: str
    number: str | None
    text: str


class PictureView(View):
    sha256: str
    stored: bool


class HazardView(View):
    id: UUID
    version: int
    number: str
    state: str
    level: str | None
    description: str
    item: str
    sector: str
    source: str
    clause: CitedClause | None
    enterprise: PlaceView
    grid: GridView
    department: DepartmentView | None
    found_at: datetime
    recorded_at: datetime
    found_by: PersonView
    due: datetime | None
    closed_at: datetime | None
    task_id: UUID | None
    inspection_id: UUID | None
    photos: list[PictureView]
    demo: bool


def hazard_view(row: Hazard) -> HazardView:
    """Needs everything of queries.with_all at hand."""
    return HazardView(
        id=row.id, version=row.version, number=row.number, state=row.state, level=row.level or None,
        description=row.description, item=row.item, sector=row.sector, source=row.source, clause=_cited(row.clause),
        enterprise=place_view(row.enterprise), grid=grid_view(row.grid), department=department_view(row.department),
        found_at=row.found_at, recorded_at=row.recorded_at, found_by=person_view(row.found_by), due=row.due,
        closed_at=row.closed_at, task_id=row.task_id, inspection_id=row.inspection_id,
        photos=[PictureView(sha256=p.sha256, stored=p.stored) for p in row.photos.all()], demo=row.is_demo,
    )  # fmt: skip


def _cited(clause: Clause | None) -> CitedClause | None:
    return (
        CitedClause(standard=clause.standard.number, number=clause.number or None, text=clause.text) if clause else None
    )
