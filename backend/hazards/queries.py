"""Reading the ledger."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from backend.accounts.models import User
from backend.accounts.roles import Role
from backend.foundation import clock
from backend.foundation.pagination import Seen
from backend.foundation.problems import NOT_FOUND
from backend.hazards.models import (
    Hazard,
    HazardPhoto,
    Petition,
    Recheck,
    Rectification,
    RectificationReport,
    Stage,
)
from backend.hazards.states import OPEN, Level, PetitionState
from backend.territory.scopes import NOTHING, scope_of

TOWN_DIGITS = 9


def with_all(rows: QuerySet[Hazard]) -> QuerySet[Hazard]:
    """With everything that a HazardView needs: the rows and four further queries, however many rows."""
    photos = HazardPhoto.objects.exclude(stage=Stage.SIGNATURE).order_by("pk")
    reports = RectificationReport.objects.select_related("by").order_by("number")
    rechecks = Recheck.objects.select_related("by").order_by("pk")
    petitions = Petition.objects.select_related("asked_by", "decided_by").order_by("pk")
    return rows.select_related(
        "enterprise", "grid", "department", "found_by", "task__dispatch", "document",
        "rectification__rectifier", "department_report__department", "department_report__reported_by",
        "department_report__received_by",
    ).defer("task__dispatch__skipped", "task__dispatch__request").prefetch_related(
        Prefetch("photos", photos), Prefetch("reports", reports), Prefetch("rechecks", rechecks),
        Prefetch("petitions", petitions),
    )  # fmt: skip


def hazards_visible_to(user: User) -> QuerySet[Hazard]:
    """Those in the own grids, found by oneself, to be rectified by oneself, of the own departments (responsible, or that
    sent the inspection), of the own enterprise; of the whole town for the offices and for who enforces in it."""
    return seen_hazards(user).together()


def seen_hazards(user: User) -> Seen[Hazard]:
    """The same, ground by ground."""
    scope = scope_of(user)
    enforced = tuple(held.division for held in user.held_today() if held.role == Role.ENFORCEMENT_OFFICER)
    named = Rectification.objects.filter(rectifier=user).values("hazard")
    return Seen(
        Hazard.objects.all(),
        (
            Q(found_by=user), Q(pk__in=named), Q(grid__in=scope.grids), Q(enterprise__in=scope.enterprises),
            Q(department__in=scope.departments), Q(sender__in=scope.departments), _inside((*scope.wide, *enforced)),
        ),
    )  # fmt: skip


def _inside(divisions: Iterable[str]) -> Q:
    """In one of these divisions. The town's own column spares the grids where a division is a town or holds towns."""
    found = NOTHING
    for code in divisions:
        if len(code) > TOWN_DIGITS:
            found |= Q(town=code[:TOWN_DIGITS], grid__code__startswith=code)
        else:
            found |= Q(town=code) if len(code) == TOWN_DIGITS else Q(town__startswith=code)
    return found


def concerning(departments: Iterable[UUID]) -> Q:
    """Hazards that a department answers for, or that came out of an inspection it sent."""
    return Q(department__in=departments) | Q(sender__in=departments)


def open_hazards(rows: QuerySet[Hazard]) -> QuerySet[Hazard]:
    return rows.filter(state__in=OPEN)


def overdue_hazards(rows: QuerySet[Hazard]) -> QuerySet[Hazard]:
    """The query of `states.is_overdue`."""
    return open_hazards(rows).filter(due__lt=clock.now())


def get_hazard(hazard: UUID) -> Hazard:
    """By id, whoever asks: for services. Raises not_found."""
    found = with_all(Hazard.objects.filter(pk=hazard)).first()
    if found is None:
        raise NOT_FOUND.because("隐患")
    return found


def hold_hazards(hazards: Iterable[UUID]) -> None:
    """Lock in order of ids: two who hold the same never wait for each other crosswise."""
    rows = Hazard.objects.select_for_update().filter(pk__in=list(hazards)).order_by("pk")
    list(rows.values_list("pk", flat=True))


@dataclass
class Counted:
    """`level` "": not judged yet."""

    total: int = 0
    overdue: int = 0
    state: Counter[str] = field(default_factory=Counter)
    level: Counter[str] = field(default_factory=Counter)


def counted(rows: QuerySet[Hazard]) -> Counted:
    """How many, by state and by level, and how many of them are overdue, in one query."""
    late, found = Count("pk", filter=Q(state__in=OPEN, due__lt=clock.now())), Counted()
    for state, level, n, overdue in rows.order_by().values_list("state", "level").annotate(n=Count("pk"), late=late):
        found.total, found.overdue = found.total + n, found.overdue + overdue
        found.state[state] += n
        found.level[level] += n
    return found


def awaiting_receipt(rows: QuerySet[Hazard]) -> QuerySet[Hazard]:
    """Reported to the department, and nobody there has confirmed it."""
    return open_hazards(rows).filter(department_report__received_at=None, department_report__isnull=False)


def unreported_majors(rows: QuerySet[Hazard]) -> QuerySet[Hazard]:
    """Major, or held to be, and not reported to the department."""
    major = Q(level=Level.MAJOR) | Q(level="", proposed_level=Level.MAJOR)
    return open_hazards(rows).filter(major, department_report=None)


def waiting_for_decision(rows: QuerySet[Hazard]) -> QuerySet[Hazard]:
    return rows.filter(pk__in=Petition.objects.filter(state=PetitionState.ASKED).values("hazard"))
