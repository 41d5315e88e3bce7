"""Which standards and checklists are in force on a day."""

from datetime import date
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from backend.foundation import clock
from backend.foundation.problems import NOT_FOUND
from backend.standards.models import Checklist, Clause
from backend.standards.views import ChecklistView, checklist_view


def clauses_in_force(day: date) -> dict[str, Clause]:
    """The clauses in force on `day`, keyed as checklists name them: family of the standard / key of the clause.

    Editions of one standard share a family: gb35181-2017 and gb35181-2025 are both gb35181.
    """
    rows = Clause.objects.filter(
        Q(standard__effective_to=None) | Q(standard__effective_to__gte=day), standard__effective_from__lte=day
    )
    return {f"{family(c.standard.key)}/{c.key}": c for c in rows.select_related("standard").order_by("standard__key")}


def family(standard_key: str) -> str:
    stem, _, edition = standard_key.rpartition("-")
    return stem if edition.isdigit() and len(edition) == 4 else standard_key


def current_checklists() -> QuerySet[Checklist]:
    newest = Checklist.objects.values("key").annotate(newest=Max("version"))
    wanted = Q(pk__in=[])
    for row in newest:
        wanted |= Q(key=row["key"], version=row["newest"])
    return Checklist.objects.filter(wanted).order_by("key")


def get_checklist(checklist: UUID) -> Checklist:
    found = Checklist.objects.filter(pk=checklist).first()
    if found is None:
        raise NOT_FOUND.because("检查表")
    return found


def view_of(checklist: Checklist, day: date | None = None) -> ChecklistView:
    return checklist_view(checklist, clauses_in_force(day or clock.today()))


def views_of_current() -> list[ChecklistView]:
    clauses = clauses_in_force(clock.today())
    return [checklist_view(checklist, clauses) for checklist in current_checklists()]
