"""What was done and how well: the report of a division."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
from shapely.geometry.base import BaseGeometry

from grids.coverage import check
from grids.crs import Metric, area_m2
from grids.seeding import HAS_METIS


@dataclass(frozen=True)
class Village:
    """One village after division: its zones (lon/lat) with their loads, and what they were made from."""

    code: str
    points: int
    zones: list[BaseGeometry]
    loads: list[float]
    atoms: int
    heaviest_atom: float


def division_report(
    villages: gpd.GeoDataFrame,
    grids: gpd.GeoDataFrame,
    divided: list[Village],
    outside: list[dict[str, Any]],
    metric: Metric,
    seed: int,
    params: dict[str, Any],
) -> dict[str, Any]:
    """The report as plain JSON types. Loads in the unit of the weights, deviations in percent of the mean."""
    tolerance = params["balance_tolerance_percent"]
    rows = [_village_row(village, grids[grids["village_code"] == village.code], tolerance) for village in divided]
    mean = float(grids["load"].mean())
    return {
        "method": {
            "metric_crs": metric.why,
            "atoms": "Voronoi cells of the points, cut by barriers",
            "seeding": "METIS k-way and recursive straight splits" if HAS_METIS else "recursive straight splits",
            "improving": "contiguity repair, merge and split, opening of enclaves, rounding off",
        },
        "seed": seed,
        "params": params,
        "grids": len(grids),
        "load": float(grids["load"].sum()),
        "mean_load": mean,
        "max_deviation_percent": max(row["max_deviation_percent"] for row in rows),
        "max_deviation_from_mean_of_all_percent": deviation_percent(grids["load"].tolist()),
        "target_met": all(not row["reasons"] for row in rows),
        "mean_compactness": float(grids["compactness"].mean()),
        "villages": rows,
        "points_outside": outside,
        "village_faults": [str(fault) for fault in check(villages) if fault.kind in {"overlap", "sliver"}],
    }


def deviation_percent(loads: list[float]) -> float:
    """Largest deviation from the mean, in percent of it; 0 where there is no load."""
    mean = sum(loads) / len(loads)
    return max(abs(load / mean - 1) for load in loads) * 100 if mean > 0 else 0.0


def _village_row(village: Village, grids: gpd.GeoDataFrame, tolerance: float) -> dict[str, Any]:
    # without load the ground was shared out, so that is what must be even
    loads = village.loads if sum(village.loads) > 0 else [area_m2(zone) for zone in village.zones]
    deviation = deviation_percent(loads)
    return {
        "code": village.code,
        "grids": len(grids),
        "points": village.points,
        "atoms": village.atoms,
        "load": sum(village.loads),
        "balanced_by": "load" if sum(village.loads) > 0 else "area",
        "max_deviation_percent": deviation,
        "mean_compactness": float(grids["compactness"].mean()),
        "grids_in_parts": int((grids["parts"] > 1).sum()),
        "reasons": _reasons(village, deviation, tolerance),
    }


def _reasons(village: Village, deviation: float, tolerance: float) -> list[str]:
    if deviation <= tolerance + 1e-6:
        return []
    reasons = [f"{deviation:.1f} % off the mean load, {tolerance:g} % allowed"]
    mean = sum(village.loads) / len(village.loads)
    if village.heaviest_atom > mean * (1 + tolerance / 100):
        reasons.append(f"one place carries {village.heaviest_atom:g}, a grid should carry {mean:g}")
    if village.points < 20 * len(village.zones):
        reasons.append(f"{village.points} points for {len(village.zones)} grids; about 20 each are needed")
    if len(reasons) == 1:
        reasons.append("no better cut was found within the budget of rounds")
    return reasons
