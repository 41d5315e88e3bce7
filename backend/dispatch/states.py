"""The states of a task, the legal moves, and what time makes of them."""

from datetime import datetime

from django.db.models import TextChoices


class TaskState(TextChoices):
    SENT = "sent", "已下达"  # stands on the assignee's list
    ACCEPTED = "accepted", "已接受"  # the assignee has said: mine
    SUBMITTED = "submitted", "已提交"  # a result has come in; if departments must countersign, not all have
    COMPLETED = "completed", "已完成"  # the result answers the task
    RETURNED = "returned", "退回重做"  # the result was not enough: the assignee goes again, under the next number
    DECLINED = "declined", "已谢绝"  # the assignee has said why not: the sender hands it over or withdraws it
    WITHDRAWN = "withdrawn", "已撤回"  # taken back by the sender; nothing completes it any more


_OWED_MOVES = frozenset({TaskState.SUBMITTED, TaskState.DECLINED, TaskState.WITHDRAWN})

MOVES: dict[str, frozenset[str]] = {
    TaskState.SENT: _OWED_MOVES | {TaskState.ACCEPTED},
    # to SENT: handed over, and the next one has accepted nothing yet
    TaskState.ACCEPTED: _OWED_MOVES | {TaskState.SENT},
    TaskState.RETURNED: _OWED_MOVES | {TaskState.ACCEPTED, TaskState.SENT},
    TaskState.DECLINED: frozenset({TaskState.SENT, TaskState.WITHDRAWN}),
    TaskState.SUBMITTED: frozenset({TaskState.COMPLETED, TaskState.RETURNED}),
    TaskState.COMPLETED: frozenset({TaskState.RETURNED}),
}

# the assignee owes it
OPEN = frozenset({TaskState.SENT, TaskState.ACCEPTED, TaskState.RETURNED})
# somebody owes a step before there is a result
OWED = OPEN | {TaskState.DECLINED}
# the subject waits for it, or for its last signature: no second one is planned
UNDER_WAY = OWED | {TaskState.SUBMITTED}
# nobody owes anything; a completed one may still be returned
FINAL = frozenset({TaskState.COMPLETED, TaskState.WITHDRAWN})
# a result is in: who was inspected knows
ANSWERED = frozenset({TaskState.SUBMITTED, TaskState.COMPLETED})


class Fact(TextChoices):
    """Rungs of the delivery ladder: things that happened to an assignment, each with its time, never a state."""

    ON_PHONE = "on_phone", "已到手机"
    OPENED = "opened", "已打开"
    ACCEPTED = "accepted", "已接受"
    ON_SITE = "on_site", "已到场"
    SUBMITTED = "submitted", "已提交"


def is_overdue(state: str, deadline: datetime, now: datetime) -> bool:
    return state in OWED and deadline < now
