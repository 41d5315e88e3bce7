"""What is said about papers. No stream hears it: a paper is handed over, not pushed to phones."""

from datetime import datetime
from typing import Any

from backend.journal.events import Event, event
from backend.papers.views import PaperView, TemplateView


@event("paper.issued")
class PaperIssued(Event):
    """With the SHA-256 of every file, so that a paper can be checked later."""

    paper: PaperView


@event("template.replaced")
class TemplateReplaced(Event):
    template: TemplateView


@event("traceback.read")
class TracebackRead(Event):
    """Somebody has read who did what at an enterprise or place. `asked`: the question as it was put."""

    asked: dict[str, Any]
    since: datetime
    until: datetime
    paper: str | None = None
