"""In which grid does a point lie?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import shapely
from numpy.typing import ArrayLike
from shapely.geometry.base import BaseGeometry

from grids.faults import Fault, refuse


class Locator:
    """Finds the grid of a point. Geometries in lon/lat with one code each; a point on a shared border belongs to
    the lowest code, so that it never has two grids and never none. Immutable, safe to share between threads."""

    def __init__(self, geometries: Iterable[BaseGeometry], codes: Sequence[str]) -> None:
        """Raise InputError when the numbers of geometries and codes differ or a code occurs twice."""
        polygons = np.array(list(geometries), dtype=object)
        refuse(_faults_of_codes(len(polygons), codes))
        order = np.argsort(np.array(codes, dtype=str), kind="stable")
        # in order of code, the lowest index hit is the lowest code
        self._codes = [codes[i] for i in order]
        self._tree = shapely.STRtree(polygons[order])

    def locate(self, lon: float, lat: float) -> str | None:
        """The code of the grid at this place, or None outside all grids (and for NaN)."""
        hits = self._tree.query(shapely.Point(lon, lat), predicate="intersects")
        return self._codes[int(hits.min())] if len(hits) else None

    def locate_many(self, lons: ArrayLike, lats: ArrayLike) -> list[str | None]:
        """As ``locate`` for two arrays of equal length, in one pass."""
        points = shapely.points(np.asarray(lons, dtype=float), np.asarray(lats, dtype=float))
        found, hits = self._tree.query(points, predicate="intersects")
        first = np.full(len(points), len(self._codes))
        np.minimum.at(first, found, hits)
        return [self._codes[i] if i < len(self._codes) else None for i in first]


def _faults_of_codes(count: int, codes: Sequence[str]) -> list[Fault]:
    if count != len(codes):
        return [Fault("codes", None, None, f"{len(codes)} codes for {count} geometries", "give one code per geometry")]
    seen: set[str] = set()
    faults = []
    for row, code in enumerate(codes, 1):
        if code in seen:
            faults.append(Fault("codes", row, "code", f"{code} occurs twice", "give every grid its own code"))
        seen.add(code)
    return faults
