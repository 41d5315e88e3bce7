"""Reading the ledger."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from backend.accounts.models import User
from backend.foundation.problems import NOT_FOUND
from backend.hazards.models import Hazard, HazardPhoto
from backend.hazards.states import FINAL
from backend.territory.scopes import scope_of


def with_all(rows: QuerySet[Hazard]) -> QuerySet[Hazard]:
    photos = Prefetch("photos", HazardPhoto.objects.order_by("pk"))
    return rows.select_related(
        "enterprise", "grid", "department", "found_by", "clause", "clause__standard", "task__dispatch"
    ).prefetch_related(photos)


def hazards_visible_to(user: User) -> QuerySet[Hazard]:
    """Those in the own grids, found by oneself, of the own departments (responsible, or that sent the inspection), of the
    own enterprise; of the whole town for the offices."""
    scope = scope_of(user)
    found = Q(grid__in=scope.grids) | Q(found_by=user) | concerning(scope.departments)
    return Hazard.objects.filter(found | Q(enterprise__in=scope.enterprises) | scope.within("grid__code", scope.wide))


def concerning(departments: Iterable[UUID]) -> Q:
    """Hazards that a department answers for, or that came out of an inspection it sent."""
    return Q(department__in=departments) | Q(task__dispatch__department__in=departments)


def open_hazards(rows: QuerySet[Hazard]) -> QuerySet[Hazard]:
    return rows.exclude(state__in=FINAL)


def get_hazard(hazard: UUID) -> Hazard:
    """By id, whoever asks: for services. Raises not_found."""
    found = with_all(Hazard.objects.filter(pk=hazard)).first()
    if found is None:
        raise NOT_FOUND.because("隐患")
    return found
