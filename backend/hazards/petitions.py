"""Asking for more time, or that a row be cancelled: with reasons, one at a time, decided by somebody else."""

from typing import Any

from django.db.models import QuerySet

from backend.accounts.models import User
from backend.accounts.roles import DECIDE, PROPOSE_CANCELLATION
from backend.dispatch.problems import DEADLINE_PASSED
from backend.foundation import clock
from backend.foundation.moves import change
from backend.foundation.problems import NOT_FOUND
from backend.hazards.bodies import Cancellation, Decision, Extension
from backend.hazards.models import Hazard, Petition, PetitionKind, Rectification
from backend.hazards.permissions import require_may, require_rectifier
from backend.hazards.problems import (
    EXTENSION_NOT_LATER,
    EXTENSION_TOO_LATE,
    NOT_RECTIFYING,
    OWN_DECISION,
    PETITION_DECIDED,
    PETITION_OPEN,
    REASON_MISSING,
)
from backend.hazards.states import HazardState, PetitionState
from backend.hazards.steps import acting, learn, require_state, step


def ask_extension(asked: Extension, *, acting_user: User) -> Hazard:
    """More time to rectify, asked before the time is up. The deadline stays what it is until somebody else decides.

    Raises not_rectifier, not_rectifying, extension_too_late, extension_not_later, reason_missing, petition_open.
    """
    with acting(asked, "ask_extension", acting_user) as hazard:
        require_rectifier(hazard, acting_user)
        if hazard.state != HazardState.RECTIFYING or hazard.due is None:
            raise NOT_RECTIFYING.because(state=hazard.state)
        if hazard.due <= clock.now():
            raise EXTENSION_TOO_LATE.because(due=hazard.due.isoformat())
        if asked.deadline <= hazard.due:
            raise EXTENSION_NOT_LATER.because(due=hazard.due.isoformat(), field="deadline")
        return _ask(hazard, PetitionKind.EXTENSION, asked.reason, acting_user, deadline=asked.deadline)


def propose_cancellation(asked: Cancellation, *, acting_user: User) -> Hazard:
    """Say that it is no hazard. Possible until rectifying has begun; the row stays what it is until somebody else decides.

    Raises not_allowed, not_your_hazard, illegal_move, reason_missing, petition_open.
    """
    with acting(asked, "propose_cancellation", acting_user) as hazard:
        require_may(PROPOSE_CANCELLATION, hazard, acting_user)
        require_state(hazard, HazardState.REPORTED, HazardState.JUDGED)
        return _ask(hazard, PetitionKind.CANCELLATION, asked.reason, acting_user)


def _ask(hazard: Hazard, kind: PetitionKind, reason: str, user: User, **more: Any) -> Hazard:
    if not reason.strip():
        raise REASON_MISSING.because(field="reason")
    if _open(hazard).filter(kind=kind).exists():
        raise PETITION_OPEN.because(kind=kind)
    Petition.objects.create(
        hazard=hazard, kind=kind, state=PetitionState.ASKED, asked_by=user, asked_at=clock.now(), reason=reason.strip(), **more
    )  # fmt: skip
    return learn(hazard, user)


def _open(hazard: Hazard) -> QuerySet[Petition]:
    return Petition.objects.filter(hazard=hazard, state=PetitionState.ASKED)


def decide(decision: Decision, *, acting_user: User) -> Hazard:
    """Grant or refuse. Whoever asked does not decide; a refusal has reasons.

    Raises not_allowed, not_your_hazard, not_found, own_decision, petition_decided, reason_missing, and if what was asked for
    is no longer possible: not_rectifying, deadline_passed, illegal_move.
    """
    with acting(decision, "decide", acting_user) as hazard:
        require_may(DECIDE, hazard, acting_user)
        petition = Petition.objects.filter(hazard=hazard, pk=decision.petition_id).first()
        if petition is None:
            raise NOT_FOUND.because("申请")
        if petition.asked_by_id == acting_user.id:
            raise OWN_DECISION.because()
        if petition.state != PetitionState.ASKED:
            raise PETITION_DECIDED.because(state=petition.state)
        if not decision.granted and not decision.why.strip():
            raise REASON_MISSING.because(field="why")
        _note(petition, decision, acting_user)
        return _carry_out(hazard, petition, acting_user) if decision.granted else learn(hazard, acting_user)


def _note(petition: Petition, decision: Decision, user: User) -> None:
    state = PetitionState.GRANTED if decision.granted else PetitionState.REFUSED
    change(petition, state=state, decided_by=user, decided_at=clock.now(), why=decision.why.strip())


def _carry_out(hazard: Hazard, petition: Petition, user: User) -> Hazard:
    if petition.kind == PetitionKind.CANCELLATION:
        return step(hazard, HazardState.CANCELLED, user, why=petition.reason)
    if hazard.state != HazardState.RECTIFYING:
        raise NOT_RECTIFYING.because(state=hazard.state)
    if petition.deadline is None or petition.deadline <= clock.now():
        raise DEADLINE_PASSED.because(field="deadline")
    Rectification.objects.filter(hazard=hazard).update(deadline=petition.deadline)
    return learn(hazard, user, due=petition.deadline)
