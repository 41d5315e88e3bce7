"""What is said about hazards."""

from backend.hazards.views import HazardView
from backend.journal.events import Event, event


@event("hazard.reported")
class HazardReported(Event):
    hazard: HazardView


@event("hazard.moved")
class HazardMoved(Event):
    """A step of the loop. Said once per step; what is learnt without a step comes as hazard.changed."""

    hazard: HazardView


@event("hazard.changed")
class HazardChanged(Event):
    """A photo of the hazard has arrived; its state is what it was."""

    hazard: HazardView
