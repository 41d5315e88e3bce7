"""Shipped standards into the database; checklists published, corrected while nobody uses them, and taken into use."""

from typing import Any
from uuid import UUID

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import Model

from backend.accounts.models import User
from backend.foundation import clock
from backend.foundation.ids import new_id
from backend.foundation.problems import SOMEBODY_WAS_FASTER
from backend.foundation.shapes import plain
from backend.journal.recording import publish, recording
from backend.standards.events import ChecklistCorrected, ChecklistInUseSaid, ChecklistPublished
from backend.standards.files import ChecklistFile, ClauseFile, StandardFile, level_of, shipped
from backend.standards.items import Item, Words, items_of
from backend.standards.models import Checklist, ChecklistInUse, Clause, Standard
from backend.standards.permissions import publishing_division, towns_below
from backend.standards.problems import CHECKLIST_IN_USE, NOT_YOUR_CHECKLIST, NOTHING_CHANGED
from backend.standards.queries import current_checklists, get_checklist, next_version, view_of

# what may change of what is there: when a standard ends, what follows it, how sure we are. Never a word of a clause
AMENDABLE = (
    "sectors", "tags", "kind", "applies_to", "effective_to", "date_note", "replaced_by", "confidence", "source", "composite",
)  # fmt: skip
OF_A_CLAUSE = ("place", "groups", "confidence", "source")


class Draft(msgspec.Struct, kw_only=True):
    """A checklist that is not published yet."""

    key: str
    title: Words
    sector: str
    tag: str = ""
    items: list[Item]


def load_standards() -> list[str]:
    """Add every standard, clause and checklist version of data/ that is not there yet. A published text is never edited:
    where a file says another than the database, the name of the clause is returned and the database is left as it is."""
    library = shipped()
    with recording():
        kept = _load_standards(library.standards)
        _load_checklists(library.checklists)
    return kept


def _load_standards(files: list[StandardFile]) -> list[str]:
    there = {row.key: row for row in Standard.objects.all()}
    Standard.objects.bulk_create(_standard(file) for file in files if file.key not in there)
    for file in files:
        if file.key in there and _amend(there[file.key], _standard(file), AMENDABLE):
            there[file.key].save(update_fields=AMENDABLE)
    ids = dict(Standard.objects.values_list("key", "pk"))
    clauses = {(c.standard_id, c.key): c for c in Clause.objects.all()}
    fresh = [
        _clause(ids[file.key], file, clause, place)
        for file in files
        for place, clause in enumerate(file.clauses)
        if (ids[file.key], clause.key) not in clauses
    ]
    Clause.objects.bulk_create(fresh)
    return _amend_clauses(files, ids, clauses)


def _amend_clauses(files: list[StandardFile], ids: dict[str, UUID], there: dict[tuple[UUID, str], Clause]) -> list[str]:
    """Names of those of which the file has other words; they are kept as they are."""
    kept, changed = [], []
    for file in files:
        for place, clause in enumerate(file.clauses):
            if held := there.get((ids[file.key], clause.key)):
                fresh = _clause(ids[file.key], file, clause, place)
                kept += [f"{file.key}/{clause.key}"] if held.text != fresh.text else []
                changed += [held] if _amend(held, fresh, OF_A_CLAUSE) else []
    Clause.objects.bulk_update(changed, OF_A_CLAUSE)
    return kept


def _standard(file: StandardFile) -> Standard:
    columns = plain(file)
    del columns["clauses"]
    return Standard(**columns | {"effective_from": file.effective_from, "effective_to": file.effective_to})


def _amend(row: Model, fresh: Model, names: tuple[str, ...]) -> bool:
    changed = [name for name in names if getattr(row, name) != getattr(fresh, name)]
    for name in changed:
        setattr(row, name, getattr(fresh, name))
    return bool(changed)


