"""Which streams a session hears. Worked out here from what the person holds; never taken from the client."""

from collections.abc import Iterable
from uuid import UUID

from backend.accounts.models import User, with_roles
from backend.territory.queries import towns_of
from backend.territory.scopes import Scope, scopes_of


def streams_of(user: User) -> list[str]:
    """p: own · g: grids held · d: own departments · o: what one sees whole · a: announcements, own division and above.

    A role for less than a town does not hear the town's picture.
    """
    return streams_of_all([user])[user.id]


def streams_of_all(users: Iterable[User]) -> dict[UUID, list[str]]:
    """The streams of many at the price of one."""
    people = with_roles(users)
    scopes, towns = scopes_of(people), towns_of(people)
    return {user.id: _streams(scopes[user.id], towns[user.id]) for user in people}


def _streams(scope: Scope, towns: list[str]) -> list[str]:
    wide = [town for town in towns if any(town.startswith(prefix) for prefix in scope.wide)]
    return [
        f"p:{scope.user}",
        *(f"g:{grid}" for grid in scope.grids),
        *(f"d:{department}" for department in scope.departments),
        *(f"o:{town}" for town in wide),
        *(f"a:{town}" for town in towns),
    ]
