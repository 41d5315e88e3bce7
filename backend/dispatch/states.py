"""The states of a task, the legal moves, and what time makes of them."""

from datetime import datetime

from django.db.models import TextChoices


class TaskState(TextChoices):
    SENT = "sent", "已下达"  # stands on the assignee's list
    ACCEPTED = "accepted", "已接受"  # the assignee has said: mine
    SUBMITTED = "submitted", "已提交"  # a result has come in
    COMPLETED = "completed", "已完成"  # the result answers the task
    WITHDRAWN = "withdrawn", "已撤回"  # taken back by the sender


MOVES: dict[str, frozenset[str]] = {
    TaskState.SENT: frozenset({TaskState.ACCEPTED, TaskState.SUBMITTED, TaskState.WITHDRAWN}),
    TaskState.ACCEPTED: frozenset({TaskState.SUBMITTED, TaskState.WITHDRAWN}),
    TaskState.SUBMITTED: frozenset({TaskState.COMPLETED}),
}

OPEN = frozenset({TaskState.SENT, TaskState.ACCEPTED})
FINAL = frozenset({TaskState.COMPLETED, TaskState.WITHDRAWN})


class Fact(TextChoices):
    """Rungs of the delivery ladder: things that happened to an assignment, each with its time, never a state."""

    ON_PHONE = "on_phone", "已到手机"
    OPENED = "opened", "已打开"
    ACCEPTED = "accepted", "已接受"
    ON_SITE = "on_site", "已到场"
    SUBMITTED = "submitted", "已提交"


def is_overdue(state: str, deadline: datetime, now: datetime) -> bool:
    return state in OPEN and deadline < now
