"""The steps of the closed loop: found → judged by a clause → five elements → rectified → re-checked by somebody else → closed.

Asking for more time or for a cancellation is in petitions.py, reporting to the department in reporting_up.py, doubles are
in merging.py.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import IntegrityError
from django.db.models import F

from backend.accounts.models import RoleHeld, User
from backend.accounts.roles import (
    JUDGE,
    JUDGE_MAJOR,
    ORDER_RECTIFICATION,
    PLAN_RECTIFICATION,
    RECHECK,
    RECHECK_MAJOR,
)
from backend.dispatch.models import Task
from backend.dispatch.problems import DEADLINE_PASSED
from backend.enterprises.models import Enterprise
from backend.enterprises.responsibilities import department_on
from backend.foundation import clock
from backend.foundation.ids import new_id
from backend.foundation.moves import ILLEGAL_MOVE
from backend.foundation.problems import NOT_FOUND
from backend.foundation.shapes import plain
from backend.hazards.bodies import Done, Elements, Fix, Judgement, NewDocument, NewFinding, NewRecheck, Order
from backend.hazards.events import HazardChanged, HazardReported
from backend.hazards.models import (
    Hazard,
    HazardPhoto,
    LedgerNumber,
    PointVerdict,
    Recheck,
    Rectification,
    RectificationReport,
    Source,
    SourceDocument,
    Stage,
)
from backend.hazards.permissions import (
    act_on,
    enterprise_can_report,
    require_another_than_rectifier,
    require_may,
    require_may_report,
    require_on_the_spot,
    require_rectifier,
)
from backend.hazards.problems import (
    AFTER_PHOTO_MISSING,
    BEFORE_AFTER_MISSING,
    CLAUSE_NOT_IN_FORCE,
    FIVE_ELEMENTS_MISSING,
    HAZARD_ID_REUSED,
    NOBODY_TO_RECTIFY,
    POINTS_INCOMPLETE,
    REASON_MISSING,
    RECHECK_UNSIGNED,
    REPORT_SUPERSEDED,
    SIGNATURE_NOT_OWN,
    SOURCE_DOCUMENT_MISSING,
)
from backend.hazards.states import HazardState, Level
from backend.hazards.steps import acting, add_image, add_pictures, add_report, learn, require_state, say, step
from backend.journal.chain import canonical
from backend.journal.recording import attempt, origin_now, recording
from backend.standards.models import Clause
from backend.standards.views import citation

FIVE_ELEMENTS = ("responsible", "measures", "funds", "deadline", "emergency_plan")


@dataclass(frozen=True)
class Finding:
    """What somebody saw at an enterprise. `clause` and `level`: what the finder proposes; judging is another act.

    `lon`, `lat`: EPSG:4490 degrees; where nobody says, the enterprise's. `id`, `request`: from a device, see `report_found`.
    """

    enterprise: Enterprise
    description: str
    source: Source
    found_at: datetime
    item: str = ""
    clause: Clause | None = None
    task: Task | None = None
    inspection: UUID | None = None
    photos: tuple[str, ...] = ()
    level: str = ""
    cause: str = ""
    part: str = ""
    lon: float | None = None
    lat: float | None = None
    id: UUID | None = None
    request: str = ""


def report(finding: Finding, *, acting_user: User) -> Hazard:
    """Open a row in the ledger. `found_at` may lie back; the time of recording is kept beside it and both are shown."""
    with recording():
        hazard = _open(finding, acting_user)
        for sha in finding.photos:
            add_image(hazard, Stage.FOUND, sha)
        return say(HazardReported, hazard.pk, acting_user)


def report_found(new: NewFinding, *, acting_user: User) -> Hazard:
    """Record what somebody came across, perhaps fixed on the spot. The same again returns what it made the first time.

    Raises not_found (no such place in their reach), source_not_yours, source_document_missing, before_after_missing,
    hazard_id_reused (same id, other content).
    """
    request = hashlib.sha256(canonical(msgspec.to_builtins(new)).encode()).hexdigest()
    if earlier := _reported_before(new.hazard_id, request, acting_user):
        return earlier
    place = Enterprise.objects.select_related("grid", "department").filter(pk=new.enterprise_id).first()
    if place is None:
        raise NOT_FOUND.because("单位")
    require_may_report(place, Source(new.source), acting_user)
    _check_finding(new)
    with recording():
        try:
            with attempt(origin_now()):
                return _report_found(new, place, request, acting_user)
        except IntegrityError:  # the same came twice at once, and the other was faster
            if earlier := _reported_before(new.hazard_id, request, acting_user):
                return earlier
            raise


def _reported_before(hazard: UUID, request: str, user: User) -> Hazard | None:
    earlier = Hazard.objects.filter(pk=hazard).first()
    if earlier and (earlier.request != request or earlier.found_by_id != user.id):
        raise HAZARD_ID_REUSED.because()
    return earlier


def _check_finding(new: NewFinding) -> None:
    if (Source(new.source) == Source.HANDED_DOWN) != (new.document is not None):
        raise SOURCE_DOCUMENT_MISSING.because(source=new.source, field="document")
    if new.on_the_spot:
        _require_before_and_after(before=bool(new.photos), after=bool(new.on_the_spot.after))


def _require_before_and_after(*, before: bool, after: bool) -> None:
    given = {"before": before, "after": after}
    if missing := [name for name in given if not given[name]]:
        raise BEFORE_AFTER_MISSING.because(missing=missing)


def _report_found(new: NewFinding, place: Enterprise, request: str, user: User) -> Hazard:
    at = new.position
    finding = Finding(
        enterprise=place, description=new.description, source=Source(new.source), found_at=clock.happened(new.found_at),
        item=new.item, clause=_clause(new.clause_id) if new.clause_id else None, level=new.level or "",
        cause=new.cause or "", part=new.part, lon=at.lon if at else None, lat=at.lat if at else None,
        id=new.hazard_id, request=request,
    )  # fmt: skip
    hazard = _open(finding, user)
    add_pictures(hazard, Stage.FOUND, new.photos)
    if new.document:
        _keep_document(hazard, new.document)
    if new.on_the_spot:
        fixed = add_report(hazard, user, new.found_at, new.on_the_spot.note, on_the_spot=True)
        add_pictures(hazard, Stage.AFTER, new.on_the_spot.after, fixed.pk)
        Hazard.objects.filter(pk=hazard.pk).update(fixed_on_spot=True)
    return say(HazardReported, hazard.pk, user)


def _keep_document(hazard: Hazard, paper: NewDocument) -> None:
    SourceDocument.objects.create(
        hazard=hazard, number=paper.number, issuer=paper.issuer, dated=paper.dated, sha256=paper.sha256 or ""
    )
    if paper.sha256:
        add_image(hazard, Stage.DOCUMENT, paper.sha256)


def _open(finding: Finding, user: User) -> Hazard:
    place, day = finding.enterprise, clock.day_of(finding.found_at)
    return Hazard.objects.create(
        id=finding.id or new_id(), state=HazardState.REPORTED, town=place.grid.town_code,
        number=_next_number(place.grid.town_code), enterprise=place, grid=place.grid, department=department_on(place, day),
        sector=place.sector, source=finding.source, cause=finding.cause, item=finding.item, part=finding.part,
        lon=place.lon if finding.lon is None else finding.lon, lat=place.lat if finding.lat is None else finding.lat,
        description=finding.description, proposed_level=finding.level, clause=finding.clause,
        proposed_citation=plain(citation(finding.clause, day)) if finding.clause else None, task=finding.task,
        sender=finding.task.dispatch.department if finding.task else None, inspection_id=finding.inspection, found_by=user,
        found_at=finding.found_at, recorded_at=clock.now(),
        request=finding.request, is_demo=place.is_demo,
    )  # fmt: skip


def fix_on_the_spot(fix: Fix, *, acting_user: User) -> Hazard:
    """It was put right before anybody ordered anything. A general one that is judged waits for its re-check at once, one
    that is not judged yet does so when it is. A major one is not settled so: it needs the five elements.

    Raises not_rectifier, before_after_missing, five_elements_missing (it is major), illegal_move.
    """
    with acting(fix, "fix_on_the_spot", acting_user) as hazard:
        require_on_the_spot(hazard, acting_user)
        require_state(hazard, HazardState.REPORTED, HazardState.JUDGED)
        if hazard.fixed_on_spot:
            raise ILLEGAL_MOVE.because("已登记立行立改", state=hazard.state)
        if hazard.level == Level.MAJOR:
            raise FIVE_ELEMENTS_MISSING.because("重大隐患须落实五项要素后整改", missing=list(FIVE_ELEMENTS))
        earlier = hazard.photos.filter(stage__in=[Stage.FOUND, Stage.BEFORE]).exists()
        _require_before_and_after(before=bool(fix.before) or earlier, after=bool(fix.after))
        done = add_report(hazard, acting_user, fix.at, fix.note, on_the_spot=True)
        add_pictures(hazard, Stage.BEFORE, fix.before, done.pk)
        add_pictures(hazard, Stage.AFTER, fix.after, done.pk)
        if hazard.state == HazardState.JUDGED:
            return step(hazard, HazardState.AWAITING_RECHECK, acting_user, why="fixed_on_spot", fixed_on_spot=True)
        return learn(hazard, acting_user, fixed_on_spot=True)


def judge(judgement: Judgement, *, acting_user: User) -> Hazard:
    """General or major, by a clause in force on the day it was found; the clause is kept as it stands now.

    Raises not_allowed, not_your_hazard, major_needs_right, clause_not_in_force, illegal_move.
    """
    with acting(judgement, "judge", acting_user) as hazard:
        require_may(act_on(judgement.level, JUDGE, JUDGE_MAJOR), hazard, acting_user)
        require_state(hazard, HazardState.REPORTED)
        clause = _clause(judgement.clause_id)
        _require_in_force(clause, hazard)
        kept = plain(citation(clause, clock.day_of(hazard.found_at)))
        judged = step(
            hazard, HazardState.JUDGED, acting_user, level=judgement.level, clause_id=clause.pk, citation=kept
        )
        if judged.fixed_on_spot and judged.level == Level.GENERAL:
            return step(judged, HazardState.AWAITING_RECHECK, acting_user, why="fixed_on_spot")
        return judged


def _clause(clause: UUID) -> Clause:
    found = Clause.objects.select_related("standard").filter(pk=clause).first()
    if found is None:
        raise NOT_FOUND.because("条款")
    return found


def _require_in_force(clause: Clause, hazard: Hazard) -> None:
    day, standard = clock.day_of(hazard.found_at), clause.standard
    if standard.effective_from > day or (standard.effective_to and standard.effective_to < day):
        raise CLAUSE_NOT_IN_FORCE.because(standard=standard.number, day=day.isoformat())


def plan_rectification(elements: Elements, *, acting_user: User) -> Hazard:
    """Fill in of the five elements what is known, before the order. Raises not_allowed, not_your_hazard, illegal_move."""
    with acting(elements, "plan_rectification", acting_user) as hazard:
        require_may(PLAN_RECTIFICATION, hazard, acting_user)
        require_state(hazard, HazardState.REPORTED, HazardState.JUDGED)
        Rectification.objects.update_or_create(hazard=hazard, defaults=_filled(hazard, elements))
        return learn(hazard, acting_user)


def order_rectification(order: Order, *, acting_user: User) -> Hazard:
    """Begin rectifying, once all five elements are there: given now, or filled in before.

    Raises not_allowed, not_your_hazard, five_elements_missing (and names which), deadline_passed, nobody_to_rectify,
    illegal_move.
    """
    with acting(order, "order_rectification", acting_user) as hazard:
        require_may(ORDER_RECTIFICATION, hazard, acting_user)
        require_state(hazard, HazardState.JUDGED)
        whole = _filled(hazard, order)
        if missing := [name for name in FIVE_ELEMENTS if not whole[name]]:
            raise FIVE_ELEMENTS_MISSING.because(missing=missing)
        if whole["deadline"] <= clock.now():
            raise DEADLINE_PASSED.because(field="deadline")
        points = [text.strip() for text in order.points if text.strip()] or [hazard.description]
        whole |= {
            "rectifier": _rectifier_named(order.rectifier_id, hazard), "ordered_by": acting_user,
            "ordered_at": clock.now(), "points": _numbered(points),
        }  # fmt: skip
        Rectification.objects.update_or_create(hazard=hazard, defaults=whole)
        return step(hazard, HazardState.RECTIFYING, acting_user, due=whole["deadline"])


def _filled(hazard: Hazard, given: Elements) -> dict[str, Any]:
    """What is given, and for what is left empty what was filled in before."""
    before = Rectification.objects.filter(hazard=hazard).first()
    names = (*FIVE_ELEMENTS, "responsible_phone", "interim")
    now = {name: _stripped(getattr(given, name)) for name in names}
    return {name: now[name] or (getattr(before, name) if before else now[name]) for name in names}


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _numbered(points: list[str]) -> list[dict[str, str]]:
    return [{"key": str(n), "text": text} for n, text in enumerate(points, start=1)]


def _rectifier_named(rectifier: UUID | None, hazard: Hazard) -> User | None:
    """Who is named, or nobody if people of the enterprise can report it done."""
    if rectifier is None:
        if not enterprise_can_report(hazard):
            raise NOBODY_TO_RECTIFY.because(field="rectifier_id")
        return None
    there = RoleHeld.objects.current().filter(user=rectifier, user__is_active=True, division__startswith=hazard.town)
    if not there.exists():
        raise NOT_FOUND.because("整改人")
    return User.objects.get(pk=rectifier)


def ask_recheck(done: Done, *, acting_user: User) -> Hazard:
    """Report that it is done, with photos of how it is now. Whoever says so may not re-check it, nor who was ordered to.

    Raises not_rectifier, after_photo_missing, illegal_move.
    """
    with acting(done, "ask_recheck", acting_user) as hazard:
        require_rectifier(hazard, acting_user)
        require_state(hazard, HazardState.RECTIFYING)
        if not done.photos:
            raise AFTER_PHOTO_MISSING.because(field="photos")
        said = add_report(hazard, acting_user, done.at, done.note)
        add_pictures(hazard, Stage.AFTER, done.photos, said.pk)
        return step(hazard, HazardState.AWAITING_RECHECK, acting_user)


def recheck(new: NewRecheck, *, acting_user: User) -> Hazard:
    """Close, or send back: every point is answered, somebody else than the rectifier has looked and signs for it.

    Raises not_allowed, not_your_hazard, major_needs_right, own_recheck, report_superseded, points_incomplete,
    recheck_unsigned, signature_not_own, reason_missing, after_photo_missing, illegal_move.
    """
    with acting(new, "recheck", acting_user) as hazard:
        require_another_than_rectifier(hazard, acting_user)
        require_may(act_on(hazard.level, RECHECK, RECHECK_MAJOR), hazard, acting_user)
        looked_at = _report_looked_at(hazard, new)
        points = _answered(hazard, new)
        sha256 = _signature_of(new, acting_user)
        passed = _passed(points, new)
        made = Recheck.objects.create(
            hazard=hazard, report=looked_at, by=acting_user, at=clock.happened(new.at), recorded_at=clock.now(),
            points=points, opinion=new.opinion, passed=passed, signed_name=acting_user.name, signature=sha256,
        )  # fmt: skip
        add_pictures(hazard, Stage.RECHECK, new.photos, made.pk)
        add_image(hazard, Stage.SIGNATURE, sha256, made.pk)
        if passed:
            return step(hazard, HazardState.CLOSED, acting_user, why="recheck_passed", closed_at=clock.now())
        return _send_back(hazard, made, acting_user)


def _report_looked_at(hazard: Hazard, new: NewRecheck) -> RectificationReport:
    """The latest report of done, if that is what was looked at: an older one says nothing about what it is like now."""
    require_state(hazard, HazardState.AWAITING_RECHECK)
    last = RectificationReport.objects.filter(hazard=hazard).latest("number")
    if last.pk != new.report_id:
        raise REPORT_SUPERSEDED.because(report_id=str(last.pk))
    return last


def _answered(hazard: Hazard, new: NewRecheck) -> list[dict[str, str]]:
    """Every point of the order with its verdict; of what was fixed on the spot the one point is the hazard itself."""
    order = Rectification.objects.filter(hazard=hazard).exclude(ordered_at=None).first()
    asked = order.points if order else _numbered([hazard.description])
    given, keys = [point.key for point in new.points], [point["key"] for point in asked]
    if sorted(given) != sorted(keys):
        raise POINTS_INCOMPLETE.because(points=keys, given=given)
    answers = {point.key: point for point in new.points}
    return [
        {"key": p["key"], "text": p["text"], "verdict": answers[p["key"]].verdict, "note": answers[p["key"]].note}
        for p in asked
    ]


def _signature_of(new: NewRecheck, user: User) -> str:
    signed = new.signature
    if signed is None or not signed.sha256 or not signed.name.strip():
        raise RECHECK_UNSIGNED.because(field="signature")
    if signed.name.strip() != user.name:
        raise SIGNATURE_NOT_OWN.because(field="signature", name=user.name)
    return signed.sha256


def _passed(points: list[dict[str, str]], new: NewRecheck) -> bool:
    """All that applies is fixed, and something does. What failed needs words, what passed needs a photo."""
    verdicts = {point["verdict"] for point in points}
    if PointVerdict.FIXED in verdicts and verdicts <= {PointVerdict.FIXED, PointVerdict.NA}:
        if not new.photos:
            raise AFTER_PHOTO_MISSING.because(field="photos")
        return True
    failed = [p for p in points if p["verdict"] != PointVerdict.FIXED]
    if not new.opinion.strip() and not all(p["note"].strip() for p in failed):
        raise REASON_MISSING.because(points=[p["key"] for p in failed if not p["note"].strip()])
    return False


def _send_back(hazard: Hazard, made: Recheck, user: User) -> Hazard:
    """To rectifying; what was only ever fixed on the spot has no order yet, and needs the five elements now."""
    why = made.opinion.strip() or "；".join(p["note"] for p in made.points if p["note"])
    ordered = Rectification.objects.filter(hazard=hazard).exclude(ordered_at=None).exists()
    back = HazardState.RECTIFYING if ordered else HazardState.JUDGED
    return step(hazard, back, user, why=why, fixed_on_spot=False)


def note_photo_stored(sha256: str) -> None:
    """A photo that hazards refer to has arrived."""
    waiting = HazardPhoto.objects.filter(sha256=sha256, stored=False)
    for hazard in Hazard.objects.filter(photos__in=waiting).distinct():
        with recording():
            Hazard.objects.filter(pk=hazard.pk).update(version=F("version") + 1)
            HazardPhoto.objects.filter(hazard=hazard, sha256=sha256).update(stored=True)
            say(HazardChanged, hazard.pk, None)


def _next_number(town: str) -> str:
    """Town, year, running number: 440783112-2026-0001."""
    year = clock.today().year
    LedgerNumber.objects.get_or_create(town=town, year=year)
    row = LedgerNumber.objects.select_for_update().get(town=town, year=year)
    row.last += 1
    row.save(update_fields=["last"])
    return f"{town}-{year}-{row.last:04d}"
