"""From the geodata of a town to villages and grids: read, mended, divided.

Frames carry EPSG:4490 lon/lat geometry. Whatever cannot be used raises InputError with every fault by row and remedy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from grids import CoverageFault, Fault, InputError, Locator, check, divide, read_polygons, repair
from grids.crs import LONLAT, area_m2
from grids.inputs import POLYGONS
from grids.reading import read_features
from grids.repairing import REPAIRABLE

__all__ = ["Fault", "InputError", "Locator"]

# a border drawn twice by hand wanders by metres; a grid of the wrong village lies outside as a whole
STRAY_SHARE = 0.01


@dataclass(frozen=True)
class Mended:
    """`villages` as a coverage without gaps and overlaps; `found` what was wrong before."""

    villages: gpd.GeoDataFrame
    found: list[CoverageFault]


@dataclass(frozen=True)
class Divided:
    """`grids`: code (15 digits), village (12 digits), name ("" where the source has none), load, area_m2, geometry;
    `report`: how they were made, plain JSON."""

    grids: gpd.GeoDataFrame
    report: dict[str, Any]


def is_crs(text: str) -> bool:
    try:
        CRS.from_user_input(text)
    except CRSError:
        return False
    return True


def read_villages(path: Path, *, crs: str, code_field: str, name_field: str) -> gpd.GeoDataFrame:
    """Columns code (text, None where the file has none), name (text, "" where it has none), geometry."""
    frame = read_features(path, POLYGONS, crs=crs)
    return gpd.GeoDataFrame(
        {"code": _texts(frame, code_field, None), "name": _texts(frame, name_field, "")},
        geometry=frame.geometry, crs=LONLAT,
    )  # fmt: skip


def _texts(frame: gpd.GeoDataFrame, column: str, missing: str | None) -> pd.Series:
    values = frame[column] if column in frame.columns else [None] * len(frame)
    return pd.Series([_text(value) or missing for value in values], index=frame.index, dtype=object)


def _text(value: Any) -> str:
    """Codes that a spreadsheet has turned into numbers are text again."""
    if pd.isna(value):
        return ""
    return f"{value:.0f}" if isinstance(value, float) else str(value).strip()


def mend(villages: gpd.GeoDataFrame, limit: Path | None, crs: str) -> Mended:
    """Villages without gaps, overlaps and invalid rings; with a `limit` file also nothing beyond it and nothing left out."""
    within = read_polygons(limit, crs=crs) if limit else None
    found = [fault for fault in check(villages, within) if fault.kind in REPAIRABLE]
    return Mended(repair(villages, within).coverage if found else villages, found)


def to_lonlat(xs: Sequence[float], ys: Sequence[float], crs: str) -> list[tuple[float, float]]:
    """Points given in `crs` (x, or longitude, first) in EPSG:4490."""
    points = gpd.GeoSeries(gpd.points_from_xy(xs, ys), crs=crs).to_crs(LONLAT)
    return list(zip(points.x.tolist(), points.y.tolist(), strict=True))


def locator_of(frame: gpd.GeoDataFrame) -> Locator:
    """Finds the code of the row in which a point (EPSG:4490 lon/lat) lies; on a border the lowest code."""
    return Locator(frame.geometry, frame["code"].tolist())


def divide_evenly(
    villages: gpd.GeoDataFrame, places: list[tuple[float, float]], weights: list[float], *, count: int, seed: int
) -> Divided:
    """`count` grids of equal load, each in one village. The same input and seed give the same grids."""
    lons, lats = np.array(places, dtype=float).reshape(-1, 2).T
    points = gpd.GeoDataFrame({"weight": weights}, geometry=gpd.points_from_xy(lons, lats), crs=LONLAT)
    made = divide(villages, points, count=count, seed=seed)
    grids = made.grids.rename(columns={"grid_code": "code", "village_code": "village"}).assign(name="")
    kept = ("method", "seed", "params", "grids", "load", "mean_load", "max_deviation_percent", "target_met",
            "mean_compactness", "villages")  # fmt: skip
    return Divided(grids, {name: made.report[name] for name in kept})


def read_grids(
    path: Path, villages: gpd.GeoDataFrame, places: list[tuple[float, float]], weights: list[float], *, crs: str
) -> Divided:
    """Grids that somebody has drawn: column code (or grid_code) of 15 digits beginning with the village's, perhaps name.

    Each must lie in its village and together they must cover the villages once.
    """
    grids = _drawn(path, crs)
    faults = [*_code_faults(path, grids, villages["code"].tolist())]
    if not faults:
        grids["village"] = grids["code"].str[:12]
        faults = [*_stray_faults(path, grids, villages), *_cover_faults(path, grids, villages)]
    if faults:
        raise InputError(faults)
    grids["area_m2"] = [area_m2(shape) for shape in grids.geometry]
    grids["load"] = _loads(grids, places, weights)
    return Divided(grids.sort_values("code", ignore_index=True), {"method": {"drawn": path.name}, "grids": len(grids)})


def _drawn(path: Path, crs: str) -> gpd.GeoDataFrame:
    frame = read_features(path, POLYGONS, crs=crs)
    codes = "grid_code" if "grid_code" in frame.columns else "code"
    return gpd.GeoDataFrame(
        {"code": _texts(frame, codes, ""), "name": _texts(frame, "name", "")}, geometry=frame.geometry, crs=LONLAT
    )


def _code_faults(path: Path, grids: gpd.GeoDataFrame, villages: list[str]) -> list[Fault]:
    faults: list[Fault] = []
    first: dict[str, int] = {}
    for row, code in enumerate(grids["code"], 1):
        if not (code.isdecimal() and len(code) == 15):
            faults.append(Fault(str(path), row, "code", f"“{code}”不是 15 位网格代码", "写 12 位村代码加 3 位顺序号"))
        elif code[:12] not in villages:
            faults.append(Fault(str(path), row, "code", f"没有代码为 {code[:12]} 的村", "改正代码，或把村加进村界文件"))
        elif code in first:
            faults.append(Fault(str(path), row, "code", f"{code} 与第 {first[code]} 行重复", "每个网格用自己的代码"))
        first.setdefault(code, row)
    missing = sorted(set(villages) - {code[:12] for code in grids["code"]})
    return faults + [Fault(str(path), None, "code", f"村 {code} 没有网格", "每个村至少画一个网格") for code in missing]


def _stray_faults(path: Path, grids: gpd.GeoDataFrame, villages: gpd.GeoDataFrame) -> list[Fault]:
    shapes = dict(zip(villages["code"], villages.geometry, strict=True))
    faults = []
    for row, (code, grid) in enumerate(zip(grids["village"], shapely.make_valid(grids.geometry.array), strict=True), 1):
        share = grid.difference(shapes[code]).area / grid.area
        if share > STRAY_SHARE:
            why = f"有 {share:.0%} 的面积不在村 {code} 内"
            faults.append(Fault(str(path), row, "geometry", why, "网格不得跨村：改正代码，或按村界重画"))
    return faults


def _cover_faults(path: Path, grids: gpd.GeoDataFrame, villages: gpd.GeoDataFrame) -> list[Fault]:
    found = [fault for fault in check(grids, villages) if fault.kind in REPAIRABLE]
    return [Fault(str(path), fault.rows[0] if fault.rows else None, "geometry", str(fault), "先用 grids repair 修复")
            for fault in found]  # fmt: skip


def _loads(grids: gpd.GeoDataFrame, places: list[tuple[float, float]], weights: list[float]) -> list[float]:
    lons, lats = np.array(places, dtype=float).reshape(-1, 2).T
    homes = locator_of(grids).locate_many(lons, lats)
    sums = dict.fromkeys(grids["code"], 0.0)
    for home, weight in zip(homes, weights, strict=True):
        if home is not None:
            sums[home] += weight
    return [sums[code] for code in grids["code"]]
