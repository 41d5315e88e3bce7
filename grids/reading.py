"""Read polygons, lines and points from files into EPSG:4490 lon/lat, or say exactly why not.

GeoJSON, GeoPackage and Shapefile go through pyogrio; points also come as CSV. A file that states no coordinate
system needs one from the caller: guessing moves everything by hundreds of metres without anybody noticing.
"""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any, NoReturn

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FieldError
from pyproj import CRS
from pyproj.exceptions import CRSError

from grids.crs import LONLAT
from grids.faults import Fault, InputError, refuse, reject
from grids.inputs import LINES, POINTS, POLYGONS, code_faults, geometry_faults, lonlat_faults, weight_faults

FORMATS = {".geojson": "GeoJSON", ".json": "GeoJSON", ".gpkg": "GeoPackage", ".shp": "Shapefile"}
_LON_COLUMNS = ("lon", "lng", "longitude", "经度")
_LAT_COLUMNS = ("lat", "latitude", "纬度")
_RFC7946 = CRS.from_user_input("OGC:CRS84")


def read_polygons(
    path: str | Path, *, code_field: str | None = None, name_field: str | None = None, crs: str | None = None
) -> gpd.GeoDataFrame:
    """Villages: columns code (12-digit str, or None where the file has no codes), name, geometry, in EPSG:4490.

    code_field and name_field default to columns called code and name, if there are. crs is for files that state no
    coordinate system. Raise InputError naming every bad row.
    """
    file = str(path)
    frame = read_features(path, POLYGONS, crs=crs)
    code_column = _column(frame, code_field, "code", file)
    name_column = _column(frame, name_field, "name", file)
    codes: list[str | None] = [None] * len(frame)
    if code_column is not None:
        codes = [_as_code(value) for value in frame[code_column]]
        refuse(code_faults(codes, file, code_column, r"\d{12}", "a 12-digit code"))
    names = [str(code or row) for row, code in enumerate(codes, 1)]
    if name_column is not None:
        names = ["" if pd.isna(value) else str(value) for value in frame[name_column]]
    return gpd.GeoDataFrame(
        {"code": pd.Series(codes, dtype=object), "name": pd.Series(names, dtype=object)},
        geometry=frame.geometry,
        crs=LONLAT,
    )


def read_points(path: str | Path, *, weight: str | None = None, crs: str | None = None) -> gpd.GeoDataFrame:
    """What makes the work: the file's columns with ``weight`` (float >= 0) and point geometry, in EPSG:4490.

    weight names the column to weigh by; None makes every point count 1. CSV needs columns lon and lat (or lng,
    longitude, latitude, 经度, 纬度), UTF-8 or GB18030, and crs, since it cannot state its own.
    Raise InputError naming every bad row.
    """
    file = str(path)
    csv_file = Path(path).suffix.lower() == ".csv"
    frame = _read_csv(Path(path), crs) if csv_file else read_features(path, POINTS, crs=crs)
    if weight is None:
        return frame.assign(weight=1.0)
    column = _column(frame, weight, "", file)
    weights = pd.to_numeric(frame[column], errors="coerce").astype(float)
    refuse(weight_faults(weights.tolist(), file, weight))
    return frame.assign(weight=weights)


def read_lines(path: str | Path, *, crs: str | None = None) -> gpd.GeoDataFrame:
    """Barriers: lines, or polygons whose outline counts, in EPSG:4490."""
    return read_features(path, LINES, crs=crs)


