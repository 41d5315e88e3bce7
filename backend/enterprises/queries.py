"""Reading the register."""

from django.db.models import F, Q, QuerySet

from backend.accounts.models import User
from backend.accounts.roles import Role
from backend.enterprises.models import Enterprise
from backend.territory.scopes import Scope, scope_of


def enterprises_visible_to(user: User) -> QuerySet[Enterprise]:
    """A grid worker: those in the own grids; enterprise's people: their own; all others: those of their divisions."""
    return Enterprise.objects.filter(visible_enterprises(user, scope_of(user)))


def visible_enterprises(user: User, scope: Scope) -> Q:
    found = Q(grid__in=scope.grids) | Q(pk__in=scope.enterprises)
    beyond_grids = {h.division for h in user.held_today() if h.role != Role.GRID_WORKER}
    return found | scope.within("village__code", tuple(d for d in scope.divisions if d in beyond_grids))


def longest_unvisited(rows: QuerySet[Enterprise], sector: str, tag: str) -> list[Enterprise]:
    """Those of `rows` that a checklist for `sector` or `tag` is for, grid by grid: never visited first, then oldest visit."""
    longest = F("last_visit").asc(nulls_first=True)
    in_order = rows.select_related("grid", "department").order_by("grid__code", longest, "id")
    return [e for e in in_order if _fits(e, sector, tag)]


def _fits(enterprise: Enterprise, sector: str, tag: str) -> bool:
    return tag in enterprise.tags if tag else not sector or sector in enterprise.sectors
