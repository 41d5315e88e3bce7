"""What a person may do with a hazard now: asked by trying the rules themselves, so that a screen shows no act that would be
refused. The act is judged again when it is done."""

from collections.abc import Callable

from backend.accounts.models import User
from backend.accounts.roles import (
    DECIDE,
    JUDGE,
    JUDGE_MAJOR,
    MERGE,
    ORDER_RECTIFICATION,
    PROPOSE_CANCELLATION,
    RECEIVE,
    RECHECK,
    RECHECK_MAJOR,
)
from backend.foundation.problems import NOT_FOUND, Problem
from backend.hazards.models import Hazard
from backend.hazards.permissions import (
    act_on,
    require_another_than_rectifier,
    require_department,
    require_may,
    require_rectifier,
)
from backend.hazards.states import HazardState, PetitionState
from backend.hazards.steps import require_open, require_state


def possible(hazard: Hazard, user: User) -> list[str]:
    """Names of acts. Needs everything of queries.with_all at hand."""
    return [name for name, rules in ACTS.items() if _allows(rules, hazard, user)]


def _allows(rules: Callable[[Hazard, User], None], hazard: Hazard, user: User) -> bool:
    try:
        rules(hazard, user)
    except Problem:
        return False
    return True


def _judge(hazard: Hazard, user: User) -> None:
    require_state(hazard, HazardState.REPORTED)
    require_may(JUDGE, hazard, user)


def _judge_major(hazard: Hazard, user: User) -> None:
    require_state(hazard, HazardState.REPORTED)
    require_may(JUDGE_MAJOR, hazard, user)


def _order(hazard: Hazard, user: User) -> None:
    require_state(hazard, HazardState.JUDGED)
    require_may(ORDER_RECTIFICATION, hazard, user)


def _ask_recheck(hazard: Hazard, user: User) -> None:
    require_state(hazard, HazardState.RECTIFYING)
    require_rectifier(hazard, user)


def _recheck(hazard: Hazard, user: User) -> None:
    require_state(hazard, HazardState.AWAITING_RECHECK)
    require_another_than_rectifier(hazard, user)
    require_may(act_on(hazard.level, RECHECK, RECHECK_MAJOR), hazard, user)


def _propose_cancellation(hazard: Hazard, user: User) -> None:
    require_state(hazard, HazardState.REPORTED, HazardState.JUDGED)
    require_may(PROPOSE_CANCELLATION, hazard, user)


def _decide(hazard: Hazard, user: User) -> None:
    require_may(DECIDE, hazard, user)
    waiting = [one for one in hazard.petitions.all() if one.state == PetitionState.ASKED]
    if not any(one.asked_by_id != user.id for one in waiting):
        raise NOT_FOUND.because("申请")


def _receive(hazard: Hazard, user: User) -> None:
    require_may(RECEIVE, hazard, user)
    report = getattr(hazard, "department_report", None)
    if report is None or report.received_at:
        raise NOT_FOUND.because("报告")
    require_department(hazard, report.department_id, user)


def _merge(hazard: Hazard, user: User) -> None:
    require_open(hazard)
    require_may(MERGE, hazard, user)


ACTS: dict[str, Callable[[Hazard, User], None]] = {
    "judge": _judge,
    "judge_major": _judge_major,
    "order": _order,
    "ask_recheck": _ask_recheck,
    "recheck": _recheck,
    "propose_cancellation": _propose_cancellation,
    "decide": _decide,
    "receive": _receive,
    "merge": _merge,
}
