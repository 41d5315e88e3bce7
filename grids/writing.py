"""Write results so that reading them back gives the same coordinates, and so that no half file is ever left."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from grids.faults import reject

DECIMALS = 10
"""The lattice of the output: ten decimals of a degree lose nothing."""


def write_features(frame: gpd.GeoDataFrame, path: str | Path) -> None:
    """A frame in EPSG:4490 as GeoJSON (.geojson, .json; RFC 7946, which says WGS 84: the same to centimetres) or
    GeoPackage (.gpkg, EPSG:4490)."""
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix in (".geojson", ".json"):
        _put(path, lambda spot: spot.write_text(geojson(frame), encoding="utf-8", newline="\n"))
    elif suffix == ".gpkg":
        _put(path, lambda spot: pyogrio.write_dataframe(frame, spot, driver="GPKG", layer=path.stem))
    else:
        reject(str(path), None, "out", f"{suffix or 'no suffix'} cannot be written", "end it in .geojson or .gpkg")


def write_report(report: dict[str, Any] | list[Any], path: str | Path) -> None:
    """A report as JSON."""
    text = json.dumps(report, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    _put(Path(path), lambda spot: spot.write_text(text, encoding="utf-8", newline="\n"))


def write_table(header: Sequence[str], rows: Iterable[Sequence[Any]], path: str | Path) -> None:
    """CSV in UTF-8 with the mark that office programs need to show Chinese."""

    def put(spot: Path) -> None:
        with spot.open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream).writerows([header, *rows])

    _put(Path(path), put)


def geojson(frame: gpd.GeoDataFrame) -> str:
    """RFC 7946 text, one feature a line: lon/lat, outer rings counter-clockwise, no crs member."""
    attributes = frame.drop(columns=frame.geometry.name)
    turned = shapely.orient_polygons(frame.geometry.array, exterior_cw=False)
    lines = [
        json.dumps(
            {"type": "Feature", "properties": _plain(row), "geometry": _coordinates(geometry)},
            ensure_ascii=False,
            allow_nan=False,
            separators=(",", ":"),
        )
        for row, geometry in zip(attributes.to_dict("records"), turned, strict=True)
    ]
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    return {str(key): _plain_value(value) for key, value in row.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if pd.isna(value) is True:
        return None
    return value if isinstance(value, (str, int, float, bool)) else str(value)


def _coordinates(geometry: Any) -> dict[str, Any]:
    rounded = shapely.transform(geometry, lambda xy: np.round(xy, DECIMALS))
    mapping: dict[str, Any] = rounded.__geo_interface__
    return mapping


def _put(path: Path, write: Callable[[Path], Any]) -> None:
    """Write beside the target and move into place: a reader sees the old file or the new one."""
    if not path.parent.is_dir():
        reject(str(path), None, "out", "there is no such folder", "make it first")
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".writing-") as folder:
        spot = Path(folder) / path.name
        write(spot)
        spot.replace(path)
