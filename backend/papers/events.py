"""What is said about papers. No stream hears it: a paper is handed over, not pushed to phones."""

from backend.journal.events import Event, event
from backend.papers.views import PaperView, ReadingView, TemplateView


@event("paper.issued")
class PaperIssued(Event):
    """With the SHA-256 of every file, so that a paper can be checked later."""

    paper: PaperView


@event("template.replaced")
class TemplateReplaced(Event):
    template: TemplateView


@event("traceback.read")
class TracebackRead(Event):
    """Somebody has read who did what at an enterprise or place."""

    reading: ReadingView
