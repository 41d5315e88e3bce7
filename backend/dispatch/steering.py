"""What becomes of a task when it does not go straight: handed over, withdrawn, returned, declined, countersigned."""

from typing import Annotated, Any
from uuid import UUID

import msgspec

from backend.accounts.models import User
from backend.accounts.pins import Digits, has_pin, require_pin
from backend.accounts.problems import PIN_REFUSED
from backend.accounts.roles import COUNTERSIGN, HAND_OVER, RETURN, WITHDRAW
from backend.dispatch.acting import acting
from backend.dispatch.events import TaskLeft
from backend.dispatch.models import Assignment, Countersignature, Task
from backend.dispatch.permissions import (
    require_fit,
    require_held,
    require_may,
)
from backend.dispatch.problems import (
    ALREADY_THEIRS,
    ASSIGNEE_UNFIT,
    DEADLINE_PASSED,
    HANDED_OVER_MEANWHILE,
    NOT_A_PARTY,
    OWN_COUNTERSIGNATURE,
)
from backend.dispatch.queries import get_task, hold_task
from backend.dispatch.services import Step, complete, tell, unsigned
from backend.dispatch.states import OWED, TaskState
from backend.foundation import clock
from backend.foundation.moves import ILLEGAL_MOVE, change, move
from backend.foundation.problems import NOT_ALLOWED
from backend.foundation.shapes import Body, Moment
from backend.journal.recording import publish, recording

Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"\S")]


def hand_over(task: Task, to: User, *, acting_user: User, why: str) -> Task:
    """Give a task to somebody else under the next number; the former holder is told. What they had accepted, declined or
    been returned, the next one has not: it is sent again.

    Raises illegal_move (it is answered or withdrawn), somebody_was_faster.
    """
    if task.state not in OWED:
        raise ILLEGAL_MOVE.because(f"{task.state} → hand_over", state=task.state)
    with recording():
        before = task.assignee_id
        _assign(task, TaskState.SENT, to, acting_user, why)
        left = TaskLeft(task_id=task.id, version=task.version, reason=why)
        publish(left, town=task.town, audience=[f"p:{before}"], target=task.id, acting_user=acting_user.id)
        return tell(get_task(task.pk), acting_user)


def _assign(task: Task, state: TaskState, to: User, acting_user: User, why: str, **changes: Any) -> None:
    """Under the next number: results name the number they were made under, so that an old one is known as such."""
    changes |= {"assignee_id": to.id, "assignment_no": task.assignment_no + 1}
    if task.state == state:
        change(task, **changes)
    else:
        move(task, state, who=acting_user.id, why=why[:200], **changes)
    Assignment.objects.create(task=task, number=task.assignment_no, user=to, since=clock.now())
    departments = dict.fromkeys(task.parties.order_by("pk").values_list("department", flat=True))
    Countersignature.objects.bulk_create(
        Countersignature(task=task, assignment_no=task.assignment_no, department_id=department)
        for department in departments
    )


class NewHolder(Body, kw_only=True):
    to: UUID
    why: Reason


class WithReason(Body, kw_only=True):
    why: Reason


class Decline(Step, kw_only=True):
    """The holder says why they will not do it."""

    why: Reason


class Return(Body, kw_only=True):
    """Not enough: do it again, because. `deadline`: a new one, else the old one stays."""

    task_id: UUID
    why: Reason
    deadline: Moment | None = None


class Countersign(Body, kw_only=True):
    note: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    # asked for from who has set one
    pin: Digits | None = None


def hand_over_task(task: UUID, order: NewHolder, *, acting_user: User) -> Task:
    """Raises not_allowed, not_your_dispatch, assignee_unfit, own_enterprise, already_theirs, illegal_move."""
    with acting(task, HAND_OVER, acting_user) as held:
        require_may(HAND_OVER, held, acting_user)
        to = User.objects.filter(pk=order.to).first()
        if to is None:
            raise ASSIGNEE_UNFIT.because()
        if to.pk == held.assignee_id and held.state != TaskState.DECLINED:
            raise ALREADY_THEIRS.because()
        require_fit(held, to)
        return hand_over(held, to, acting_user=acting_user, why=order.why)


def withdraw(task: UUID, order: WithReason, *, acting_user: User) -> Task:
    """Take it back: nothing completes it any more; a result that comes all the same is kept as late.

    Raises not_allowed, not_your_dispatch, illegal_move (a result is in, or withdrawn already).
    """
    with acting(task, WITHDRAW, acting_user) as held:
        require_may(WITHDRAW, held, acting_user)
        move(held, TaskState.WITHDRAWN, who=acting_user.id, why=order.why, reason=order.why)
        return tell(held, acting_user)


def return_task(order: Return, *, acting_user: User) -> Task:
    """The result is not enough: the same holder goes again, under the next number. The record stays as it is.

    Raises not_allowed, not_your_dispatch, illegal_move (no result is in), deadline_passed.
    """
    with acting(order.task_id, RETURN, acting_user) as held:
        require_may(RETURN, held, acting_user)
        if order.deadline and order.deadline <= clock.now():
            raise DEADLINE_PASSED.because()
        changes = {"inspection_id": None, "reason": order.why, "deadline": order.deadline or held.deadline}
        _assign(held, TaskState.RETURNED, held.assignee, acting_user, order.why, **changes)
        return tell(get_task(held.pk), acting_user)


def decline(refusal: Decline, *, acting_user: User) -> Task:
    """The holder will not do it, and says why; the sender hands it over or withdraws it.

    Raises not_your_task, handed_over_meanwhile, illegal_move (a result is in, withdrawn or declined already).
    """
    with recording():
        task = hold_task(refusal.task_id)
        if not require_held(task, acting_user, refusal.assignment_no):
            raise HANDED_OVER_MEANWHILE.because()
        move(task, TaskState.DECLINED, who=acting_user.id, why=refusal.why, reason=refusal.why)
        return tell(task, acting_user)


def countersign(task: UUID, given: Countersign, *, acting_user: User) -> Task:
    """A department that takes part agrees with the result; the last one completes the task.

    Raises not_allowed, not_a_party, own_countersignature, pin_refused, illegal_move (no result is in).
    """
    with acting(task, COUNTERSIGN, acting_user) as held:
        party = _party_of(held, acting_user)
        if has_pin(acting_user.pk):
            _require_given_pin(acting_user, given.pin)
        party.user, party.at, party.note = acting_user, clock.now(), given.note
        party.save(update_fields=["user", "at", "note"])
        if unsigned(held):
            change(held)
            return tell(held, acting_user)
        return complete(held, "countersigned", acting_user)


def _require_given_pin(user: User, pin: str | None) -> None:
    if pin is None:
        raise PIN_REFUSED.because("请输入 PIN")
    require_pin(user, pin)


def _party_of(task: Task, user: User) -> Countersignature:
    if COUNTERSIGN not in user.acts():
        raise NOT_ALLOWED.because(act=COUNTERSIGN)
    if task.assignee_id == user.pk:
        raise OWN_COUNTERSIGNATURE.because()
    mine = {held.department_id for held in user.held_today() if held.department_id}
    of_them = [party for party in task.known_parties if party.department_id in mine]
    if not of_them:
        raise NOT_A_PARTY.because()
    if task.state != TaskState.SUBMITTED:
        raise ILLEGAL_MOVE.because(f"{task.state} → countersign", state=task.state)
    waiting = [party for party in unsigned(task) if party in of_them]
    if not waiting:
        raise NOT_A_PARTY.because("已会签")
    return waiting[0]
