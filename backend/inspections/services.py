"""Taking in a result: checked, stored, signed, its failed items opened as hazards, its task completed; in one piece."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from django.db.models import F
from pyproj import Geod

from backend.accounts.models import User
from backend.dispatch.models import Task
from backend.dispatch.permissions import audience_of
from backend.dispatch.queries import get_task, hold_task
from backend.dispatch.services import Position, take_result
from backend.enterprises.models import Enterprise
from backend.enterprises.services import record_visit
from backend.foundation import blobs, clock
from backend.foundation.shapes import Body, Moment, require_plausible
from backend.hazards.models import Source
from backend.hazards.services import Finding, note_photo_stored, report
from backend.inspections import problems
from backend.inspections.events import InspectionChanged, InspectionSubmitted
from backend.inspections.models import Answer, Inspection, Photo, Signature
from backend.inspections.queries import with_all
from backend.inspections.views import inspection_view
from backend.journal.recording import publish, recording
from backend.standards.models import Checklist, Clause
from backend.standards.queries import get_checklist
from backend.territory.queries import locate

Sha = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$", max_length=64)]
_EARTH = Geod(ellps="GRS80")


class NewPhoto(Body):
    sha256: Sha
    taken_at: Moment
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None

    def __post_init__(self) -> None:
        require_plausible(self.taken_at)


class NewAnswer(Body):
    item: str
    verdict: Literal["pass", "fail", "na"]
    note: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    clause_id: UUID | None = None
    photos: list[NewPhoto] = []


class NewSignature(Body):
    role: Literal["inspector", "subject"]
    name: Annotated[str, msgspec.Meta(max_length=40)]
    sha256: Sha | None = None
    refused_reason: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class NewInspection(Body, kw_only=True):
    inspection_id: UUID
    task_id: UUID
    assignment_no: int
    checklist_id: UUID
    started_at: Moment
    finished_at: Moment
    position: Position | None = None
    no_fix_reason: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    answers: list[NewAnswer]
    signatures: list[NewSignature]

    def __post_init__(self) -> None:
        require_plausible(self.started_at, self.finished_at)

    def images(self) -> list[str]:
        photos = [photo.sha256 for answer in self.answers for photo in answer.photos]
        return photos + [s.sha256 for s in self.signatures if s.sha256]


def submit(new: NewInspection, *, acting_user: User) -> Inspection:
    """Store a result for good. One from a former assignment, or for a task already answered, is kept as late.

    Raises not_your_task, wrong_checklist, unknown_item, answers_incomplete, photo_missing, signature_missing,
    unknown_clause, signed_twice.
    """
    with recording():
        task, checklist = hold_task(new.task_id), get_checklist(new.checklist_id)
        _check(new, task, checklist)
        completed = take_result(
            task, new.inspection_id, acting_user=acting_user, assignment_no=new.assignment_no, at=new.finished_at
        )
        inspection = _store(new, task, acting_user, late=not completed)
        # also from a late result: a hazard that somebody saw is never dropped, a double is merged by hand
        hazards = _open_hazards(new, inspection, checklist, acting_user)
        Inspection.objects.filter(pk=inspection.pk).update(hazard_ids=hazards)
        record_visit(task.enterprise_id, clock.happened(new.finished_at))
        return _say(InspectionSubmitted, inspection.pk, acting_user)


def _check(new: NewInspection, task: Task, checklist: Checklist) -> None:
    if task.dispatch.checklist_id != checklist.pk:
        raise problems.WRONG_CHECKLIST.because()
    known, given = {i["key"]: i for i in checklist.items}, [a.item for a in new.answers]
    if unknown := [key for key in given if key not in known]:
        raise problems.UNKNOWN_ITEM.because(items=unknown)
    if missing := [key for key in known if given.count(key) != 1]:
        raise problems.ANSWERS_INCOMPLETE.because(items=missing)
    bare = [a.item for a in new.answers if a.verdict == "fail" and not a.photos]
    if bare := [key for key in bare if known[key].get("photo_when_failed", True)]:
        raise problems.PHOTO_MISSING.because(items=bare)
    cited = {a.clause_id for a in new.answers if a.clause_id}
    if strange := cited - set(Clause.objects.filter(pk__in=cited).values_list("pk", flat=True)):
        raise problems.UNKNOWN_CLAUSE.because(clauses=sorted(map(str, strange)))
    if len({s.role for s in new.signatures}) < len(new.signatures):
        raise problems.SIGNED_TWICE.because()
    signed = {s.role for s in new.signatures if s.sha256 or (s.role == "subject" and s.refused_reason)}
    if signed != {"inspector", "subject"}:
        raise problems.SIGNATURE_MISSING.because(missing=sorted({"inspector", "subject"} - signed))


def _store(new: NewInspection, task: Task, acting_user: User, *, late: bool) -> Inspection:
    inspection = Inspection.objects.create(
        id=new.inspection_id, task=task, assignment_no=new.assignment_no, late=late, enterprise=task.enterprise,
        grid=task.grid, checklist_id=new.checklist_id, inspector=acting_user, started_at=new.started_at,
        finished_at=new.finished_at, received_at=clock.now(), no_fix_reason=new.no_fix_reason or "",
        **_where(new.position, task),
    )  # fmt: skip
    for given in new.answers:
        answer = Answer.objects.create(
            inspection=inspection, item=given.item, verdict=given.verdict, note=given.note, clause_id=given.clause_id
        )
        Photo.objects.bulk_create(
            Photo(
                inspection=inspection, answer=answer, sha256=p.sha256, stored=blobs.exists(p.sha256), taken_at=p.taken_at,
                lon=p.lon, lat=p.lat,
            )
            for p in given.photos
        )  # fmt: skip
    Signature.objects.bulk_create(
        Signature(
            inspection=inspection, role=s.role, name=s.name, sha256=s.sha256 or "",
            stored=s.sha256 is not None and blobs.exists(s.sha256), refused_reason=s.refused_reason or "",
        )
        for s in new.signatures
    )  # fmt: skip
    return inspection


def _where(fix: Position | None, task: Task) -> dict[str, float | bool]:
    """Position columns; whether it lies in the task's grid and how far (geodesic metres) from the enterprise."""
    if fix is None:
        return {}
    _, _, distance = _EARTH.inv(fix.lon, fix.lat, task.enterprise.lon, task.enterprise.lat)
    inside = locate(task.town, fix.lon, fix.lat) == task.grid.code
    return {
        "lon": fix.lon, "lat": fix.lat, "accuracy_m": fix.accuracy_m, "inside_grid": inside, "distance_m": round(distance, 1)
    }  # fmt: skip


