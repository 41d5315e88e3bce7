"""What is said about communication tests: each person hears of their own answer only, the office reads the counts."""

from backend.comms.views import CommunicationTestView, ScheduleView
from backend.journal.events import Event, event


@event("communication_test.sent")
class CommunicationTestSent(Event):
    """Said once, to everybody who is tested."""

    communication_test: CommunicationTestView


@event("communication_test.changed")
class CommunicationTestChanged(Event):
    """Said to the person who answered or confirmed."""

    communication_test: CommunicationTestView


@event("communication_schedule.changed")
class CommunicationScheduleChanged(Event):
    """Said to nobody: it stands in the chain who switched the weekly test off."""

    communication_schedule: ScheduleView
