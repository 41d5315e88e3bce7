"""Divide villages into grids of equal load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from random import Random
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from grids.apportioning import apportion, by_target
from grids.arrangement import stitch
from grids.atoms import cut_into_atoms, merge_points
from grids.crs import LONLAT, Floats, Geometries, Metric, area_m2, compactness, metric_for
from grids.faults import Fault, refuse, reject
from grids.inputs import checked_barriers, checked_points, checked_villages
from grids.locating import Locator
from grids.numbering import LARGEST_SEQUENCE, number
from grids.params import Params
from grids.reporting import Village, division_report
from grids.starts import zones_of

_DEFAULTS = Params()


@dataclass(frozen=True)
class Division:
    """``grids``: GeoDataFrame in EPSG:4490 with grid_code, village_code, load, area_m2, compactness, parts,
    geometry, in order of code. ``report``: what was done and how well, ready for JSON."""

    grids: gpd.GeoDataFrame
    report: dict[str, Any]


def divide(
    villages: gpd.GeoDataFrame,
    points: gpd.GeoDataFrame | None,
    *,
    count: int | None = None,
    target_load: float | None = None,
    per_village: int | Mapping[str, int] | None = None,
    barriers: gpd.GeoDataFrame | None = None,
    seed: int = 0,
    params: Params = _DEFAULTS,
) -> Division:
    """Divide villages into grids that hang together, lie each in one village, and carry equal loads.

    villages: polygons in any stated CRS with ``code`` (12 digits, unique).
    points: what makes the work, points in any stated CRS with ``weight`` (1 each if the column is missing);
        without any load the ground itself is shared out.
    Exactly one of count (grids in all, shared out among the villages by load, at least one each), target_load
        (load of a grid) and per_village (a number for all, or code -> number).
    barriers: lines (roads, rivers) that borders should follow.

    The same input and seed give the same bytes, whatever the order of the rows. A grid has several parts only
    where its village has. Points outside every village are left out and listed in the report.
    Raise InputError when something cannot be used.
    """
    villages, points, barriers = checked_villages(villages), checked_points(points), checked_barriers(barriers)
    villages = villages.sort_values("code", ignore_index=True)
    lonlat, weights = shapely.get_coordinates(points.geometry.array), points["weight"].to_numpy(dtype=float)
    codes: list[str] = villages["code"].tolist()
    home = np.array([code or "" for code in Locator(villages.geometry, codes).locate_many(*lonlat.T)], dtype=object)
    _refuse_swapped(villages, lonlat, home)

    metric = metric_for(tuple(villages.total_bounds))
    loads = [float(weights[home == code].sum()) for code in codes]
    counts = _counts(villages, loads, count, target_load, per_village)
    lines = np.array(shapely.get_parts(barriers.geometry.array), dtype=object)
    divided = [
        _divide_village(code, polygon, lonlat[home == code], weights[home == code], lines, k, metric, params, seed)
        for code, polygon, k in zip(codes, villages.geometry.array, counts, strict=True)
    ]
    table = _table(divided)
    outside = [
        {"row": int(row) + 1, "lon": float(lonlat[row, 0]), "lat": float(lonlat[row, 1]), "weight": float(weights[row])}
        for row in np.flatnonzero(home == "")
    ]
    return Division(table, division_report(villages, table, divided, outside, metric, seed, asdict(params)))


def _counts(
    villages: gpd.GeoDataFrame,
    loads: list[float],
    count: int | None,
    target_load: float | None,
    per_village: int | Mapping[str, int] | None,
) -> list[int]:
    codes = villages["code"].tolist()
    if sum(choice is not None for choice in (count, target_load, per_village)) != 1:
        reject("options", None, "count", "give exactly one of count, target_load, per_village", "choose one")
    if count is not None:
        if count < len(codes):
            reject(
                "options",
                None,
                "count",
                f"{count} grids are too few for {len(codes)} villages",
                f"give {len(codes)} or more: a grid lies in one village",
            )
        claims = loads if sum(loads) > 0 else [area_m2(polygon) for polygon in villages.geometry.array]
        counts = apportion(count, claims)
    elif target_load is not None:
        if not (np.isfinite(target_load) and target_load > 0):
            reject("options", None, "target_load", f"{target_load} is no load", "give a number above 0")
        counts = by_target(target_load, loads)
    else:
        counts = _given_counts(codes, per_village)
    refuse(
        Fault("options", None, "count", f"village {code} would get {k} grids", f"ask for {LARGEST_SEQUENCE} at most")
        for code, k in zip(codes, counts, strict=True)
        if k > LARGEST_SEQUENCE
    )
    return counts


def _given_counts(codes: list[str], per_village: int | Mapping[str, int] | None) -> list[int]:
    each = per_village if isinstance(per_village, Mapping) else dict.fromkeys(codes, per_village)
    wanted: dict[str, Any] = dict(each)
    refuse(
        [
            *(
                Fault(
                    "options", None, "per_village", f"village {code} has no number of grids above 0", "give 1 or more"
                )
                for code in codes
                if not isinstance(wanted.get(code), int) or wanted[code] < 1
            ),
            *(
                Fault("options", None, "per_village", f"there is no village {code}", "leave it out or correct the code")
                for code in sorted(set(wanted) - set(codes))
            ),
        ]
    )
    return [int(wanted[code]) for code in codes]


def _divide_village(
    code: str,
    polygon: BaseGeometry,
    lonlat: Floats,
    weights: Floats,
    barriers: Geometries,
    count: int,
    metric: Metric,
    params: Params,
    seed: int,
) -> Village:
    # each village draws from its own source, so that a change in one leaves the others as they are
    rng = Random(f"{seed}:{code}")
    places, merged = merge_points(lonlat, weights)
    if count == 1:
        return Village(code, len(weights), [polygon], [float(merged.sum())], 1, float(merged.max(initial=0)))
    atoms = cut_into_atoms(polygon, places, merged, barriers, count, metric, params, rng)
    if len(atoms.faces) < count:
        reject("villages", None, "geometry", f"village {code} cannot be cut into {count} grids", "ask for fewer")
    zones = zones_of(atoms, count, params, rng)
    return Village(
        code,
        len(weights),
        [shapely.union_all(atoms.faces[zone]) for zone in zones],
        [float(atoms.loads[zone].sum()) for zone in zones],
        len(atoms.faces),
        float(atoms.loads.max(initial=0)),
    )


def _table(divided: list[Village]) -> gpd.GeoDataFrame:
    geometries = iter(stitch([zone for village in divided for zone in village.zones]))
    rows = []
    for village in divided:
        zones = [next(geometries) for _ in village.zones]
        for code, load, zone in zip(number(village.code, zones), village.loads, zones, strict=True):
            rows.append(
                {
                    "grid_code": code,
                    "village_code": village.code,
                    "load": load,
                    "area_m2": area_m2(zone),
                    "compactness": compactness(zone),
                    "parts": len(shapely.get_parts(zone)),
                    "geometry": zone,
                }
            )
    rows.sort(key=lambda row: str(row["grid_code"]))
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=LONLAT)


def _refuse_swapped(villages: gpd.GeoDataFrame, lonlat: Floats, home: NDArray[np.object_]) -> None:
    # latitude and longitude below 90 each cannot be told apart by range, but by where they land
    if not len(lonlat) or (home != "").any():
        return
    land = shapely.union_all(villages.geometry.array)
    if shapely.contains_xy(land, lonlat[:, 1], lonlat[:, 0]).any():
        reject(
            "points",
            None,
            "geometry",
            "no point lies in any village, but some would with latitude and longitude swapped",
            "write longitude first, then latitude",
        )
