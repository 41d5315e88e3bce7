"""Reading the register."""

from django.db.models import F, Prefetch, Q, QuerySet

from backend.accounts.models import User
from backend.accounts.roles import Role
from backend.enterprises.models import Enterprise, Post, Staff, Standing
from backend.territory.scopes import Scope, scope_of


def enterprises_visible_to(user: User) -> QuerySet[Enterprise]:
    """A grid worker: those in the own grids; enterprise's people: their own; all others: those of their divisions."""
    return Enterprise.objects.exclude(standing=Standing.STRUCK).filter(visible_enterprises(user, scope_of(user)))


def visible_enterprises(user: User, scope: Scope) -> Q:
    found = Q(grid__in=scope.grids) | Q(pk__in=scope.enterprises)
    beyond_grids = {h.division for h in user.held_today() if h.role != Role.GRID_WORKER}
    return found | scope.within("village__code", tuple(d for d in scope.divisions if d in beyond_grids))


def longest_unvisited(rows: QuerySet[Enterprise], sector: str, tag: str) -> list[Enterprise]:
    """Those of `rows` still on the register that a checklist for `sector` or `tag` is for, grid by grid: never visited
    first, then oldest visit."""
    longest = F("last_visit").asc(nulls_first=True)
    listed = rows.filter(standing=Standing.LISTED).select_related("grid", "department")
    return [e for e in listed.order_by("grid__code", longest, "id") if _fits(e, sector, tag)]


def with_staff(rows: QuerySet[Enterprise]) -> QuerySet[Enterprise]:
    """With the park, and today's full-time safety staff as `safety_managers`, as the files of the register show them."""
    managers = Staff.objects.filter(post=Post.SAFETY_FULL_TIME, unit=None, until=None)
    return rows.select_related("park", "department", "village").prefetch_related(
        Prefetch("staff", managers, to_attr="safety_managers")
    )


def _fits(enterprise: Enterprise, sector: str, tag: str) -> bool:
    return tag in enterprise.tags if tag else not sector or sector in enterprise.sectors
