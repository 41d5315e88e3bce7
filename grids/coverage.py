"""Is a set of polygons a coverage: no gap, no overlap, nothing outside, nothing broken?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from grids.arrangement import contacts, faces_between, inside, owners, pieces, shared_borders
from grids.crs import Floats, Geometries, area_m2, metric_for, patch_area_m2, perimeter_m
from grids.faults import refuse
from grids.inputs import POLYGONS, geometry_faults, in_lonlat, lonlat_faults

NOISE_M2 = 0.01
NOISE_WIDTH_M = 0.001
"""Overlaps and gaps with less area or mean width are rounding; the width is a hundred steps of the lattice."""

_METRES_PER_DEGREE = 111_000

SLIVER_WIDTH_M = 0.5
"""A piece narrower than this on average is no ground anybody can be sent to."""

REMEDIES = {
    "empty": "draw it or delete the row",
    "invalid": "mend it with: grids repair",
    "overlap": "mend it with: grids repair, or redraw the common border",
    "gap": "mend it with: grids repair, or redraw the borders around it",
    "outside": "mend it with: grids repair, or enlarge the limit",
    "sliver": "give it to a neighbour",
    "parts": "nothing, if the ground itself is in parts; else redraw it in one piece",
}
NOTICES = frozenset({"parts"})
"""Kinds that may be right: an island village is in parts by nature."""


@dataclass(frozen=True)
class CoverageFault:
    """One fault: ``kind`` is a key of REMEDIES, ``where`` a (lon, lat) in it, ``area_m2`` geodesic, ``rows`` the
    features concerned counted from 1 with their names in ``features`` (around a gap: its neighbours)."""

    kind: str
    where: tuple[float, float] | None
    area_m2: float
    rows: tuple[int, ...]
    features: tuple[str, ...]
    why: str
    remedy: str

    @property
    def serious(self) -> bool:
        """False for what may be right as it is."""
        return self.kind not in NOTICES

    def __str__(self) -> str:
        place = f" at {self.where[0]:.7f}, {self.where[1]:.7f}" if self.where else ""
        return f"{self.kind}{place}, {self.area_m2:.2f} m2, {', '.join(self.features)}: {self.why}; {self.remedy}"


@dataclass(frozen=True)
class Cover:
    """A coverage cut into faces along every boundary, its own and the limit's.

    ``claims`` are the rows (from 0) that cover each face, ``contact`` its neighbours with the metres shared.
    """

    polygons: Geometries
    faces: Geometries
    areas_m2: Floats
    claims: list[list[int]]
    in_limit: NDArray[np.bool_]
    contact: list[dict[int, float]]


def check(coverage: gpd.GeoDataFrame, within: gpd.GeoDataFrame | None = None) -> list[CoverageFault]:
    """Every fault of a coverage, largest first within each kind.

    coverage: polygons in any stated CRS. within: polygons that together are the limit; None takes the coverage
    itself with its gaps filled, so that only enclosed gaps are found and nothing lies outside.
    Raise InputError when the frame has no CRS, holds no polygons, or its coordinates cannot be lon/lat.
    """
    frame = in_lonlat(coverage, "coverage")
    names = feature_names(frame)
    empty = [row for row, geometry in enumerate(frame.geometry.array) if geometry is None or geometry.is_empty]
    faults = [_fault("empty", None, 0.0, [row], names, "has no ground") for row in empty]
    if len(empty) == len(frame):
        return faults
    cover = arrange(frame, within)
    found = [
        *_broken(frame, names),
        *_overlaps(cover, names),
        *_gaps(cover, names),
        *_outside(cover, names),
        *_odd_shapes(cover, names),
    ]
    return faults + sorted(found, key=lambda fault: (list(REMEDIES).index(fault.kind), -fault.area_m2, fault.rows))


def feature_names(frame: gpd.GeoDataFrame) -> list[str]:
    """What to call each row: its grid code, code or name, else its number."""
    for column in ("grid_code", "code", "name"):
        if column in frame.columns:
            return [f"row {row} ({value})" for row, value in enumerate(frame[column], 1)]
    return [f"row {row}" for row in range(1, len(frame) + 1)]


def arrange(frame: gpd.GeoDataFrame, within: gpd.GeoDataFrame | None) -> Cover:
    """Cut a coverage in lon/lat into faces. Empty rows own nothing; invalid ones count as made valid."""
    filled = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
    refuse(geometry_faults(filled, "coverage", POLYGONS))
    refuse(lonlat_faults(filled, "coverage", "EPSG:4490"))
    polygons = np.array([_polygonal(geometry) for geometry in frame.geometry.array], dtype=object)
    limit = _filled(shapely.union_all(polygons)) if within is None else _limit(within)
    metric = metric_for(tuple(shapely.bounds(limit)))
    faces = faces_between(shapely.boundary(np.append(polygons, limit)))
    borders = shared_borders(faces, metric)
    return Cover(
        polygons,
        faces,
        patch_area_m2(faces),
        owners(faces, polygons),
        inside(faces, limit),
        contacts(borders, borders.length_m, len(faces)),
    )


def _polygonal(geometry: BaseGeometry | None) -> BaseGeometry:
    if geometry is None:
        return shapely.Polygon()
    if geometry.is_valid:
        return shapely.force_2d(geometry)
    parts = shapely.get_parts(shapely.make_valid(shapely.force_2d(geometry), method="structure"))
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def _limit(within: gpd.GeoDataFrame) -> BaseGeometry:
    frame = in_lonlat(within, "within")
    refuse(geometry_faults(frame, "within", POLYGONS))
    refuse(lonlat_faults(frame, "within", "EPSG:4490"))
    return shapely.union_all([_polygonal(geometry) for geometry in frame.geometry.array])


def _filled(territory: BaseGeometry) -> BaseGeometry:
    shells = [shapely.Polygon(part.exterior) for part in shapely.get_parts(territory)]
    return shapely.union_all(shells)


def _broken(frame: gpd.GeoDataFrame, names: list[str]) -> Iterator[CoverageFault]:
    for row, geometry in enumerate(frame.geometry.array):
        if geometry is not None and not geometry.is_valid:
            why = shapely.is_valid_reason(geometry)
            spot = why[why.find("[") + 1 : why.rfind("]")].split() if "[" in why else []
            where = (float(spot[0]), float(spot[1])) if len(spot) >= 2 else None
            yield _fault("invalid", where, 0.0, [row], names, why.split("[")[0])


def _overlaps(cover: Cover, names: list[str]) -> Iterator[CoverageFault]:
    by_claim: dict[tuple[int, ...], list[int]] = {}
    for face, claim in enumerate(cover.claims):
        if len(claim) > 1:
            by_claim.setdefault(tuple(claim), []).append(face)
    for rivals, faces in by_claim.items():
        for _, where, area in _regions(cover, faces):
            yield _fault("overlap", where, area, list(rivals), names, f"claimed by {len(rivals)} polygons")


def _gaps(cover: Cover, names: list[str]) -> Iterator[CoverageFault]:
    free = [face for face, claim in enumerate(cover.claims) if not claim and cover.in_limit[face]]
    for region, where, area in _regions(cover, free):
        around = {row for face in region for other in cover.contact[face] for row in cover.claims[other]}
        yield _fault("gap", where, area, sorted(around), names, "no polygon covers this ground")


def _outside(cover: Cover, names: list[str]) -> Iterator[CoverageFault]:
    by_owner: dict[int, list[int]] = {}
    for face, claim in enumerate(cover.claims):
        if claim and not cover.in_limit[face]:
            by_owner.setdefault(claim[0], []).append(face)
    for owner, faces in by_owner.items():
        for _, where, area in _regions(cover, faces):
            yield _fault("outside", where, area, [owner], names, "reaches beyond the limit")


def _odd_shapes(cover: Cover, names: list[str]) -> Iterator[CoverageFault]:
    for row, polygon in enumerate(cover.polygons):
        parts = shapely.get_parts(polygon)[~shapely.is_empty(shapely.get_parts(polygon))]
        for part in parts:
            area, width = area_m2(part), 2 * area_m2(part) / perimeter_m(part)
            if width < SLIVER_WIDTH_M:
                yield _fault("sliver", _spot(part), area, [row], names, f"a piece only {width:.2f} m wide on average")
        if len(parts) > 1:
            yield _fault("parts", _spot(polygon), area_m2(polygon), [row], names, f"lies in {len(parts)} pieces")


def _regions(cover: Cover, faces: list[int]) -> Iterator[tuple[set[int], tuple[float, float], float]]:
    """Connected faces as one place each: the faces, a spot in the largest, the area. Noise is left out."""
    for region in pieces(faces, cover.contact):
        faces_here = sorted(region)
        area = float(cover.areas_m2[faces_here].sum())
        length = float(shapely.length(cover.faces[faces_here]).sum()) * _METRES_PER_DEGREE
        if area >= NOISE_M2 and 2 * area / length >= NOISE_WIDTH_M:
            largest = max(region, key=lambda face: (cover.areas_m2[face], -face))
            yield region, _spot(cover.faces[largest]), area


def _spot(geometry: BaseGeometry) -> tuple[float, float]:
    point = shapely.point_on_surface(geometry)
    return float(point.x), float(point.y)


def _fault(
    kind: str, where: tuple[float, float] | None, area: float, rows: list[int], names: list[str], why: str
) -> CoverageFault:
    return CoverageFault(
        kind, where, area, tuple(row + 1 for row in rows), tuple(names[row] for row in rows), why, REMEDIES[kind]
    )
