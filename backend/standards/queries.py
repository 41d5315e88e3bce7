"""Which standards and checklists are in force on a day, and which checklists a person or a town sees."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import F, Max, Q, QuerySet, Window
from django.db.models.functions import Length, RowNumber

from backend.accounts.models import User
from backend.foundation import clock
from backend.foundation.problems import NOT_FOUND
from backend.standards.editions import family
from backend.standards.models import Checklist, Clause, Standard
from backend.standards.problems import UNKNOWN_ITEMS
from backend.standards.views import ChecklistView, checklist_view


def standards_in_force(day: date) -> QuerySet[Standard]:
    return Standard.objects.filter(Q(effective_to=None) | Q(effective_to__gte=day), effective_from__lte=day)


def standards_for(day: date | None, *, sector: str = "", tag: str = "", kind: str = "") -> list[Standard]:
    """Of a day (None: of all days), for a sector (`*`: those for every one, which no other sector repeats), for a high-risk
    tag. There are some fifty: sifted here, not in SQL, because SQLite has no way to look into a list."""
    rows = standards_in_force(day) if day else Standard.objects.all()
    return [
        row
        for row in rows.order_by("key")
        if (not sector or sector in row.sectors) and (not tag or tag in row.tags) and kind in ("", row.kind)
    ]


def clauses_in_force(day: date, keys: Iterable[str] | None = None) -> dict[str, Clause]:
    """The clauses in force on `day`, keyed as checklists name them: family of the standard / key of the clause; only
    `keys` if given. Editions of one standard share a family: gb35181-2017 and gb35181-2025 are both gb35181."""
    rows = Clause.objects.filter(standard__in=standards_in_force(day)).select_related("standard")
    if keys is not None:
        keys = set(keys)
        rows = rows.filter(key__in={key.partition("/")[2] for key in keys})
    found = {f"{family(c.standard.key)}/{c.key}": c for c in rows.order_by("standard__key", "place")}
    return found if keys is None else {key: clause for key, clause in found.items() if key in keys}


def clauses_of(checklists: Iterable[Checklist], day: date) -> dict[str, Clause]:
    """Those that the items of these checklists name."""
    return clauses_in_force(day, {key for row in checklists for item in row.items for key in item["clauses"]})


def candidates(checklist: Checklist, failed: Iterable[str], day: date) -> dict[str, list[Clause]]:
    """For each failed item the clauses in force on the day that it may break. Raises unknown_items."""
    named = {item["key"]: item["clauses"] for item in checklist.items}
    wanted = list(dict.fromkeys(failed))
    if unknown := [key for key in wanted if key not in named]:
        raise UNKNOWN_ITEMS.because("、".join(unknown)[:200], items=unknown[:50])
    clauses = clauses_of([checklist], day)
    return {key: [clauses[clause] for clause in named[key] if clause in clauses] for key in wanted}


def clause_keys() -> set[str]:
    """Of all editions: what an item may name."""
    return {f"{family(standard)}/{key}" for standard, key in Clause.objects.values_list("standard__key", "key")}


def get_standard(standard: UUID) -> Standard:
    found = Standard.objects.filter(pk=standard).prefetch_related("clauses").first()
    if found is None:
        raise NOT_FOUND.because("判定标准")
    return found


def current_checklists(division: str = "") -> QuerySet[Checklist]:
    """For a town or what lies above it: of each key the newest version, its own before what comes from above.

    Without a division only what is shipped.
    """
    above = [division[:n] for n in range(len(division) + 1)]
    rank = Window(RowNumber(), partition_by=F("key"), order_by=[Length("division").desc(), F("version").desc()])
    newest = Checklist.objects.filter(division__in=above).annotate(rank=rank).filter(rank=1)
    return Checklist.objects.filter(pk__in=newest.values("pk")).order_by("key")


def next_version(key: str, division: str) -> int:
    """The number that the next version of this checklist would bear here."""
    above = [division[:n] for n in range(len(division) + 1)]
    newest = Checklist.objects.filter(key=key, division__in=above).aggregate(newest=Max("version"))["newest"]
    return 1 + (newest or 0)


def checklists_visible_to(user: User) -> QuerySet[Checklist]:
    """Current ones of the divisions the person holds a role for; a person of none sees what is shipped."""
    current = Q(pk__in=[])
    for division in _divisions(user) or {""}:
        current |= Q(pk__in=current_checklists(division).values("pk"))
    return Checklist.objects.filter(current).order_by("key")


def checklist_seen_by(user: User, checklist: UUID) -> Checklist:
    """Any version, shipped or of a division at, above or below one of the person's. Raises not_found."""
    found = get_checklist(checklist)
    if found.division and not any(
        mine.startswith(found.division) or found.division.startswith(mine) for mine in _divisions(user)
    ):
        raise NOT_FOUND.because("检查表")
    return found


def _divisions(user: User) -> set[str]:
    return {held.division for held in user.held_today()}


def get_checklist(checklist: UUID) -> Checklist:
    found = Checklist.objects.filter(pk=checklist).first()
    if found is None:
        raise NOT_FOUND.because("检查表")
    return found


def view_of(checklist: Checklist, day: date | None = None) -> ChecklistView:
    return checklist_view(checklist, clauses_of([checklist], day or clock.today()))


def views_of(checklists: Iterable[Checklist]) -> list[ChecklistView]:
    rows = list(checklists)
    clauses = clauses_of(rows, clock.today())
    return [checklist_view(row, clauses) for row in rows]


def views_in_use(town: str) -> list[ChecklistView]:
    """Those by which tasks were ever sent in the town, also earlier versions: a task keeps the form it was sent with."""
    return views_of(Checklist.objects.filter(uses__town=town).order_by("key", "version"))
