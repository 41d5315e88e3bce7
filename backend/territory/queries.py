"""Reading the territory: towns, grids, their people, and which grid a point lies in."""

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import shapely
from django.db.models import Prefetch, Q, QuerySet

from backend.accounts.models import User, with_roles
from backend.territory.models import TOWN_PREFIX, Division, Grid, GridSet, GridShape, Posting, Town
from backend.territory.scopes import NOTHING, scope_of
from grids import Locator


def grids_visible_to(user: User) -> QuerySet[Grid]:
    return Grid.objects.filter(scope_of(user).within("code"), valid_to=None)


def villages_visible_to(user: User) -> QuerySet[Division]:
    return Division.objects.filter(scope_of(user).within("code"), level="village")


def towns_visible_to(user: User) -> QuerySet[Town]:
    """The towns below the prefixes of the person's roles; an enterprise's people see the town they are in."""
    return _towns_below(_prefixes([user]))


def towns_of(users: Iterable[User]) -> dict[UUID, list[str]]:
    """The codes of `towns_visible_to` for many at the price of one."""
    people = with_roles(users)
    codes = list(_towns_below(_prefixes(people)).values_list("code", flat=True))
    return {user.id: [c for c in codes if c.startswith(tuple(_prefixes([user])))] for user in people}


def _prefixes(users: Iterable[User]) -> set[str]:
    return {held.division[:TOWN_PREFIX] for user in users for held in user.held_today()}


def _towns_below(prefixes: set[str]) -> QuerySet[Town]:
    found = NOTHING
    for prefix in sorted(prefixes):
        found |= Q(code__startswith=prefix)
    return Town.objects.filter(found).order_by("code")


def current_grid_set(town: str) -> GridSet | None:
    return GridSet.objects.filter(town_id=town).order_by("-number").first()


def shapes_of(grids: QuerySet[Grid]) -> QuerySet[GridShape]:
    """The current shapes of `grids`, with grid, village and today's holders at hand."""
    towns = {code[:TOWN_PREFIX] for code in grids.values_list("code", flat=True)}
    sets = [s.pk for s in map(current_grid_set, sorted(towns)) if s]
    holders = Prefetch("grid__postings", Posting.objects.current().select_related("user").order_by("-main", "pk"))
    return (
        GridShape.objects.filter(grid__in=grids, grid_set__in=sets)
        .select_related("grid", "grid__village")
        .prefetch_related(holders)
        .order_by("grid__code")
    )


def grid_feature(shape: GridShape) -> dict[str, Any]:
    """GeoJSON Feature (RFC 7946) of a grid."""
    grid = shape.grid
    people = [
        {"id": str(p.user.id), "name": p.user.name, "phone": p.user.phone, "main": p.main} for p in grid.postings.all()
    ]
    properties = {
        "uid": str(grid.uid), "code": grid.code, "name": grid.name,
        "village_code": grid.village.code, "village_name": grid.village.name,
        "load": shape.load, "area_m2": round(shape.area_m2, 1), "workers": people,
    }  # fmt: skip
    return {"type": "Feature", "id": str(grid.uid), "properties": properties, "geometry": as_geojson(shape.geometry)}


def village_feature(village: Division) -> dict[str, Any]:
    properties = {"code": village.code, "name": village.name, "provisional": village.provisional}
    return {"type": "Feature", "id": village.code, "properties": properties, "geometry": as_geojson(village.geometry)}


def as_geojson(geometry: shapely.Geometry | None) -> Any:
    return json.loads(shapely.to_geojson(geometry)) if geometry is not None else None


def locate(town: str, lon: float, lat: float) -> str | None:
    """Code of the grid of `town` in which the point (EPSG:4490 lon/lat) lies; None outside. On a border: the lowest code."""
    grid_set = current_grid_set(town)
    return _locator(grid_set.pk).locate(lon, lat) if grid_set else None


def locate_many(town: str, lons: Sequence[float], lats: Sequence[float]) -> list[str | None]:
    """`locate` for many points in one pass."""
    grid_set = current_grid_set(town)
    return _locator(grid_set.pk).locate_many(lons, lats) if grid_set else [None] * len(lons)


@lru_cache(maxsize=64)
def _locator(grid_set: UUID) -> Locator:
    """A grid set never changes once it is published, so its index may be kept."""
    shapes = list(GridShape.objects.filter(grid_set=grid_set).select_related("grid").order_by("grid__code"))
    return Locator([shape.geometry for shape in shapes], [shape.grid.code for shape in shapes])


def main_holders(grids: list[UUID]) -> dict[UUID, User]:
    """Today's main holder of each grid, else the first who stands in; a grid that nobody holds is missing."""
    postings = Posting.objects.current().filter(grid__in=grids).select_related("user").order_by("-main", "pk")
    found: dict[UUID, User] = {}
    for posting in postings:
        found.setdefault(posting.grid_id, posting.user)
    return found
