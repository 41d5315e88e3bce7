"""What others read about an inspection."""

from datetime import datetime
from uuid import UUID

from msgspec import convert

from backend.accounts.views import PersonView, person_view
from backend.foundation.shapes import View
from backend.inspections.models import Acknowledgement, Answer, Inspection
from backend.standards.expressions import Value
from backend.standards.views import CitedChecklist, CitedClause, cited_clause
from backend.territory.views import GridView, grid_view


class NamedView(View):
    id: UUID
    name: str


class PositionView(View):
    lon: float
    lat: float
    accuracy_m: float


class PhotoView(View):
    sha256: str
    stored: bool
    taken_at: datetime


class AnswerView(View):
    """`verdict` of an item that asks for a value or a photo is worked out if the inspector gave none."""

    item: str
    verdict: str
    note: str
    clause_id: UUID | None
    photos: list[PhotoView]
    value: Value | None = None
    clause: CitedClause | None = None


class SignatureView(View):
    role: str
    name: str
    sha256: str | None
    stored: bool
    refused_reason: str | None
    witness: str | None
    witness_sha256: str | None


class FellowView(View):
    user: PersonView
    sha256: str | None
    stored: bool


class AcknowledgementView(View):
    by: PersonView
    at: datetime
    agreed: bool
    note: str


class InspectionView(View):
    id: UUID
    version: int
    task_id: UUID
    assignment_no: int
    late: bool
    enterprise: NamedView
    grid: GridView
    checklist_id: UUID
    inspector: PersonView
    started_at: datetime
    finished_at: datetime
    received_at: datetime
    position: PositionView | None
    no_fix_reason: str | None
    inside_grid: bool | None
    distance_m: float | None
    answers: list[AnswerView]
    signatures: list[SignatureView]
    hazard_ids: list[UUID]
    arrived_at: datetime | None
    left_at: datetime | None
    off_grid_m: float | None
    inspectors: list[FellowView]
    proof: str | None
    device_key_id: UUID | None
    corrects: UUID | None
    correction_reason: str | None
    corrected_by: UUID | None
    acknowledgement: AcknowledgementView | None
    cited: CitedChecklist | None = None


def inspection_view(row: Inspection) -> InspectionView:
    """Needs everything of queries.with_all at hand."""
    fix = None
    if row.lon is not None and row.lat is not None:
        fix = PositionView(lon=row.lon, lat=row.lat, accuracy_m=row.accuracy_m or 0)
    return InspectionView(
        id=row.id, version=row.version, task_id=row.task_id, assignment_no=row.assignment_no, late=row.late,
        enterprise=NamedView(id=row.enterprise_id, name=row.enterprise.name), grid=grid_view(row.grid),
        checklist_id=row.checklist_id, inspector=person_view(row.inspector), started_at=row.started_at,
        finished_at=row.finished_at, received_at=row.received_at, position=fix,
        no_fix_reason=row.no_fix_reason or None, inside_grid=row.inside_grid, distance_m=row.distance_m,
        answers=[_answer(answer) for answer in row.answers.all()],
        signatures=[
            SignatureView(
                role=s.role, name=s.name, sha256=s.sha256 or None, stored=s.stored, refused_reason=s.refused_reason or None,
                witness=s.witness or None, witness_sha256=s.witness_sha256 or None,
            )
            for s in row.signatures.all()
        ],
        hazard_ids=row.hazard_ids, arrived_at=row.arrived_at, left_at=row.left_at, off_grid_m=row.off_grid_m,
        inspectors=[
            FellowView(user=person_view(f.user), sha256=f.sha256 or None, stored=f.stored) for f in row.fellows.all()
        ],
        proof=row.proof or None, device_key_id=row.device_key_id, corrects=row.corrects_id,
        correction_reason=row.correction_reason or None, corrected_by=_correction_of(row),
        acknowledgement=_acknowledgement_of(row), cited=convert(row.cited, CitedChecklist) if row.cited else None,
    )  # fmt: skip


def _answer(answer: Answer) -> AnswerView:
    photos = [PhotoView(sha256=p.sha256, stored=p.stored, taken_at=p.taken_at) for p in answer.photos.all()]
    return AnswerView(
        item=answer.item, verdict=answer.verdict, note=answer.note, clause_id=answer.clause_id, photos=photos,
        value=answer.value, clause=cited_clause(answer.citation),
    )  # fmt: skip


def _correction_of(row: Inspection) -> UUID | None:
    return row.correction.pk if hasattr(row, "correction") else None


def _acknowledgement_of(row: Inspection) -> AcknowledgementView | None:
    given: Acknowledgement | None = getattr(row, "acknowledgement", None)
    if given is None:
        return None
    return AcknowledgementView(by=person_view(given.user), at=given.at, agreed=given.agreed, note=given.note)
