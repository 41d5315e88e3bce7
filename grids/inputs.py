"""What villages, points and barriers must be like, wherever they come from: a file or a caller."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from grids.crs import LONLAT
from grids.faults import Fault, refuse, reject

POLYGONS = frozenset({"Polygon", "MultiPolygon"})
LINES = frozenset({"LineString", "MultiLineString", "Polygon", "MultiPolygon"})
POINTS = frozenset({"Point"})

_SIMPLE_REMEDY = "redraw it, or export it again"


def in_lonlat(frame: gpd.GeoDataFrame, file: str) -> gpd.GeoDataFrame:
    """The frame in EPSG:4490 lon/lat without heights. Raise InputError when it has no CRS."""
    if frame.crs is None:
        reject(file, None, "geometry", "no coordinate system is set", "set one, e.g. frame.set_crs(4490)")
    moved = frame.to_crs(LONLAT)
    return moved.set_geometry(moved.geometry.force_2d())


def geometry_faults(frame: gpd.GeoDataFrame, file: str, kinds: frozenset[str]) -> Iterator[Fault]:
    """Rows without usable geometry: missing, empty, of the wrong kind, or with coordinates that are no numbers."""
    for row, geometry in enumerate(frame.geometry.array, 1):
        why = _unusable(geometry, kinds)
        if why:
            yield Fault(file, row, "geometry", why, _SIMPLE_REMEDY)


def _unusable(geometry: Any, kinds: frozenset[str]) -> str | None:
    if geometry is None:
        return "there is no geometry"
    if geometry.is_empty:
        return "the geometry is empty"
    if geometry.geom_type not in kinds:
        return f"is a {geometry.geom_type}, not a {' or '.join(sorted(kinds))}"
    if not np.isfinite(shapely.get_coordinates(geometry)).all():
        return "has a coordinate that is not a number"
    return None


def lonlat_faults(frame: gpd.GeoDataFrame, file: str, crs_name: str) -> Iterator[Fault]:
    """Rows whose coordinates cannot be the degrees the CRS says they are."""
    for row, (west, south, east, north) in enumerate(shapely.bounds(frame.geometry.array), 1):
        if west >= -180 and east <= 180 and south >= -90 and north <= 90:
            continue
        place = f"coordinates up to {max(abs(west), abs(east)):.6g}, {max(abs(south), abs(north)):.6g}"
        if max(abs(west), abs(east)) <= 90 and max(abs(south), abs(north)) <= 180:
            yield Fault(
                file,
                row,
                "geometry",
                f"{place}: latitude and longitude look swapped",
                "write longitude first, then latitude",
            )
        else:
            yield Fault(
                file,
                row,
                "geometry",
                f"{place} are no degrees, but the coordinate system is {crs_name}",
                "name the true system with crs, e.g. EPSG:4546 for metres",
            )


def code_faults(codes: list[Any], file: str, field: str, pattern: str, meaning: str) -> Iterator[Fault]:
    """Codes that are missing, malformed or used twice."""
    first: dict[str, int] = {}
    for row, code in enumerate(codes, 1):
        if not isinstance(code, str) or not re.fullmatch(pattern, code):
            yield Fault(file, row, field, f"{code!r} is not {meaning}", f"write {meaning} as text")
        elif code in first:
            yield Fault(file, row, field, f"{code} is also in row {first[code]}", "give every row its own code")
        else:
            first[code] = row


def weight_faults(weights: list[Any], file: str, field: str) -> Iterator[Fault]:
    """Weights that are not finite numbers from zero up."""
    for row, weight in enumerate(weights, 1):
        if not np.isfinite(weight):
            yield Fault(file, row, field, "the weight is not a number", "give a number, 0 if it brings no work")
        elif weight < 0:
            yield Fault(file, row, field, f"the weight {weight:g} is negative", "give a number from 0 up")


def checked_villages(villages: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Villages fit for division, in lon/lat. Raise InputError naming every row that is not."""
    villages = in_lonlat(villages, "villages").reset_index(drop=True)
    if not len(villages):
        reject("villages", None, None, "there is no village", "give at least one polygon")
    if "code" not in villages.columns:
        reject("villages", None, "code", "the column is missing", "give every village its 12-digit code")
    refuse(geometry_faults(villages, "villages", POLYGONS))
    refuse(
        [
            *lonlat_faults(villages, "villages", "EPSG:4490"),
            *code_faults(villages["code"].tolist(), "villages", "code", r"\d{12}", "a 12-digit code"),
            *(
                Fault("villages", row, "geometry", shapely.is_valid_reason(polygon), "mend it with: grids repair")
                for row, polygon in enumerate(villages.geometry.array, 1)
                if not polygon.is_valid
            ),
        ]
    )
    return villages


def checked_points(points: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    """Points with a column ``weight`` (1 where there is none), in lon/lat. Raise InputError naming every bad row."""
    if points is None:
        return gpd.GeoDataFrame({"weight": np.empty(0)}, geometry=gpd.GeoSeries([], crs=LONLAT))
    points = in_lonlat(points, "points").reset_index(drop=True)
    weights = points["weight"].astype(float) if "weight" in points.columns else np.ones(len(points))
    refuse(
        [
            *geometry_faults(points, "points", POINTS),
            *weight_faults(list(weights), "points", "weight"),
        ]
    )
    refuse(lonlat_faults(points, "points", "EPSG:4490"))
    return points.assign(weight=weights)


def checked_barriers(barriers: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    """Roads, rivers and the like as lines in lon/lat; of a polygon its outline counts."""
    if barriers is None:
        return gpd.GeoDataFrame(geometry=gpd.GeoSeries([], crs=LONLAT))
    barriers = in_lonlat(barriers, "barriers")
    refuse(geometry_faults(barriers, "barriers", LINES))
    areal = shapely.get_dimensions(barriers.geometry.array) == 2
    return barriers.set_geometry(barriers.geometry.where(~areal, barriers.geometry.boundary))
