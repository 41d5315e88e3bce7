"""What is said about hazards."""

from backend.hazards.views import HazardView
from backend.journal.events import Event, event


@event("hazard.reported")
class HazardReported(Event):
    hazard: HazardView


@event("hazard.moved")
class HazardMoved(Event):
    hazard: HazardView
