"""What is said about tasks. Each event carries the whole view, so that a reader only has to keep the newest."""

from uuid import UUID

from backend.dispatch.views import TaskView
from backend.journal.events import Event, event


@event("task.sent")
class TaskSent(Event):
    task: TaskView


@event("task.changed")
class TaskChanged(Event):
    task: TaskView


@event("task.completed")
class TaskCompleted(Event):
    """A result has answered the task. Said once; what is learnt afterwards comes as task.changed."""

    task: TaskView


@event("task.left")
class TaskLeft(Event):
    """Said to a former assignee: you no longer hold this."""

    task_id: UUID
    version: int
    reason: str
