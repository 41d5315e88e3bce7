"""What is traced: an enterprise, a grid, a division, or what lies around a position; and whether the person may see all of it."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import msgspec
from pyproj import Geod

from backend.accounts.models import User
from backend.enterprises.models import Enterprise
from backend.foundation.problems import NOT_FOUND
from backend.foundation.shapes import Body, Moment, require_plausible
from backend.papers.problems import PERIOD_REVERSED, PLACE_UNCLEAR
from backend.papers.tracing.seen import Saying, Somewhere
from backend.territory.models import TOWN_PREFIX, Division, Grid, Town
from backend.territory.queries import locate
from backend.territory.scopes import scope_of

_EARTH = Geod(ellps="GRS80")
DEGREE_M = 111_000


class Around(Body):
    """EPSG:4490 degrees and metres."""

    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    radius_m: Annotated[float, msgspec.Meta(gt=0, le=5000)]


class WantedTraceback(Body):
    """Exactly one of the four places. `division`: 12 digits, of a village or of the town."""

    since: Moment
    until: Moment
    enterprise_id: UUID | None = None
    grid_uid: UUID | None = None
    division: Annotated[str, msgspec.Meta(pattern="^[0-9]{12}$")] | None = None
    around: Around | None = None

    def __post_init__(self) -> None:
        require_plausible(self.since, self.until)


@dataclass(frozen=True)
class Place:
    """`needle`: what the body of every event about it holds; empty if no text does."""

    town: str
    words: str
    target: str
    needle: str = ""
    enterprise: str = ""
    grid: str = ""
    prefix: str = ""
    around: Around | None = None
    enterprises: frozenset[str] = frozenset()

    def holds(self, said: Saying) -> bool:
        """Whether it is about this place, by what the event itself says of enterprise and grid."""
        if said.paper is not None:
            return said.paper.enterprise_id is not None and said.paper.enterprise_id in self.enterprises
        about = said.about
        if about is None:
            return False
        if self.enterprise:
            return about.enterprise.id == self.enterprise
        if self.around is not None:
            return about.enterprise.id in self.enterprises or within(self.around, about.enterprise)
        return about.grid.uid == self.grid if self.grid else about.grid.code.startswith(self.prefix)


def place_of(wanted: WantedTraceback, user: User) -> Place:
    """Raises place_unclear, period_reversed, and not_found for what the person may not see everything of."""
    if wanted.until < wanted.since:
        raise PERIOD_REVERSED.because()
    named = [wanted.enterprise_id, wanted.grid_uid, wanted.division, wanted.around]
    if sum(one is not None for one in named) != 1:
        raise PLACE_UNCLEAR.because()
    if wanted.enterprise_id:
        return _enterprise(wanted.enterprise_id, user)
    if wanted.grid_uid:
        return _grid(wanted.grid_uid, user)
    return _division(wanted.division, user) if wanted.division else _around(wanted.around, user)


def _enterprise(enterprise: UUID, user: User) -> Place:
    scope = scope_of(user)
    found = (
        Enterprise.objects.filter(scope.within("grid__code", scope.wide), pk=enterprise).select_related("grid").first()
    )
    if found is None:
        raise NOT_FOUND.because("单位")
    key = str(found.pk)
    words = f"{found.name}（{found.uscc}）" if found.uscc else found.name
    return Place(found.grid.town_code, words, key, key, enterprise=key, enterprises=frozenset({key}))


def _grid(uid: UUID, user: User) -> Place:
    scope = scope_of(user)
    found = Grid.objects.filter(scope.within("code", scope.wide), pk=uid).first()
    if found is None:
        raise NOT_FOUND.because("网格")
    key = str(found.pk)
    inside = Enterprise.objects.filter(grid=found)
    return Place(found.town_code, f"{found.name}（{found.code}）", key, key, grid=key, enterprises=_ids(inside))


def _division(code: str, user: User) -> Place:
    prefix = code[:TOWN_PREFIX] if code.endswith("000") else code
    found = Division.objects.filter(code=code).first()
    seen = prefix.startswith(scope_of(user).wide or ("-",))
    if found is None or not seen or not Town.objects.filter(pk=prefix[:TOWN_PREFIX]).exists():
        raise NOT_FOUND.because("区划")
    inside = Enterprise.objects.filter(grid__code__startswith=prefix)
    return Place(
        prefix[:TOWN_PREFIX],
        f"{found.name}（{code}）",
        code,
        f'"code":"{prefix}',
        prefix=prefix,
        enterprises=_ids(inside),
    )


def _around(around: Around | None, user: User) -> Place:
    assert around is not None
    scope = scope_of(user)
    towns = Town.objects.filter(scope.within("code", scope.wide)).values_list("code", flat=True)
    town = next((code for code in towns if locate(code, around.lon, around.lat)), None)
    if town is None:
        raise NOT_FOUND.because("位置不在您可以看到全部的镇内")
    degrees = 2 * around.radius_m / DEGREE_M
    near = Enterprise.objects.filter(
        grid__code__startswith=town, lat__range=(around.lat - degrees, around.lat + degrees)
    )
    inside = frozenset(str(e.pk) for e in near if within(around, Somewhere(str(e.pk), e.name, e.lon, e.lat)))
    words = f"{around.lon:.6f}，{around.lat:.6f} 周围 {around.radius_m:.0f} 米"
    return Place(town, words, words[:40], around=around, enterprises=inside)


def within(around: Around, somewhere: Somewhere) -> bool:
    """By the geodesic; a place whose position the event does not say is not there."""
    if somewhere.lon is None or somewhere.lat is None:
        return False
    *_, distance = _EARTH.inv(around.lon, around.lat, somewhere.lon, somewhere.lat)
    return bool(distance <= around.radius_m)


def _ids(rows: "object") -> frozenset[str]:
    return frozenset(str(pk) for pk in rows.values_list("pk", flat=True))  # type: ignore[attr-defined]
