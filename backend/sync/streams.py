"""Which streams a session hears. Worked out here from what the person holds; never taken from the client."""

from backend.accounts.models import User
from backend.territory.queries import towns_visible_to
from backend.territory.scopes import scope_of


def streams_of(user: User) -> list[str]:
    """p: own · g: grids held · d: own departments · o: what one sees whole · a: announcements, own division and above.

    A role for less than a town does not hear the town's picture.
    """
    scope = scope_of(user)
    towns = list(towns_visible_to(user).values_list("code", flat=True))
    wide = [town for town in towns if any(town.startswith(prefix) for prefix in scope.wide)]
    return [
        f"p:{user.id}",
        *(f"g:{grid}" for grid in scope.grids),
        *(f"d:{department}" for department in scope.departments),
        *(f"o:{town}" for town in wide),
        *(f"a:{town}" for town in towns),
    ]
