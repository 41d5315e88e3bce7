"""What is said about inspections."""

from backend.inspections.views import InspectionView
from backend.journal.events import Event, event


@event("inspection.submitted")
class InspectionSubmitted(Event):
    inspection: InspectionView


@event("inspection.changed")
class InspectionChanged(Event):
    """A photo or signature image of the record has arrived; the record itself never changes."""

    inspection: InspectionView
