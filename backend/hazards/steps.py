"""What every act on a hazard has in common: the row is held, its history line and its event are written, a breach is noted."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.accounts.models import User
from backend.foundation import blobs, clock
from backend.foundation.ids import new_id
from backend.foundation.moves import ILLEGAL_MOVE, change, move
from backend.foundation.problems import NOT_FOUND, SOMEBODY_WAS_FASTER, Problem
from backend.hazards.bodies import NewPicture, OnHazard
from backend.hazards.events import HazardChanged, HazardMoved, HazardRefusalView, HazardRefused, HazardReported
from backend.hazards.models import Hazard, HazardPhoto, RectificationReport, Stage
from backend.hazards.permissions import audience_of
from backend.hazards.problems import HAZARD_FINAL, HAZARD_MERGED
from backend.hazards.queries import get_hazard, hazards_visible_to, hold_hazards
from backend.hazards.states import FINAL, HazardState
from backend.hazards.views import hazard_view
from backend.journal.recording import attempt, origin_now, publish, recording


@contextmanager
def acting(on: OnHazard, act: str, user: User, *, also: UUID | None = None) -> Iterator[Hazard]:
    """One act on one hazard, all or nothing; `also`: another hazard to be locked with it. Raises not_found,
    somebody_was_faster, hazard_merged.

    A refusal by a rule (403, 422) stands in the chain as `hazard.refused`; being late or asking for what one cannot see does
    not. An operation of a phone that is refused is kept as such, and not in the chain as well.
    """
    refused = None
    with recording():
        try:
            with attempt(origin_now()):
                yield _held(on, user, [on.hazard_id, also or on.hazard_id])
        except Problem as problem:
            if problem.kind.status not in (403, 422):
                raise
            refused = problem
            _note(on.hazard_id, act, problem, user)
    if refused:
        raise refused


def _held(on: OnHazard, user: User, locked: list[UUID]) -> Hazard:
    if not hazards_visible_to(user).filter(pk=on.hazard_id).exists():
        raise NOT_FOUND.because("隐患")
    hold_hazards(locked)
    row = get_hazard(on.hazard_id)
    if row.merged_into_id:
        raise HAZARD_MERGED.because(into=str(row.merged_into_id))
    if on.version not in (None, row.version):
        raise SOMEBODY_WAS_FASTER.because(version=row.version, state=row.state)
    return row


def _note(hazard: UUID, act: str, problem: Problem, user: User) -> None:
    row = Hazard.objects.get(pk=hazard)
    what = HazardRefusalView(
        id=new_id(), version=1, hazard_id=hazard, act=act, code=problem.kind.code, detail=problem.detail
    )
    publish(HazardRefused(refusal=what), town=row.town, audience=[], target=hazard, acting_user=user.id)


def require_open(hazard: Hazard) -> None:
    if hazard.state in FINAL:
        raise HAZARD_FINAL.because(state=hazard.state)


def require_state(hazard: Hazard, *states: HazardState) -> None:
    """The act belongs to these states. That the table knows a move from the present one is not enough: judged → rectifying
    is an order and awaiting_recheck → rectifying a failed re-check, and neither may pass for the other. Raises illegal_move."""
    if hazard.state not in states:
        raise ILLEGAL_MOVE.because(f"现在是 {hazard.state}", state=hazard.state, wanted=list(states))


def step(hazard: Hazard, to: HazardState, user: User, *, why: str = "", **changes: Any) -> Hazard:
    """A move, its history line and its event."""
    move(hazard, to, who=user.id, why=why[:200], **changes)
    return say(HazardMoved, hazard.pk, user)


def learn(hazard: Hazard, user: User, **changes: Any) -> Hazard:
    """Something is known that is no move: the version rises, and whoever keeps a copy hears."""
    change(hazard, **changes)
    return say(HazardChanged, hazard.pk, user)


def say(
    kind: type[HazardReported] | type[HazardMoved] | type[HazardChanged], hazard: UUID, user: User | None
) -> Hazard:
    fresh = get_hazard(hazard)
    publish(
        kind(hazard=hazard_view(fresh)), town=fresh.town, audience=audience_of(fresh), target=fresh.id,
        acting_user=user.id if user else None,
    )  # fmt: skip
    return fresh


def add_pictures(hazard: Hazard, stage: Stage, pictures: Iterable[NewPicture], record: UUID | None = None) -> None:
    HazardPhoto.objects.bulk_create(
        HazardPhoto(
            hazard=hazard, sha256=p.sha256, stored=blobs.exists(p.sha256), stage=stage, taken_at=p.taken_at, record=record
        )
        for p in pictures
    )  # fmt: skip


def add_image(hazard: Hazard, stage: Stage, sha256: str, record: UUID | None = None) -> None:
    HazardPhoto.objects.create(hazard=hazard, sha256=sha256, stored=blobs.exists(sha256), stage=stage, record=record)


def add_report(
    hazard: Hazard, user: User, at: datetime, note: str, *, on_the_spot: bool = False
) -> RectificationReport:
    """Somebody says that it is done. `at` is when, as they say, but not later than now."""
    number = RectificationReport.objects.filter(hazard=hazard).count() + 1
    return RectificationReport.objects.create(
        hazard=hazard, number=number, by=user, at=clock.happened(at), recorded_at=clock.now(), note=note,
        on_the_spot=on_the_spot,
    )  # fmt: skip
