"""Writes the files of a town folder, always the same bytes for the same content."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from shapely import Polygon
from shapely.geometry.polygon import orient

from making.plane import DEGREE_DECIMALS

LIST_SEPARATOR = "、"


@dataclass(frozen=True)
class Person:
    name: str
    phone: str
    role: str
    department: str = ""
    village: str = ""
    enterprise: str = ""
    title: str = ""


@dataclass(frozen=True)
class Enterprise:
    name: str
    uscc: str
    kind: str
    sectors: tuple[str, ...]
    tags: tuple[str, ...]
    village: str
    address: str
    lon: float
    lat: float
    principal: str
    principal_phone: str
    department: str
    workers: int
    risk: str


def read_table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_table(path: Path, rows: Sequence[Person] | Sequence[Enterprise]) -> None:
    """One line per row, columns in the order of the fields, lists joined by 、."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(asdict(rows[0])), lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: _cell(value) for key, value in asdict(row).items()} for row in rows)


def _cell(value: object) -> str:
    if isinstance(value, tuple):
        return LIST_SEPARATOR.join(value)
    return f"{value:.{DEGREE_DECIMALS}f}" if isinstance(value, float) else str(value)


def write_polygons(path: Path, note: str, features: Iterable[tuple[Mapping[str, str], Polygon]]) -> None:
    """A FeatureCollection of polygons without holes in lon/lat degrees, one feature per line."""
    lines = [_feature(properties, polygon) for properties, polygon in features]
    head = f'{{"type": "FeatureCollection", "note": {json.dumps(note, ensure_ascii=False)}, "features": ['
    path.write_text(head + "\n" + ",\n".join(lines) + "\n]}\n", encoding="utf-8", newline="\n")


def _feature(properties: Mapping[str, str], polygon: Polygon) -> str:
    if polygon.interiors:
        raise ValueError(f"{properties} has a hole; the invented villages have none. Choose another seed.")
    ring = [[float(lon), float(lat)] for lon, lat in orient(polygon).exterior.coords]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": dict(properties), "geometry": geometry}
    return json.dumps(feature, ensure_ascii=False, separators=(",", ":"))
