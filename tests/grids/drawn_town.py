"""Towns drawn for the tests: geometry nobody lives in, in Kaiping's latitude, in EPSG:4490."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

WEST, SOUTH = 112.44, 22.14
DEGREES = 0.01


def square(column: float, row: float, size: float = 1.0) -> BaseGeometry:
    """A square on a lattice of about 1 km."""
    west, south = WEST + column * DEGREES, SOUTH + row * DEGREES
    return shapely.box(west, south, west + size * DEGREES, south + size * DEGREES)


def villages(*polygons: BaseGeometry) -> gpd.GeoDataFrame:
    """Villages with codes 440783112201, 440783112202, ..."""
    codes = [f"440783112{200 + i}" for i in range(1, len(polygons) + 1)]
    return gpd.GeoDataFrame({"code": codes}, geometry=list(polygons), crs=4490)


def points(lonlat: np.ndarray, weights: np.ndarray | None = None) -> gpd.GeoDataFrame:
    weight = np.ones(len(lonlat)) if weights is None else weights
    return gpd.GeoDataFrame({"weight": weight}, geometry=gpd.points_from_xy(lonlat[:, 0], lonlat[:, 1]), crs=4490)


def crooked_town() -> gpd.GeoDataFrame:
    """Four villages that meet in crooked borders, one with a hole for a reservoir."""
    corners = [(0, 0), (3.1, -0.4), (6, 0.2), (6.3, 3), (5.8, 6.1), (3, 5.7), (-0.2, 6), (0.3, 2.9)]
    middle = [(1.5, 0.3), (3.4, 2.8), (1.7, 3.3)]
    a, b, c, d, e, f, g, h = corners
    m = middle[1]
    outlines = [[a, b, middle[0], m, middle[2], h], [b, c, d, m, middle[0]], [d, e, f, m], [f, g, h, middle[2], m]]
    drawn = [shapely.Polygon([(WEST + x * DEGREES, SOUTH + y * DEGREES) for x, y in outline]) for outline in outlines]
    drawn[2] = drawn[2].difference(square(4.4, 4.2, 0.4))
    return villages(*drawn)


def scattered(town: gpd.GeoDataFrame, count: int, seed: int) -> gpd.GeoDataFrame:
    """Clustered points with uneven weights; some fall outside."""
    rng = np.random.default_rng(seed)
    west, south, east, north = town.total_bounds
    hearts = rng.uniform((west, south), (east, north), (12, 2))
    lonlat = hearts[rng.integers(0, 12, count)] + rng.normal(0, 0.008, (count, 2))
    return points(lonlat, np.round(rng.lognormal(1, 0.6, count), 2))


def sketched(town: gpd.GeoDataFrame, metres: float, seed: int) -> gpd.GeoDataFrame:
    """The town as if every village had been drawn by hand: each vertex off by about so many metres."""
    rng = np.random.default_rng(seed)

    def shake(ring: np.ndarray) -> np.ndarray:
        moved = ring + rng.normal(0, metres / 111_000, ring.shape) * (rng.random((len(ring), 1)) < 0.5)
        moved[-1] = moved[0]
        return moved

    shells = [shapely.transform(shapely.Polygon(polygon.exterior), shake) for polygon in town.geometry]
    holes = [shapely.union_all([shapely.Polygon(ring) for ring in polygon.interiors]) for polygon in town.geometry]
    return town.set_geometry(
        gpd.GeoSeries(shapely.difference(shapely.make_valid(shells), holes), index=town.index, crs=4490)
    )
