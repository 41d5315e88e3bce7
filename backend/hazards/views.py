"""What others read about hazards."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from backend.accounts.models import User
from backend.accounts.views import DepartmentView, PersonView, department_view, person_view
from backend.enterprises.views import PlaceView, place_view
from backend.foundation.shapes import View
from backend.hazards.models import (
    DepartmentReport,
    Hazard,
    HazardMove,
    HazardPhoto,
    Petition,
    Recheck,
    Rectification,
    RectificationReport,
    Source,
    SourceDocument,
)
from backend.hazards.states import PetitionState
from backend.standards.views import CitedClause, cited_clause
from backend.territory.views import GridView, grid_view


class PictureView(View):
    """`stage`: found, before, after, recheck, document. `record`: the report or re-check it came with."""

    sha256: str
    stored: bool
    stage: str = "found"
    taken_at: datetime | None = None
    record: UUID | None = None


class PointView(View):
    key: str
    text: str


class RectificationView(View):
    """The five elements; `ordered_at` is null while they are being filled in."""

    responsible: str
    responsible_phone: str
    measures: str
    funds: str
    deadline: datetime | None
    emergency_plan: str
    interim: str
    points: list[PointView]
    rectifier: PersonView | None
    ordered_at: datetime | None


class ReportView(View):
    id: UUID
    number: int
    by: PersonView
    at: datetime
    recorded_at: datetime
    note: str
    on_the_spot: bool


class AnsweredPoint(View):
    key: str
    text: str
    verdict: str
    note: str


class RecheckView(View):
    id: UUID
    report_id: UUID
    by: PersonView
    at: datetime
    recorded_at: datetime
    points: list[AnsweredPoint]
    opinion: str
    passed: bool
    signed_name: str
    signature: str


class PetitionView(View):
    id: UUID
    kind: str
    state: str
    asked_by: PersonView
    asked_at: datetime
    reason: str
    deadline: datetime | None
    decided_by: PersonView | None
    decided_at: datetime | None
    why: str


class DepartmentReportView(View):
    """`received_by`, `received_at`: the receipt."""

    department: DepartmentView | None
    reported_by: PersonView
    reported_at: datetime
    note: str
    received_by: PersonView | None
    received_at: datetime | None
    receipt_note: str


class DocumentView(View):
    number: str
    issuer: str
    dated: date
    sha256: str | None


class SeenAt(View):
    lon: float
    lat: float


class HazardView(View):
    """`clause`: by which it was judged, until then the one proposed; both as they stood then. `photos` are of all stages.
    `report`, `recheck`: the latest. `petitions`: those that wait for a decision."""

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
    cause: str | None
    part: str
    position: SeenAt | None
    proposed_level: str | None
    fixed_on_spot: bool
    merged_into: UUID | None
    document: DocumentView | None
    rectification: RectificationView | None
    report: ReportView | None
    recheck: RecheckView | None
    petitions: list[PetitionView]
    department_report: DepartmentReportView | None
    proposed_clause: CitedClause | None = None


class HazardMoveView(View):
    from_state: str
    to_state: str
    why: str
    who: UUID | None
    at: datetime
    by: PersonView | None = None


class HazardWholeView(HazardView, kw_only=True):
    """With everything that ever happened to it. `may`: the acts that are open to who asks, as possible.py names them."""

    moves: list[HazardMoveView]
    reports: list[ReportView]
    rechecks: list[RecheckView]
    all_petitions: list[PetitionView]
    merged_from: list[str]
    may: list[str]


def hazard_view(row: Hazard, *, to_enterprise: bool = False) -> HazardView:
    """Needs everything of queries.with_all at hand. An enterprise's people never read that there was a tip: a place with
    few workers would know at once who it was."""
    source = Source.DEPARTMENT if to_enterprise and row.source == Source.TIP else row.source
    reports, rechecks, petitions = row.reports.all(), row.rechecks.all(), row.petitions.all()
    here = SeenAt(lon=row.lon, lat=row.lat) if row.lon is not None and row.lat is not None else None
    return HazardView(
        id=row.id, version=row.version, number=row.number, state=row.state, level=row.level or None,
        description=row.description, item=row.item, sector=row.sector, source=source, clause=cited_clause(row.cited),
        enterprise=place_view(row.enterprise), grid=grid_view(row.grid), department=department_view(row.department),
        found_at=row.found_at, recorded_at=row.recorded_at, found_by=person_view(row.found_by), due=row.due,
        closed_at=row.closed_at, task_id=row.task_id, inspection_id=row.inspection_id,
        photos=[_picture(photo) for photo in row.photos.all()], demo=row.is_demo, cause=row.cause or None, part=row.part,
        position=here, proposed_level=row.proposed_level or None, fixed_on_spot=row.fixed_on_spot,
        merged_into=row.merged_into_id, document=_document(getattr(row, "document", None)),
        rectification=_rectification(getattr(row, "rectification", None)),
        report=report_view(reports[len(reports) - 1]) if reports else None,
        recheck=recheck_view(rechecks[len(rechecks) - 1]) if rechecks else None,
        petitions=[petition_view(one) for one in petitions if one.state == PetitionState.ASKED],
        department_report=_department_report(getattr(row, "department_report", None)),
        proposed_clause=cited_clause(row.proposed_citation),
    )  # fmt: skip


def whole_view(row: Hazard, *, may: Iterable[str] = (), to_enterprise: bool = False) -> HazardWholeView:
    moves = list(row.moves.all())
    people = User.objects.in_bulk({move.who for move in moves if move.who})
    shown = hazard_view(row, to_enterprise=to_enterprise)
    return HazardWholeView(
        **{name: getattr(shown, name) for name in HazardView.__struct_fields__},
        moves=[_move(move, people) for move in moves],
        reports=[report_view(report) for report in row.reports.all()],
        rechecks=[recheck_view(recheck) for recheck in row.rechecks.all()],
        all_petitions=[petition_view(petition) for petition in row.petitions.all()],
        merged_from=[other.number for other in row.merged_from.order_by("pk")],
        may=list(may),
    )


def report_view(row: RectificationReport) -> ReportView:
    return ReportView(
        id=row.id, number=row.number, by=person_view(row.by), at=row.at, recorded_at=row.recorded_at, note=row.note,
        on_the_spot=row.on_the_spot,
    )  # fmt: skip


def recheck_view(row: Recheck) -> RecheckView:
    return RecheckView(
        id=row.id, report_id=row.report_id, by=person_view(row.by), at=row.at, recorded_at=row.recorded_at,
        points=[AnsweredPoint(**point) for point in row.points], opinion=row.opinion, passed=row.passed,
        signed_name=row.signed_name, signature=row.signature,
    )  # fmt: skip


def petition_view(row: Petition) -> PetitionView:
    return PetitionView(
        id=row.id, kind=row.kind, state=row.state, asked_by=person_view(row.asked_by), asked_at=row.asked_at,
        reason=row.reason, deadline=row.deadline, decided_by=person_view(row.decided_by) if row.decided_by else None,
        decided_at=row.decided_at, why=row.why,
    )  # fmt: skip


def _rectification(row: Rectification | None) -> RectificationView | None:
    if row is None:
        return None
    return RectificationView(
        responsible=row.responsible, responsible_phone=row.responsible_phone, measures=row.measures, funds=row.funds,
        deadline=row.deadline, emergency_plan=row.emergency_plan, interim=row.interim,
        points=[PointView(**point) for point in row.points],
        rectifier=person_view(row.rectifier) if row.rectifier else None, ordered_at=row.ordered_at,
    )  # fmt: skip


def _department_report(row: DepartmentReport | None) -> DepartmentReportView | None:
    if row is None:
        return None
    return DepartmentReportView(
        department=department_view(row.department), reported_by=person_view(row.reported_by),
        reported_at=row.reported_at, note=row.note,
        received_by=person_view(row.received_by) if row.received_by else None, received_at=row.received_at,
        receipt_note=row.receipt_note,
    )  # fmt: skip


def _document(row: SourceDocument | None) -> DocumentView | None:
    return (
        DocumentView(number=row.number, issuer=row.issuer, dated=row.dated, sha256=row.sha256 or None) if row else None
    )


def _picture(row: HazardPhoto) -> PictureView:
    return PictureView(sha256=row.sha256, stored=row.stored, stage=row.stage, taken_at=row.taken_at, record=row.record)


def _move(row: HazardMove, people: dict[UUID, User]) -> HazardMoveView:
    by = people.get(row.who) if row.who else None
    return HazardMoveView(
        from_state=row.from_state, to_state=row.to_state, why=row.why, who=row.who, at=row.at,
        by=person_view(by) if by else None,
    )  # fmt: skip