def _clause(standard: UUID, file: StandardFile, clause: ClauseFile, place: int) -> Clause:
    return Clause(
        standard_id=standard, key=clause.key, number=clause.number, text=clause.text, method=clause.method, place=place,
        level_hint=level_of(file, clause), groups=clause.groups, confidence=clause.confidence or file.confidence,
        source=clause.source or file.source,
    )  # fmt: skip


def _load_checklists(files: list[ChecklistFile]) -> None:
    there = set(Checklist.objects.filter(division="").values_list("key", "version"))
    Checklist.objects.bulk_create(
        Checklist(
            key=file.key, version=file.version, title_zh=file.title.zh, title_en=file.title.en, sector=file.sector,
            tag=file.tag, items=plain(file.items),
        )
        for file in files
        if (file.key, file.version) not in there
    )  # fmt: skip


def publish_next(draft: Draft, *, acting_user: User) -> Checklist:
    """The next version of this checklist for the division of the person, in force for what is sent from now on.

    Earlier versions stay for the tasks sent by them. Raises not_found (no town to publish for), nothing_changed,
    somebody_was_faster.
    """
    division = publishing_division(acting_user)
    with recording():
        now = current_checklists(division).filter(key=draft.key).first()
        if now and _same(now, draft):
            raise NOTHING_CHANGED.because(version=now.version)
        row = Checklist(
            id=new_id(), division=division, version=next_version(draft.key, division), published_at=clock.now(),
            published_by=acting_user, **_columns(draft),
        )  # fmt: skip
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            raise SOMEBODY_WAS_FASTER.because(key=draft.key) from error
        _say(ChecklistPublished, row, acting_user)
    return row


def correct(checklist: UUID, draft: Draft, *, acting_user: User) -> Checklist:
    """Change a version that was published here and has not been used. The key stays.

    Raises not_found, checklist_in_use, not_your_checklist.
    """
    division = publishing_division(acting_user)
    with recording():
        get_checklist(checklist)
        row = Checklist.objects.select_for_update(of=("self",), no_key=True).get(pk=checklist)
        if row.division != division:
            raise NOT_YOUR_CHECKLIST.because(key=row.key)
        if row.uses.exists():
            raise CHECKLIST_IN_USE.because(key=row.key, version=row.version)
        for name, value in (_columns(draft) | {"key": row.key}).items():
            setattr(row, name, value)
        row.save()
        _say(ChecklistCorrected, row, acting_user)
    return row


def take_into_use(checklist: Checklist, town: str, *, acting_user: User) -> None:
    """Tasks are being sent by it: from now on it is never edited, and the phones of the town hold it. Inside recording().

    Said once for each version and town, so that no phone loads the lists that nobody works with.
    """
    if checklist.uses.filter(town=town).exists():
        return
    # who is correcting it goes first; results that name it need not wait
    Checklist.objects.select_for_update(of=("self",), no_key=True).get(pk=checklist.pk)
    _, first = ChecklistInUse.objects.get_or_create(checklist=checklist, town_id=town, defaults={"since": clock.now()})
    if first:
        publish(
            ChecklistInUseSaid(checklist=view_of(checklist)), town=town, audience=[f"a:{town}"], target=checklist.pk,
            acting_user=acting_user.id,
        )  # fmt: skip


def _columns(draft: Draft) -> dict[str, Any]:
    return {
        "key": draft.key, "title_zh": draft.title.zh, "title_en": draft.title.en, "sector": draft.sector,
        "tag": draft.tag, "items": plain(draft.items),
    }  # fmt: skip


def _same(row: Checklist, draft: Draft) -> bool:
    title = Words(zh=row.title_zh, en=row.title_en)
    return (title, row.sector, row.tag, items_of(row.items)) == (draft.title, draft.sector, draft.tag, draft.items)


def _say(kind: type[ChecklistPublished] | type[ChecklistCorrected], row: Checklist, acting_user: User) -> None:
    """Into the chain of every town it is for, to nobody's stream: a phone gets it when work is sent by it."""
    view = view_of(row)
    for town in towns_below(row.division):
        publish(kind(checklist=view), town=town, audience=[], target=row.pk, acting_user=acting_user.id)
