"""What is said to a person about an operation of theirs, after its answer had been given."""

from backend.journal.events import Event, event
from backend.sync.views import SettledView


@event("operation.settled")
class OperationSettled(Event):
    """An operation that had been set aside was released or dismissed: its answer is now another one."""

    operation: SettledView
