"""What is said about hazards."""

from uuid import UUID

from backend.foundation.shapes import View
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
    """A photo has arrived, elements were filled in, somebody asked, decided or confirmed; its state is what it was."""

    hazard: HazardView


class HazardRefusalView(View):
    """`version` is always 1: what was refused does not change."""

    id: UUID
    version: int
    hazard_id: UUID
    act: str
    code: str
    detail: str


@event("hazard.refused")
class HazardRefused(Event):
    """Somebody tried what a rule forbids. Said to nobody; it stands in the chain with their name."""

    refusal: HazardRefusalView
