"""How far a person sees. Every `visible_to` starts from here; a person without roles sees nothing."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from backend.accounts.models import User, with_roles
from backend.accounts.roles import ACTS, DEPARTMENTAL, OF_ENTERPRISE, SEE_TERRITORY, WIDE, Role
from backend.territory.models import Posting

NOTHING = Q(pk__in=[])


@dataclass(frozen=True)
class Scope:
    user: UUID
    divisions: tuple[str, ...]  # prefixes whose map and register the person may see
    wide: tuple[str, ...]  # prefixes in which the person sees everything
    departments: tuple[UUID, ...]
    grids: tuple[UUID, ...]
    enterprises: tuple[UUID, ...]

    def within(self, column: str, prefixes: tuple[str, ...] | None = None) -> Q:
        """Rows whose `column` (a division or grid code) starts with one of the prefixes; none means no row."""
        found = NOTHING
        for prefix in self.divisions if prefixes is None else prefixes:
            found |= Q(**{f"{column}__startswith": prefix})
        return found


def scope_of(user: User) -> Scope:
    return scopes_of([user])[user.id]


def scopes_of(users: Iterable[User]) -> dict[UUID, Scope]:
    """The scopes of many at the price of one."""
    people = with_roles(users)
    workers = [user for user in people if any(h.role == Role.GRID_WORKER for h in user.held_today())]
    grids = _grids_of(workers)
    return {user.id: _scope(user, grids[user.id]) for user in people}


def _scope(user: User, grids: list[UUID]) -> Scope:
    held = user.held_today()
    of_enterprise = tuple(h.enterprise_id for h in held if h.role in OF_ENTERPRISE and h.enterprise_id)
    return Scope(
        user=user.id,
        divisions=tuple(dict.fromkeys(h.division for h in held if SEE_TERRITORY in ACTS[Role(h.role)])),
        wide=tuple(dict.fromkeys(h.division for h in held if h.role in WIDE)),
        departments=tuple(h.department_id for h in held if h.role in DEPARTMENTAL and h.department_id),
        grids=tuple(grids),
        enterprises=of_enterprise,
    )


def _grids_of(workers: list[User]) -> defaultdict[UUID, list[UUID]]:
    found: defaultdict[UUID, list[UUID]] = defaultdict(list)
    if workers:
        held = Posting.objects.current().filter(user__in=workers).order_by("-main", "pk")
        for user, grid in held.values_list("user_id", "grid_id"):
            found[user].append(grid)
    return found
