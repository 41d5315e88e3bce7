"""Under which checklist and which standards somebody inspected."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from backend.papers.tracing.views import VersionView
from backend.standards.models import Checklist
from backend.standards.queries import view_of


class Versions:
    """Checklists by id, and what was in force on a day. Published versions are never edited, so the rows are the versions."""

    def __init__(self, checklists: Iterable[str]) -> None:
        rows = Checklist.objects.in_bulk({UUID(key) for key in checklists})
        self.rows = {str(key): row for key, row in rows.items()}
        self._known: dict[tuple[str, date], VersionView] = {}

    def key_and_words(self, checklist: str) -> tuple[str, dict[str, str]]:
        row = self.rows.get(checklist)
        return (row.key, {item["key"]: item["text"]["zh"] for item in row.items}) if row else (checklist, {})

    def on(self, checklist: str, day: date) -> VersionView:
        if (checklist, day) not in self._known:
            self._known[checklist, day] = self._looked_up(checklist, day)
        return self._known[checklist, day]

    def _looked_up(self, checklist: str, day: date) -> VersionView:
        row = self.rows.get(checklist)
        if row is None:
            return VersionView(checklist=checklist, checklist_version=None, standards=[])
        standards = [f"{s.number}《{s.title}》（{s.effective_from} 起施行）" for s in view_of(row, day).standards]
        return VersionView(checklist=row.title_zh, checklist_version=row.version, standards=standards)
