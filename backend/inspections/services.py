"""Taking in a result: checked, stored, signed, its failed items opened as hazards, its task completed; in one piece."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F
from pyproj import Geod

from backend.accounts.models import User
from backend.accounts.pins import require_pin
from backend.accounts.roles import ACKNOWLEDGE
from backend.dispatch.acting import acting, noting
from backend.dispatch.hiding import is_hidden, people_of
from backend.dispatch.models import Task, TaskFact
from backend.dispatch.permissions import audience_of, require_held
from backend.dispatch.queries import get_task, hold_task
from backend.dispatch.services import Position, take_result
from backend.dispatch.states import Fact
from backend.enterprises.models import Enterprise
from backend.enterprises.services import record_visit
from backend.foundation import blobs, clock
from backend.foundation.problems import NOT_ALLOWED, NOT_FOUND
from backend.foundation.shapes import plain
from backend.hazards.models import Hazard, Source
from backend.hazards.services import Finding, note_photo_stored, report
from backend.inspections import problems
from backend.inspections.answering import require_fitting, value_in_words, verdicts
from backend.inspections.bodies import (
    Fellow as NewFellow,
)
from backend.inspections.bodies import (
    NewAcknowledgement,
    NewAnswer,
    NewInspection,
    NewPhoto,
    NewSignature,
    SignedRecord,
)
from backend.inspections.events import InspectionChanged, InspectionSubmitted
from backend.inspections.models import Acknowledgement, Answer, Fellow, Inspection, Photo, Signature, Verdict
from backend.inspections.queries import inspections_visible_to, with_all
from backend.inspections.signing import check_inspectors, check_signatures, proof_of
from backend.inspections.views import inspection_view
from backend.journal.recording import publish, recording
from backend.standards.items import Item, items_of
from backend.standards.models import Checklist, Clause
from backend.standards.queries import clauses_of, get_checklist
from backend.standards.views import checklist_citation, citation
from backend.territory.distances import metres_outside
from backend.territory.queries import locate
from backend.territory.scopes import scope_of

__all__ = ["NewAcknowledgement", "NewAnswer", "NewInspection", "NewPhoto", "NewSignature"]
_EARTH = Geod(ellps="GRS80")


def submit(new: NewInspection, *, acting_user: User) -> Inspection:
    """Store a result for good. One from a former assignment, or for a task already answered, is kept as late; one that
    corrects an earlier record leaves the task as it is, and both are kept.

    Raises not_your_task, wrong_checklist, unknown_item, answers_incomplete, photo_missing, answers_invalid,
    signature_missing, unknown_clause, signed_twice, left_before_arrival, unknown_inspector, inspectors_missing,
    witness_missing, proof_missing, device_signature_wrong, device_signature_missing, record_id_used; for a correction:
    not_found, not_your_record, already_corrected, correction_unfit.
    """
    return _submit(new, acting_user, pin_given=False)


def submit_signed(order: SignedRecord, *, acting_user: User) -> Inspection:
    """The same over REST, signed with the PIN. Raises pin_refused, pin_not_set, too_often besides. What is refused by a rule
    stands in the chain as `task.refused`."""
    with acting(order.record.task_id, "inspection.submit", acting_user):
        require_pin(acting_user, order.pin)
        return _submit(order.record, acting_user, pin_given=True)


def _submit(new: NewInspection, acting_user: User, *, pin_given: bool) -> Inspection:
    with recording():
        task, checklist = hold_task(new.task_id), get_checklist(new.checklist_id)
        _check(new, task, checklist)
        clauses = _clauses_cited(new)
        fellows = check_inspectors(new, task, acting_user)
        proof = proof_of(new, task, acting_user, pin_given=pin_given)
        if new.corrects:
            require_held(task, acting_user, new.assignment_no)
            corrected = _corrected(new, new.corrects, acting_user)
            inspection = _store(new, task, checklist, acting_user, fellows, late=corrected.late, **proof)
        else:
            corrected = None
            answers = take_result(
                task, new.inspection_id, acting_user=acting_user, assignment_no=new.assignment_no, at=new.finished_at
            )
            inspection = _store(new, task, checklist, acting_user, fellows, late=not answers, **proof)
            record_visit(task.enterprise_id, clock.happened(new.finished_at))
        _store_answers(new, inspection, checklist, clauses)
        # also from a late result: a hazard that somebody saw is never dropped, a double is merged by hand
        hazards = _open_hazards(new, inspection, clauses, acting_user, _known_hazards(corrected))
        Inspection.objects.filter(pk=inspection.pk).update(hazard_ids=hazards)
        if corrected:
            _touch(corrected.pk, acting_user)
        return _say(InspectionSubmitted, inspection.pk, acting_user)


def _corrected(new: NewInspection, earlier: UUID, user: User) -> Inspection:
    """The record that is corrected, held: two corrections of one at once would leave it open which counts."""
    found = inspections_visible_to(user).filter(pk=earlier).exists()
    row = Inspection.objects.select_for_update(of=("self",)).filter(pk=earlier).first() if found else None
    if row is None:
        raise NOT_FOUND.because("检查记录")
    if user.pk != row.inspector_id and not row.fellows.filter(user=user).exists():
        raise problems.NOT_YOUR_RECORD.because()
    if later := Inspection.objects.filter(corrects=row).first():
        raise problems.ALREADY_CORRECTED.because(by=str(later.pk))
    if row.task_id != new.task_id or not (new.correction_reason or "").strip():
        raise problems.CORRECTION_UNFIT.because()
    return row


def _known_hazards(corrected: Inspection | None) -> dict[str, str]:
    """Item → hazard that this record or one it corrected has opened: to say it again is not to find it again."""
    known: dict[str, str] = {}
    row = corrected
    while row:
        opened = Hazard.objects.filter(inspection_id=row.pk)
        known = {item: str(pk) for item, pk in opened.values_list("item", "pk")} | known
        row = row.corrects
    return known


def _check(new: NewInspection, task: Task, checklist: Checklist) -> None:
    if task.dispatch.checklist_id != checklist.pk:
        raise problems.WRONG_CHECKLIST.because()
    require_fitting(items_of(checklist.items), new.answers)
    check_signatures(new)
    if new.arrived_at and new.left_at and new.left_at < new.arrived_at:
        raise problems.LEFT_BEFORE_ARRIVAL.because()
    if Inspection.objects.filter(pk=new.inspection_id).exists():
        raise problems.RECORD_ID_USED.because(inspection_id=str(new.inspection_id))


def _clauses_cited(new: NewInspection) -> dict[UUID, Clause]:
    cited = {answer.clause_id for answer in new.answers if answer.clause_id}
    found = Clause.objects.select_related("standard").in_bulk(cited)
    if strange := cited - found.keys():
        raise problems.UNKNOWN_CLAUSE.because(clauses=sorted(map(str, strange)))
    return found


def _store(
    new: NewInspection,
    task: Task,
    checklist: Checklist,
    acting_user: User,
    fellows: list[User],
    *,
    late: bool,
    **proof: Any,
) -> Inspection:
    inspection = Inspection.objects.create(
        id=new.inspection_id, task=task, assignment_no=new.assignment_no, late=late, enterprise=task.enterprise,
        grid=task.grid, checklist=checklist, inspector=acting_user, started_at=new.started_at,
        finished_at=new.finished_at, received_at=clock.now(), no_fix_reason=new.no_fix_reason or "",
        arrived_at=new.arrived_at or _checked_in(task, new.assignment_no), left_at=new.left_at, corrects_id=new.corrects,
        correction_reason=new.correction_reason or "", cited=_cited(checklist, _day_of(new)), **_where(new.position, task), **proof,
    )  # fmt: skip
    Signature.objects.bulk_create(
        Signature(
            inspection=inspection, role=s.role, name=s.name, sha256=s.sha256 or "",
            stored=_is_stored(s.sha256), refused_reason=s.refused_reason or "", witness=s.witness or "",
            witness_sha256=s.witness_sha256 or "", witness_stored=_is_stored(s.witness_sha256),
        )
        for s in new.signatures
    )  # fmt: skip
    _store_fellows(inspection, new.inspectors, fellows)
    return inspection


def _cited(checklist: Checklist, day: date) -> dict[str, Any]:
    cited: dict[str, Any] = plain(checklist_citation(checklist, clauses_of([checklist], day), day))
    return cited


def _day_of(new: NewInspection) -> date:
    return clock.day_of(clock.happened(new.finished_at))


def _store_answers(
    new: NewInspection, inspection: Inspection, checklist: Checklist, clauses: dict[UUID, Clause]
) -> None:
    judged = verdicts(items_of(checklist.items), new.answers)
    for given in new.answers:
        cited = clauses[given.clause_id] if given.clause_id else None
        answer = Answer.objects.create(
            inspection=inspection, item=given.item, verdict=judged[given.item], value=given.value, note=given.note,
            clause=cited, citation=plain(citation(cited, _day_of(new))) if cited else None,
        )  # fmt: skip
        Photo.objects.bulk_create(
            Photo(
                inspection=inspection, answer=answer, sha256=p.sha256, stored=blobs.exists(p.sha256), taken_at=p.taken_at,
                lon=p.lon, lat=p.lat,
            )
            for p in given.photos
        )  # fmt: skip


def _store_fellows(inspection: Inspection, given: list[NewFellow], fellows: list[User]) -> None:
    Fellow.objects.bulk_create(
        Fellow(inspection=inspection, user=user, sha256=one.sha256 or "", stored=_is_stored(one.sha256))
        for one, user in zip(given, fellows, strict=True)
    )


def _is_stored(sha256: str | None) -> bool:
    return sha256 is not None and blobs.exists(sha256)


def _checked_in(task: Task, assignment_no: int) -> Any:
    """Who does not say when they arrived did so when they checked in."""
    arrivals = TaskFact.objects.filter(task=task, assignment_no=assignment_no, fact=Fact.ON_SITE)
    return arrivals.values_list("at", flat=True).first()


def _where(fix: Position | None, task: Task) -> dict[str, Any]:
    """Position columns; whether it lies in the task's grid or how far off, and how far from the enterprise (geodesic
    metres)."""
    if fix is None:
        return {}
    _, _, distance = _EARTH.inv(fix.lon, fix.lat, task.enterprise.lon, task.enterprise.lat)
    inside = locate(task.town, fix.lon, fix.lat) == task.grid.code
    return {
        "lon": fix.lon, "lat": fix.lat, "accuracy_m": fix.accuracy_m, "inside_grid": inside, "distance_m": round(distance, 1),
        "off_grid_m": metres_outside(task.town, task.grid_id, fix.lon, fix.lat),
    }  # fmt: skip


def _open_hazards(
    new: NewInspection, inspection: Inspection, clauses: dict[UUID, Clause], acting_user: User, known: dict[str, str]
) -> list[str]:
    items = {item.key: item for item in items_of(inspection.checklist.items)}
    place = Enterprise.objects.select_related("grid", "department").get(pk=inspection.enterprise_id)
    failed = set(inspection.answers.filter(verdict=Verdict.FAIL).values_list("item", flat=True))
    opened = []
    for answer in new.answers:
        if answer.item not in failed:
            continue
        if answer.item in known:
            opened.append(known[answer.item])
            continue
        finding = Finding(
            enterprise=place, description=_describe(items[answer.item], answer), source=Source.PATROL,
            found_at=clock.happened(new.finished_at), item=answer.item,
            clause=clauses[answer.clause_id] if answer.clause_id else None,
            task=inspection.task, inspection=inspection.pk, photos=tuple(p.sha256 for p in answer.photos),
        )  # fmt: skip
        opened.append(str(report(finding, acting_user=acting_user).pk))
    return opened


def _describe(item: Item, answer: NewAnswer) -> str:
    value = value_in_words(item, answer.value)
    return (
        f"不符合：{item.text.zh}" + (f"，实为 {value}" if value else "") + (f"。{answer.note}" if answer.note else "")
    )


def take_image(sha256: str) -> None:
    """The bytes of an image have arrived: every record that refers to it says so."""
    lacking = [
        Photo.objects.filter(sha256=sha256, stored=False),
        Signature.objects.filter(sha256=sha256, stored=False),
        Signature.objects.filter(witness_sha256=sha256, witness_stored=False),
        Fellow.objects.filter(sha256=sha256, stored=False),
    ]
    with recording():
        waiting = {inspection for rows in lacking for inspection in rows.values_list("inspection", flat=True)}
        for rows, column in zip(lacking, ("stored", "stored", "witness_stored", "stored"), strict=True):
            rows.update(**{column: True})
        for inspection in sorted(waiting):
            _touch(inspection, None)
        note_photo_stored(sha256)


def _touch(inspection: UUID, acting_user: User | None) -> Inspection:
    """Something about the record is known now; whoever keeps a copy hears. The record itself stays as it was signed."""
    Inspection.objects.filter(pk=inspection).update(version=F("version") + 1)
    return _say(InspectionChanged, inspection, acting_user)


def acknowledge(given: NewAcknowledgement, *, acting_user: User) -> Inspection:
    """The enterprise has read the record. Raises not_found, not_allowed, not_your_enterprise, already_corrected,
    already_acknowledged, objection_unexplained."""
    with recording():
        row = inspections_visible_to(acting_user).filter(pk=given.inspection_id).first()
        if row is None:
            raise NOT_FOUND.because("检查记录")
        Inspection.objects.select_for_update(of=("self",)).get(pk=row.pk)
        _require_may_acknowledge(row, given, acting_user)
        Acknowledgement.objects.create(
            inspection=row, user=acting_user, at=clock.happened(given.at), recorded_at=clock.now(), agreed=given.agreed,
            note=given.note,
        )  # fmt: skip
        return _touch(row.pk, acting_user)


def acknowledge_noted(given: NewAcknowledgement, *, acting_user: User) -> Inspection:
    """The same over REST: what is refused by a rule stands in the chain."""
    task = inspections_visible_to(acting_user).filter(pk=given.inspection_id).values_list("task", flat=True).first()
    if task is None:
        raise NOT_FOUND.because("检查记录")
    with noting(task, ACKNOWLEDGE, acting_user):
        return acknowledge(given, acting_user=acting_user)


def _require_may_acknowledge(row: Inspection, given: NewAcknowledgement, user: User) -> None:
    if ACKNOWLEDGE not in user.acts():
        raise NOT_ALLOWED.because(act=ACKNOWLEDGE)
    if row.enterprise_id not in scope_of(user).enterprises:
        raise problems.NOT_YOUR_ENTERPRISE.because()
    if later := Inspection.objects.filter(corrects=row).first():
        raise problems.ALREADY_CORRECTED.because(by=str(later.pk))
    if Acknowledgement.objects.filter(inspection=row).exists():
        raise problems.ALREADY_ACKNOWLEDGED.because()
    if not given.agreed and not given.note.strip():
        raise problems.OBJECTION_UNEXPLAINED.because()


def _say(
    kind: type[InspectionSubmitted] | type[InspectionChanged], inspection: UUID, acting_user: User | None
) -> Inspection:
    fresh = with_all(Inspection.objects.filter(pk=inspection)).get()
    task = get_task(fresh.task_id)
    own = people_of([fresh.enterprise_id]).get(fresh.enterprise_id, set())
    # a result from a former assignment must not tell of an unannounced visit that is still to come
    people = [] if fresh.late and is_hidden(task) else sorted(own)
    took_part = [fresh.inspector_id, *(fellow.user_id for fellow in fresh.fellows.all())]
    audience = dict.fromkeys([*audience_of(task), *(f"p:{user}" for user in [*took_part, *people])])
    publish(
        kind(inspection=inspection_view(fresh)), town=task.town, audience=audience, target=fresh.id,
        acting_user=acting_user.id if acting_user else None, at=fresh.finished_at,
    )  # fmt: skip
    return fresh
