"""What an officer chooses from: the clauses that may have been broken, and who may be named to rectify."""

from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from backend.accounts.models import RoleHeld, User
from backend.accounts.roles import OF_ENTERPRISE
from backend.foundation import clock
from backend.foundation.problems import UNREADABLE
from backend.foundation.shapes import View
from backend.hazards.models import Hazard
from backend.hazards.permissions import enterprise_can_report
from backend.standards.models import Clause
from backend.standards.queries import clauses_in_force, standards_for, standards_in_force
from backend.standards.views import CandidateClause, candidate_view

MOST_OTHERS = 50
EVERY_SECTOR = "*"


class ClauseChoice(View):
    """In force on `day`, the day of finding. `of_item`: those that the failed item names; `others`: of the hazard's sector and
    of every sector; with a text, those of any sector that hold it. At most 50 others, `more` says that there were more."""

    day: date
    of_item: list[CandidateClause]
    others: list[CandidateClause]
    more: bool


class NamedPerson(View):
    """`title`: their office, to tell two of the same name apart."""

    id: UUID
    name: str
    title: str


class Rectifiers(View):
    """`enterprise_can`: people of the enterprise can report it done themselves, so nobody need be named."""

    enterprise_can: bool
    people: list[NamedPerson]


def clause_choice(hazard: Hazard, text: str = "") -> ClauseChoice:
    """Raises unreadable for a text that no column holds."""
    if "\x00" in text:
        raise UNREADABLE.because("text 含有不能识别的字符", field="text")
    day = clock.day_of(hazard.found_at)
    named = _of_item(hazard, day)
    found = list(_others(hazard, day, text.strip()).exclude(pk__in=[c.pk for c in named])[: MOST_OTHERS + 1])
    return ClauseChoice(
        day=day, of_item=[candidate_view(c) for c in named], others=[candidate_view(c) for c in found[:MOST_OTHERS]],
        more=len(found) > MOST_OTHERS,
    )  # fmt: skip


def _of_item(hazard: Hazard, day: date) -> list[Clause]:
    """Of the item of the checklist by which it was found; what somebody came across has none."""
    checklist = hazard.task.dispatch.checklist if hazard.task else None
    items = checklist.items if checklist and hazard.item else []
    keys = [key for item in items if item["key"] == hazard.item for key in item["clauses"]]
    found = clauses_in_force(day, keys)
    return [found[key] for key in keys if key in found]


def _others(hazard: Hazard, day: date, text: str) -> QuerySet[Clause]:
    rows = Clause.objects.select_related("standard").order_by("standard__key", "place")
    if not text:
        own = [*standards_for(day, sector=hazard.sector), *standards_for(day, sector=EVERY_SECTOR)]
        return rows.filter(standard__in=own)
    holding = Q(text__icontains=text) | Q(number__icontains=text)
    holding |= Q(standard__title__icontains=text) | Q(standard__number__icontains=text)
    return rows.filter(holding, standard__in=standards_in_force(day))


def rectifiers(hazard: Hazard) -> Rectifiers:
    """Whom an order may name: people of the enterprise first, then those of the town's offices and grids. Nobody of another
    enterprise."""
    held = RoleHeld.objects.current().filter(user__is_active=True, division__startswith=hazard.town)
    own = held.filter(role__in=OF_ENTERPRISE, enterprise_id=hazard.enterprise_id)
    official = held.exclude(role__in=OF_ENTERPRISE)
    first = _named(own)
    others = [one for one in _named(official) if one not in first]
    return Rectifiers(enterprise_can=enterprise_can_report(hazard), people=first + others)


def _named(held: QuerySet[RoleHeld]) -> list[NamedPerson]:
    people = User.objects.filter(pk__in=held.values("user")).order_by("name", "pk")
    return [NamedPerson(id=one.pk, name=one.name, title=one.title) for one in people]
