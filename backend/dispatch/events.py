"""What is said about tasks. Each event carries the whole view, so that a reader only has to keep the newest."""

from uuid import UUID

from backend.dispatch.views import RefusalView, ReminderRuleView, ReminderView, TaskView
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


@event("task.refused")
class TaskRefused(Event):
    """Somebody tried what a rule forbids. Said to nobody; it stands in the chain with their name."""

    refusal: RefusalView


@event("task.reminded")
class TaskReminded(Event):
    """Said to one person, once: a task is not done, and its deadline is near or has passed."""

    reminder: ReminderView


@event("reminder_rule.changed")
class ReminderRuleChanged(Event):
    """Said to nobody: it stands in the chain who changed when whom is told."""

    reminder_rule: ReminderRuleView