def read_features(path: str | Path, kinds: frozenset[str], *, crs: str | None = None) -> gpd.GeoDataFrame:
    """Every column of a file with checked geometry of these kinds, in EPSG:4490, z and m dropped."""
    file, path = str(path), Path(path)
    frame = _read_layer(path, file)
    stated = _stated_crs(path, frame)
    named = _named_crs(crs, file)
    if named is not None and stated is not None and not named.equals(stated, ignore_axis_order=True):
        reject(
            file,
            None,
            "crs",
            f"the file is in {_title(stated)}, but {_title(named)} was named",
            "name no crs, or the file's own",
        )
    system = named or stated or (_RFC7946 if _is_geojson(path) else None)
    if system is None:
        _reject_without_crs(file)
    refuse(geometry_faults(frame, file, kinds))
    flat = frame.set_geometry(gpd.GeoSeries(shapely.force_2d(frame.geometry.array), index=frame.index), crs=None)
    return _to_lonlat(flat.set_crs(system, allow_override=True), system, file)


def _read_layer(path: Path, file: str) -> gpd.GeoDataFrame:
    if path.suffix.lower() not in FORMATS:
        reject(
            file,
            None,
            None,
            f"{path.suffix or 'a file without suffix'} cannot be read",
            f"give one of {', '.join(FORMATS)}",
        )
    if not path.is_file():
        reject(file, None, None, "there is no such file", "correct the path")
    if _is_geojson(path):
        _refuse_malformed_json(path, file)
    try:
        frame = pyogrio.read_dataframe(path, encoding=_encoding(path))
    except (DataSourceError, DataLayerError, FieldError, UnicodeDecodeError, shapely.errors.GEOSException) as error:
        raise InputError([Fault(file, None, None, f"cannot be read: {error}", "export the file again")]) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        reject(file, None, "geometry", "has no geometry at all", "export the layer with its geometry")
    if not len(frame):
        reject(file, None, None, "has no rows", "give at least one")
    return frame


def _encoding(path: Path) -> str | None:
    """The encoding of a Shapefile that does not say; without this Chinese names come out as noise."""
    table = path.with_suffix(".dbf")
    if path.suffix.lower() != ".shp" or path.with_suffix(".cpg").exists() or not table.exists():
        return None
    content = table.read_bytes()
    try:
        content[int.from_bytes(content[8:10], "little") :].decode("utf-8")
    except UnicodeDecodeError:
        return "GB18030"
    return "UTF-8"


def _refuse_malformed_json(path: Path, file: str) -> None:
    try:
        document = json.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError([Fault(file, None, None, "is not UTF-8", "save the GeoJSON as UTF-8")]) from error
    except json.JSONDecodeError as error:
        fault = Fault(
            file,
            None,
            None,
            f"is not JSON: {error.msg} at line {error.lineno}, column {error.colno}",
            "export the file again",
        )
        raise InputError([fault]) from error
    kind = document.get("type") if isinstance(document, dict) else None
    if kind != "FeatureCollection" or not isinstance(document.get("features"), list):
        reject(
            file,
            None,
            "type",
            f"is {kind or 'no GeoJSON object'}, not a FeatureCollection with features",
            "export the layer as a FeatureCollection",
        )


def _is_geojson(path: Path) -> bool:
    return FORMATS.get(path.suffix.lower()) == "GeoJSON"


def _stated_crs(path: Path, frame: gpd.GeoDataFrame) -> CRS | None:
    """The file's own system; for GeoJSON only what a ``crs`` member says, RFC 7946 being a default."""
    if _is_geojson(path) and "crs" not in json.loads(path.read_bytes().decode("utf-8-sig")):
        return None
    return None if frame.crs is None else CRS(frame.crs)


def _named_crs(crs: str | None, file: str) -> CRS | None:
    if crs is None:
        return None
    try:
        return CRS.from_user_input(crs)
    except CRSError as error:
        fault = Fault(file, None, "crs", f"{crs} is no coordinate system", "write e.g. EPSG:4490")
        raise InputError([fault]) from error


def _title(crs: CRS) -> str:
    code = crs.to_epsg()
    return f"EPSG:{code} ({crs.name})" if code else crs.name


def _reject_without_crs(file: str) -> NoReturn:
    reject(file, None, "crs", "states no coordinate system", "name it with crs, e.g. EPSG:4490 or EPSG:4546")