def _open_hazards(new: NewInspection, inspection: Inspection, checklist: Checklist, acting_user: User) -> list[str]:
    words = {item["key"]: item["text"]["zh"] for item in checklist.items}
    place = Enterprise.objects.select_related("grid", "department").get(pk=inspection.enterprise_id)
    opened = []
    for answer in new.answers:
        if answer.verdict != "fail":
            continue
        finding = Finding(
            enterprise=place, description=_describe(words[answer.item], answer.note), source=Source.PATROL,
            found_at=clock.happened(new.finished_at), item=answer.item, clause=_clause(answer.clause_id),
            task=inspection.task, inspection=inspection.pk, photos=tuple(p.sha256 for p in answer.photos),
        )  # fmt: skip
        opened.append(str(report(finding, acting_user=acting_user).pk))
    return opened


def _clause(clause: UUID | None) -> Clause | None:
    return Clause.objects.filter(pk=clause).first() if clause else None


def _describe(item: str, note: str) -> str:
    return f"不符合：{item}" + (f"。{note}" if note else "")


def take_image(sha256: str) -> None:
    """The bytes of an image have arrived: every record that refers to it says so."""
    waiting = Inspection.objects.filter(photos__sha256=sha256, photos__stored=False) | Inspection.objects.filter(
        signatures__sha256=sha256, signatures__stored=False
    )
    with recording():
        for inspection in waiting.distinct():
            Photo.objects.filter(inspection=inspection, sha256=sha256).update(stored=True)
            Signature.objects.filter(inspection=inspection, sha256=sha256).update(stored=True)
            Inspection.objects.filter(pk=inspection.pk).update(version=F("version") + 1)
            _say(InspectionChanged, inspection.pk, None)
        note_photo_stored(sha256)


def _say(
    kind: type[InspectionSubmitted] | type[InspectionChanged], inspection: UUID, acting_user: User | None
) -> Inspection:
    fresh = with_all(Inspection.objects.filter(pk=inspection)).get()
    task = get_task(fresh.task_id)
    audience = dict.fromkeys([*audience_of(task), f"p:{fresh.inspector_id}"])
    publish(
        kind(inspection=inspection_view(fresh)), town=task.town, audience=audience, target=fresh.id,
        acting_user=acting_user.id if acting_user else None, at=fresh.finished_at,
    )  # fmt: skip
    return fresh
