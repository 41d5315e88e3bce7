"""What is said about checklists. All but the last to nobody: it stands in the chain who published what."""

from backend.journal.events import Event, event
from backend.standards.views import ChecklistView


@event("checklist.published")
class ChecklistPublished(Event):
    checklist: ChecklistView


@event("checklist.corrected")
class ChecklistCorrected(Event):
    """A version that nobody had used yet."""

    checklist: ChecklistView


@event("checklist.in_use")
class ChecklistInUseSaid(Event):
    """Said to everybody of the town, the first time that tasks are sent by it."""

    checklist: ChecklistView
