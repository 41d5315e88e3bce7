"""The steps of the closed loop: found → judged by a clause → five elements → rectified → re-checked by somebody else → closed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from backend.accounts.models import User
from backend.dispatch.models import Task
from backend.enterprises.models import Enterprise
from backend.foundation import blobs, clock
from backend.foundation.moves import move
from backend.hazards.events import HazardChanged, HazardMoved, HazardReported
from backend.hazards.models import Hazard, HazardMove, HazardPhoto, LedgerNumber, Rectification, Source
from backend.hazards.permissions import audience_of
from backend.hazards.problems import CLAUSE_NOT_IN_FORCE, FIVE_ELEMENTS_MISSING, OWN_RECHECK, REASON_MISSING
from backend.hazards.queries import get_hazard
from backend.hazards.states import HazardState, Level
from backend.hazards.views import hazard_view
from backend.journal.recording import publish, recording
from backend.standards.models import Clause


@dataclass(frozen=True)
class Finding:
    """What somebody saw at an enterprise. `clause`: the candidate the finder proposes; judging is another act."""

    enterprise: Enterprise
    description: str
    source: Source
    found_at: datetime
    item: str = ""
    clause: Clause | None = None
    task: Task | None = None
    inspection: UUID | None = None
    photos: tuple[str, ...] = ()


def report(finding: Finding, *, acting_user: User) -> Hazard:
    """Open a row in the ledger. `found_at` may lie back; the time of recording is kept beside it and both are shown."""
    place = finding.enterprise
    with recording():
        hazard = Hazard.objects.create(
            state=HazardState.REPORTED, town=place.grid.town_code, number=_next_number(place.grid.town_code),
            enterprise=place, grid=place.grid, department=place.department, sector=place.sector, source=finding.source,
            item=finding.item, description=finding.description, clause=finding.clause, task=finding.task,
            inspection_id=finding.inspection, found_by=acting_user, found_at=finding.found_at,
            recorded_at=clock.now(), is_demo=place.is_demo,
        )  # fmt: skip
        HazardPhoto.objects.bulk_create(
            HazardPhoto(hazard=hazard, sha256=sha, stored=blobs.exists(sha)) for sha in finding.photos
        )
        fresh = get_hazard(hazard.pk)
        said = HazardReported(hazard=hazard_view(fresh))
        publish(said, town=fresh.town, audience=audience_of(fresh), target=fresh.id, acting_user=acting_user.id)
    return fresh


def judge(hazard: Hazard, *, level: Level, clause: Clause, acting_user: User) -> Hazard:
    """General or major, by a clause in force on the day it was found. Raises clause_not_in_force."""
    day, standard = clock.day_of(hazard.found_at), clause.standard
    if standard.effective_from > day or (standard.effective_to and standard.effective_to < day):
        raise CLAUSE_NOT_IN_FORCE.because(standard=standard.number, day=day.isoformat())
    return _move(hazard, HazardState.JUDGED, acting_user, level=level, clause_id=clause.pk)


def order_rectification(
    hazard: Hazard, elements: dict[str, Any], *, acting_user: User, rectifier: User | None
) -> Hazard:
    """`elements`: responsible, measures, funds, deadline, emergency_plan. Raises five_elements_missing and names which."""
    names = ("responsible", "measures", "funds", "deadline", "emergency_plan")
    if missing := [name for name in names if not str(elements.get(name) or "").strip()]:
        raise FIVE_ELEMENTS_MISSING.because(missing=missing)
    with recording():
        Rectification.objects.update_or_create(hazard=hazard, defaults=elements | {"rectifier": rectifier})
        return _move(hazard, HazardState.RECTIFYING, acting_user, due=elements["deadline"])


def ask_recheck(hazard: Hazard, *, acting_user: User) -> Hazard:
    """Say that it is done; who says so counts as its rectifier, beside the one who was ordered to."""
    with recording():
        Rectification.objects.filter(hazard=hazard, rectifier=None).update(rectifier=acting_user)
        return _move(hazard, HazardState.AWAITING_RECHECK, acting_user)


def recheck(hazard: Hazard, *, passed: bool, acting_user: User, why: str = "") -> Hazard:
    """Close, or send back to rectifying with a reason. Raises own_recheck: nobody re-checks what they rectified."""
    if acting_user.id in _rectifiers(hazard):
        raise OWN_RECHECK.because()
    if passed:
        return _move(hazard, HazardState.CLOSED, acting_user, why="recheck_passed", closed_at=clock.now())
    if not why.strip():
        raise REASON_MISSING.because()
    return _move(hazard, HazardState.RECTIFYING, acting_user, why=why)


def _rectifiers(hazard: Hazard) -> set[UUID | None]:
    """Who was ordered to rectify it, and who ever said that it was done."""
    ordered = Rectification.objects.filter(hazard=hazard).values_list("rectifier", flat=True)
    said_done = HazardMove.objects.filter(subject=hazard, to_state=HazardState.AWAITING_RECHECK)
    return {*ordered, *said_done.values_list("who", flat=True)}


def note_photo_stored(sha256: str) -> None:
    """A photo that hazards refer to has arrived."""
    waiting = HazardPhoto.objects.filter(sha256=sha256, stored=False)
    for hazard in Hazard.objects.filter(photos__in=waiting).distinct():
        with recording():
            Hazard.objects.filter(pk=hazard.pk).update(version=F("version") + 1)
            HazardPhoto.objects.filter(hazard=hazard, sha256=sha256).update(stored=True)
            _say(HazardChanged, hazard.pk, None)


def _move(hazard: Hazard, to: HazardState, acting_user: User, *, why: str = "", **changes: Any) -> Hazard:
    with recording():
        move(hazard, to, who=acting_user.id, why=why, **changes)
        return _say(HazardMoved, hazard.pk, acting_user)


def _say(kind: type[HazardMoved] | type[HazardChanged], hazard: UUID, acting_user: User | None) -> Hazard:
    fresh = get_hazard(hazard)
    publish(
        kind(hazard=hazard_view(fresh)), town=fresh.town, audience=audience_of(fresh), target=fresh.id,
        acting_user=acting_user.id if acting_user else None,
    )  # fmt: skip
    return fresh


def _next_number(town: str) -> str:
    """Town, year, running number: 440783112-2026-0001."""
    year = clock.today().year
    LedgerNumber.objects.get_or_create(town=town, year=year)
    row = LedgerNumber.objects.select_for_update().get(town=town, year=year)
    row.last += 1
    row.save(update_fields=["last"])
    return f"{town}-{year}-{row.last:04d}"
