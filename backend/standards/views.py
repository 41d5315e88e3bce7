"""What others read about checklists: the words and, per item, the candidate clauses in force on the day."""

from datetime import date
from typing import Any
from uuid import UUID

from backend.foundation.shapes import View
from backend.standards.models import Checklist, Clause


class Words(View):
    zh: str
    en: str


class ClauseView(View):
    id: UUID
    standard: str
    number: str | None
    text: str
    level_hint: str


class StandardView(View):
    title: str
    number: str
    effective_from: date


class ItemView(View):
    key: str
    section: Words
    text: Words
    photo_when_failed: bool
    clauses: list[ClauseView]


class ChecklistView(View):
    id: UUID
    key: str
    version: int
    title: Words
    sector: str
    standards: list[StandardView]
    items: list[ItemView]


def clause_view(clause: Clause) -> ClauseView:
    return ClauseView(
        id=clause.id, standard=clause.standard.number, number=clause.number or None, text=clause.text,
        level_hint=clause.level_hint,
    )  # fmt: skip


def checklist_view(checklist: Checklist, clauses: dict[str, Clause]) -> ChecklistView:
    """`clauses`: those in force on the day, by "standard family/clause key" as the items name them."""
    items = [_item(item, clauses) for item in checklist.items]
    cited = [clauses[key] for item in checklist.items for key in item["clauses"] if key in clauses]
    named = {clause.standard_id: clause.standard for clause in cited}
    standards = sorted(named.values(), key=lambda s: s.key)
    return ChecklistView(
        id=checklist.id, key=checklist.key, version=checklist.version, sector=checklist.sector,
        title=Words(zh=checklist.title_zh, en=checklist.title_en),
        standards=[StandardView(title=s.title, number=s.number, effective_from=s.effective_from) for s in standards],
        items=items,
    )  # fmt: skip


def _item(item: dict[str, Any], clauses: dict[str, Clause]) -> ItemView:
    return ItemView(
        key=item["key"], section=Words(**item["section"]), text=Words(**item["text"]),
        photo_when_failed=item.get("photo_when_failed", True),
        clauses=[clause_view(clauses[key]) for key in item["clauses"] if key in clauses],
    )  # fmt: skip
