"""What others read about standards and checklists; per item of a checklist the candidate clauses in force on the day."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from backend.enterprises.sectors import SECTORS
from backend.foundation.shapes import View
from backend.standards.editions import family, in_force
from backend.standards.expressions import Expression
from backend.standards.items import Choice, Item, Kind, Words, items_of
from backend.standards.models import Checklist, Clause, Standard

# what an item may have beyond the everyday, and what it is if nothing is said
OPTIONAL: dict[str, Any] = {
    "kind": "verdict", "required": True, "na": True, "hint": None, "unit": "", "integer": False, "choices": [],
    "relevant": None, "constraint": None, "constraint_text": None, "fails_when": None,
}  # fmt: skip


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


class ItemView(View, kw_only=True):
    """What is left out has the default of `Item`: a list of plain verdicts costs the phone no more than it must."""

    key: str
    section: Words
    text: Words
    photo_when_failed: bool
    clauses: list[ClauseView]
    kind: Kind | UnsetType = UNSET
    required: bool | UnsetType = UNSET
    na: bool | UnsetType = UNSET
    hint: Words | UnsetType = UNSET
    unit: str | UnsetType = UNSET
    integer: bool | UnsetType = UNSET
    choices: list[Choice] | UnsetType = UNSET
    relevant: Expression | UnsetType = UNSET
    constraint: Expression | UnsetType = UNSET
    constraint_text: Words | UnsetType = UNSET
    fails_when: Expression | UnsetType = UNSET


class ChecklistView(View, kw_only=True):
    id: UUID
    key: str
    version: int
    title: Words
    sector: str
    tag: str | UnsetType = UNSET
    standards: list[StandardView]
    items: list[ItemView]


class Edition(View):
    """A standard without its clauses. `in_force` is said of the day that was asked for."""

    id: UUID
    key: str
    title: str
    number: str
    body: str
    kind: str
    sectors: list[str]
    tags: list[str]
    applies_to: str
    effective_from: date
    effective_to: date | None
    date_note: str
    replaced_by: str | None
    confidence: str
    source: str
    in_force: bool


class WholeClause(View):
    id: UUID
    key: str
    number: str | None
    text: str
    method: str
    level_hint: str
    groups: list[str]
    confidence: str
    source: str


class CandidateClause(ClauseView):
    """A clause that a failed item may break. `key` names it across editions."""

    key: str
    title: str
    method: str
    confidence: str
    standard_id: UUID


class Need(View):
    groups: list[str]
    at_least: int


class Rule(View):
    key: str
    text: str
    places: list[str]
    needs: list[Need]


class WholeStandard(Edition):
    composite: list[Rule]
    clauses: list[WholeClause]


class Citation(View):
    """A clause as it stood on a day: to be kept with what was judged by it, whatever becomes of the standard."""

    clause_id: UUID
    clause: str
    number: str | None
    text: str
    method: str
    confidence: str
    standard: str
    title: str
    body: str
    kind: str
    effective_from: date
    effective_to: date | None
    day: date


class CitedClause(View):
    """What a record shows of the clause it cites, as it stood on `day`: read from the kept Citation, never from the standard."""

    standard: str
    number: str | None
    text: str
    clause_id: UUID | None = None
    title: str = ""
    effective_from: date | None = None
    effective_to: date | None = None
    day: date | None = None


class CitedStandard(View):
    id: UUID
    number: str
    title: str
    body: str
    effective_from: date
    effective_to: date | None


class CitedChecklist(View):
    """The version of a checklist with the standards that its items named on `day`: to be kept with what was inspected by it."""

    id: UUID
    key: str
    version: int
    title: Words
    day: date
    standards: list[CitedStandard]


class SectorView(View):
    code: str
    name: Words
    standards: list[Edition]
    checklists: list[UUID]


def clause_view(clause: Clause) -> ClauseView:
    return ClauseView(
        id=clause.id, standard=clause.standard.number, number=clause.number or None, text=clause.text,
        level_hint=clause.level_hint,
    )  # fmt: skip


def candidate_view(clause: Clause) -> CandidateClause:
    standard = clause.standard
    return CandidateClause(
        id=clause.id, standard=standard.number, number=clause.number or None, text=clause.text, level_hint=clause.level_hint,
        key=f"{family(standard.key)}/{clause.key}", title=standard.title, method=clause.method, confidence=clause.confidence,
        standard_id=standard.id,
    )  # fmt: skip


def citation(clause: Clause, day: date) -> Citation:
    standard = clause.standard
    return Citation(
        clause_id=clause.id, clause=clause.key, number=clause.number or None, text=clause.text, method=clause.method,
        confidence=clause.confidence, standard=standard.number, title=standard.title, body=standard.body,
        kind=standard.kind, effective_from=standard.effective_from, effective_to=standard.effective_to, day=day,
    )  # fmt: skip


def cited_clause(kept: dict[str, Any] | None) -> CitedClause | None:
    """`kept`: a Citation as it was stored."""
    return msgspec.convert(kept, CitedClause) if kept else None


def checklist_citation(checklist: Checklist, clauses: dict[str, Clause], day: date) -> CitedChecklist:
    """`clauses`: those in force on the day, as for `checklist_view`."""
    return CitedChecklist(
        id=checklist.id, key=checklist.key, version=checklist.version, day=day,
        title=Words(zh=checklist.title_zh, en=checklist.title_en),
        standards=[
            CitedStandard(
                id=s.id, number=s.number, title=s.title, body=s.body, effective_from=s.effective_from,
                effective_to=s.effective_to,
            )
            for s in _standards_named(items_of(checklist.items), clauses)
        ],
    )  # fmt: skip


def edition_view(row: Standard, day: date) -> Edition:
    return Edition(**_edition(row, day))


def standard_view(row: Standard, day: date) -> WholeStandard:
    return WholeStandard(
        **_edition(row, day), composite=msgspec.convert(row.composite, list[Rule]),
        clauses=[
            WholeClause(
                id=c.id, key=c.key, number=c.number or None, text=c.text, method=c.method, level_hint=c.level_hint,
                groups=c.groups, confidence=c.confidence, source=c.source,
            )
            for c in row.clauses.all()
        ],
    )  # fmt: skip


def _edition(row: Standard, day: date) -> dict[str, Any]:
    plain = ("id", "key", "title", "number", "body", "kind", "sectors", "tags", "applies_to", "effective_from",
             "effective_to", "date_note", "confidence", "source")  # fmt: skip
    return {name: getattr(row, name) for name in plain} | {
        "replaced_by": row.replaced_by or None,
        "in_force": in_force(row, day),
    }


def sector_views(standards: Iterable[Standard], checklists: Iterable[Checklist], day: date) -> list[SectorView]:
    editions, lists = [(row.sectors, edition_view(row, day)) for row in standards], list(checklists)
    return [
        SectorView(
            code=code, name=Words(zh=zh, en=en), standards=[view for codes, view in editions if code in codes],
            checklists=[row.id for row in lists if row.sector == code],
        )
        for code, (zh, en) in SECTORS.items()
    ]  # fmt: skip


def checklist_view(checklist: Checklist, clauses: dict[str, Clause]) -> ChecklistView:
    """`clauses`: those in force on the day, by "standard family/clause key" as the items name them."""
    items = items_of(checklist.items)
    standards = _standards_named(items, clauses)
    return ChecklistView(
        id=checklist.id, key=checklist.key, version=checklist.version, sector=checklist.sector,
        tag=checklist.tag or UNSET,
        title=Words(zh=checklist.title_zh, en=checklist.title_en),
        standards=[StandardView(title=s.title, number=s.number, effective_from=s.effective_from) for s in standards],
        items=[item_view(item, clauses) for item in items],
    )  # fmt: skip


def _standards_named(items: list[Item], clauses: dict[str, Clause]) -> list[Standard]:
    cited = [clauses[key] for item in items for key in item.clauses if key in clauses]
    named = {clause.standard_id: clause.standard for clause in cited}
    return sorted(named.values(), key=lambda s: s.key)


def item_view(item: Item, clauses: dict[str, Clause]) -> ItemView:
    given = {name: getattr(item, name) for name in OPTIONAL if getattr(item, name) != OPTIONAL[name]}
    return ItemView(
        key=item.key, section=item.section, text=item.text, photo_when_failed=item.photo_when_failed,
        clauses=[clause_view(clauses[key]) for key in item.clauses if key in clauses], **given,
    )  # fmt: skip
