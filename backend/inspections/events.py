"""What is said about inspections."""

from backend.inspections.views import InspectionView
from backend.journal.events import Event, event


@event("inspection.submitted")
class InspectionSubmitted(Event):
    inspection: InspectionView


@event("inspection.changed")
class InspectionChanged(Event):
    """Something about the record is known now: an image has arrived, it was corrected or acknowledged. The record itself never
    changes."""

    inspection: InspectionView