def _to_lonlat(frame: gpd.GeoDataFrame, system: CRS, file: str) -> gpd.GeoDataFrame:
    if system.is_geographic:
        refuse(lonlat_faults(frame, file, _title(system)))
        return frame.to_crs(LONLAT)
    moved = frame.to_crs(LONLAT)
    refuse(_misplaced(moved, system, file))
    return moved


def _misplaced(moved: gpd.GeoDataFrame, system: CRS, file: str) -> list[Fault]:
    # degrees read as metres, or a zone prefix where none belongs, land far from where the system is used
    area, margin = system.area_of_use, 3.0
    west, south, east, north = (area.west, area.south, area.east, area.north) if area else (-180, -90, 180, 90)
    return [
        Fault(
            file,
            row,
            "geometry",
            f"is not in {_title(system)}: it would lie at {x0:.4g}, {y0:.4g}",
            "name the system the file is really in with crs",
        )
        for row, (x0, y0, x1, y1) in enumerate(shapely.bounds(moved.geometry.array), 1)
        if not (
            np.isfinite([x0, y0, x1, y1]).all()
            and x1 >= west - margin
            and x0 <= east + margin
            and y1 >= south - margin
            and y0 <= north + margin
        )
    ]


def _column(frame: pd.DataFrame, wanted: str | None, usual: str, file: str) -> str | None:
    columns = [str(column) for column in frame.columns if column != "geometry"]
    if wanted is None:
        return next((column for column in columns if column.lower() == usual), None)
    if wanted not in columns:
        reject(file, None, wanted, "there is no such column", f"choose one of {', '.join(columns) or '(none)'}")
    return wanted


def _as_code(value: Any) -> str | None:
    """A code as text: spreadsheets turn codes into numbers."""
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return None
    if isinstance(value, (float, np.floating)) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _read_csv(path: Path, crs: str | None) -> gpd.GeoDataFrame:
    file = str(path)
    if not path.is_file():
        reject(file, None, None, "there is no such file", "correct the path")
    system = _named_crs(crs, file)
    if system is None:
        _reject_without_crs(file)
    rows = list(csv.reader(StringIO(_decoded(path.read_bytes(), file), newline="")))
    header, body = ([cell.strip() for cell in rows[0]], [row for row in rows[1:] if any(row)]) if rows else ([], [])
    refuse(_csv_shape_faults(header, body, file))
    frame = pd.DataFrame(body, columns=header, dtype=object)
    lon, lat = (next(c for c in header if c.lower() in known) for known in (_LON_COLUMNS, _LAT_COLUMNS))
    x, y = (pd.to_numeric(frame[column], errors="coerce").astype(float) for column in (lon, lat))
    refuse(
        Fault(file, row, column, f"{text!r} is not a number", "write degrees such as 112.4567")
        for column, numbers in ((lon, x), (lat, y))
        for row, (number, text) in enumerate(zip(numbers, frame[column], strict=True), 1)
        if not np.isfinite(number)
    )
    return _to_lonlat(gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(x, y), crs=system), system, file)


def _decoded(content: bytes, file: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError([Fault(file, None, None, "is neither UTF-8 nor GB18030", "save it as CSV in UTF-8")])


def _csv_shape_faults(header: list[str], body: list[list[str]], file: str) -> list[Fault]:
    faults = [
        Fault(file, None, names[0], "there is no such column", f"name a column one of {', '.join(names)}")
        for names in (_LON_COLUMNS, _LAT_COLUMNS)
        if not any(column.lower() in names for column in header)
    ]
    faults += [
        Fault(file, None, name, "the column occurs twice", "rename one")
        for name in sorted(set(header))
        if header.count(name) > 1
    ]
    faults += [
        Fault(file, row, None, f"has {len(cells)} fields, the header {len(header)}", "quote fields with commas")
        for row, cells in enumerate(body, 1)
        if len(cells) != len(header)
    ]
    return faults or ([] if body else [Fault(file, None, None, "has no rows", "give at least one")])
