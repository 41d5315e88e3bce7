"""Reading files: every way to be wrong has an answer that names file, row, field, why and what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import drawn_town as drawn
import geopandas as gpd
import pyogrio
import pytest
import shapely

import grids

SQUARE = shapely.geometry.mapping(drawn.square(0, 0))
CODE = "440783112201"


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def save(path: Path, *features: dict[str, Any], **members: Any) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features), **members}), encoding="utf-8")
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "villages.geojson"


def refusal(path: Path, **options: Any) -> list[grids.Fault]:
    with pytest.raises(grids.InputError) as refused:
        grids.read_polygons(path, **options)
    assert str(refused.value).count("\n") == len(refused.value.faults) - 1
    assert all(str(path) in str(fault) and fault.why and fault.remedy for fault in refused.value.faults)
    return refused.value.faults


RING = [[112.44, 22.14], [112.45, 22.14], [112.45, 22.15], [112.44, 22.14]]
METRES = {
    "type": "Polygon",
    "coordinates": [[[550000, 2450000], [551000, 2450000], [551000, 2451000], [550000, 2450000]]],
}
SWAPPED = {"type": "Polygon", "coordinates": [[[y, x] for x, y in RING]]}
NAN = {"type": "Polygon", "coordinates": [[*RING[:2], [float("nan"), 22.15], RING[0]]]}


@pytest.mark.parametrize(
    ("bad", "options", "row", "field", "why"),
    [
        (feature(None, code=CODE), {}, 2, "geometry", "no geometry"),
        (feature({"type": "Polygon", "coordinates": []}, code=CODE), {}, 2, "geometry", "no geometry|empty"),
        (feature({"type": "Point", "coordinates": [112.4, 22.1]}, code=CODE), {}, 2, "geometry", "is a Point"),
        (feature(NAN, code=CODE), {}, 2, "geometry", "not a number|cannot"),
        (feature(METRES, code=CODE), {}, 2, "geometry", "no degrees"),
        (feature(SWAPPED, code=CODE), {}, 2, "geometry", "swapped"),
        (feature(SQUARE, code="44078311220"), {}, 2, "code", "not a 12-digit code"),
        (feature(SQUARE, code=None), {}, 2, "code", "not a 12-digit code"),
        (feature(SQUARE, code="440783112200"), {}, 2, "code", "also in row 1"),
        (feature(SQUARE, code=CODE), {"code_field": "QHDM"}, None, "QHDM", "no such column"),
        (feature(SQUARE, code=CODE), {"name_field": "XZQMC"}, None, "XZQMC", "no such column"),
        (feature(SQUARE, code=CODE), {"crs": "EPSG:4546"}, 1, "geometry", "is not in EPSG:4546"),
        (feature(SQUARE, code=CODE), {"crs": "the usual one"}, None, "crs", "no coordinate system"),
    ],
)
def test_a_bad_row_is_named(
    file: Path, bad: dict[str, Any], options: dict[str, str], row: int | None, field: str, why: str
) -> None:
    good = feature(shapely.geometry.mapping(drawn.square(3, 3)), code="440783112200")
    fault = refusal(save(file, good, bad), **options)[0]
    assert (fault.row, fault.field) == (row, field)
    assert any(part in fault.why for part in why.split("|"))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{not json", "is not JSON"),
        ('{"type": "FeatureCollection", "features": [', "is not JSON"),
        ('{"type": "Topology"}', "is Topology"),
        ("[]", "no GeoJSON object"),
        ('{"type": "FeatureCollection", "features": []}', "no rows"),
    ],
)
def test_a_malformed_file_is_named(file: Path, content: str, why: str) -> None:
    file.write_text(content)
    assert why in refusal(file)[0].why


def test_every_bad_row_is_named_at_once(file: Path) -> None:
    faults = refusal(save(file, *(feature(SQUARE, code=code) for code in ("1", "440783112201", "x"))))
    assert [fault.row for fault in faults] == [1, 3]


def test_a_missing_or_foreign_file(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "none.gpkg")[0].why
    assert ".dwg cannot be read" in refusal(tmp_path / "plan.dwg")[0].why
    (tmp_path / "noise.gpkg").write_bytes(b"noise")
    assert "cannot be read" in refusal(tmp_path / "noise.gpkg")[0].why


def test_the_named_crs_must_not_contradict_the_file(tmp_path: Path) -> None:
    path = tmp_path / "villages.gpkg"
    pyogrio.write_dataframe(drawn.crooked_town().to_crs(4547), path)
    assert grids.read_polygons(path, crs="EPSG:4547").crs.to_epsg() == 4490
    (fault,) = refusal(path, crs="EPSG:4546")
    assert (fault.field, "EPSG:4547" in fault.why) == ("crs", True)


def test_a_shapefile_without_prj_needs_a_crs(tmp_path: Path) -> None:
    path = tmp_path / "villages.shp"
    pyogrio.write_dataframe(drawn.crooked_town().to_crs(4547), path)
    path.with_suffix(".prj").unlink()
    assert refusal(path)[0].field == "crs"
    read = grids.read_polygons(path, crs="EPSG:4547")
    assert shapely.equals_exact(read.geometry, drawn.crooked_town().geometry, tolerance=1e-8, normalize=True).all()


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
def test_a_shapefile_that_does_not_say_its_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "villages.shp"
    town = drawn.crooked_town().assign(name=["石湾", "向北", "游东", "五联"])
    pyogrio.write_dataframe(town, path, encoding=encoding)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    assert grids.read_polygons(path)["name"].tolist() == town["name"].tolist()


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4326", "EPSG:4547", "EPSG:4546", "EPSG:32649"])
def test_longitude_stays_x_whatever_the_registry_says(tmp_path: Path, crs: str) -> None:
    path = tmp_path / "villages.gpkg"
    pyogrio.write_dataframe(drawn.crooked_town().to_crs(crs), path)
    west, south, east, north = grids.read_polygons(path).total_bounds
    assert (west, south, east, north) == pytest.approx(drawn.crooked_town().total_bounds, abs=1e-7)


def test_codes_that_a_spreadsheet_turned_into_numbers(file: Path) -> None:
    save(file, feature(SQUARE, QHDM=440783112201.0, name="石湾"))
    village = grids.read_polygons(file, code_field="QHDM")
    assert village[["code", "name"]].values.tolist() == [["440783112201", "石湾"]]


def test_villages_without_codes_have_none(file: Path) -> None:
    assert grids.read_polygons(save(file, feature(SQUARE, NAME="石湾")))["code"].tolist() == [None]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_points_in_the_encodings_offices_use(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "points.csv"
    path.write_text("名称,经度,纬度,人数\n恒海涂料厂,112.45,22.15,12\n金源加油站,112.46,22.16,3\n", encoding=encoding)
    points = grids.read_points(path, weight="人数", crs="EPSG:4490")
    assert points["weight"].tolist() == [12, 3]
    assert points["名称"].tolist() == ["恒海涂料厂", "金源加油站"]
    assert points.geometry[1].coords[0] == (112.46, 22.16)
    assert grids.read_points(path, crs="EPSG:4490")["weight"].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("content", "options", "row", "field", "why"),
    [
        ("lon,lat\n112,22\n", {}, None, "crs", "no coordinate system"),
        ("name,x\na,1\n", {"crs": "EPSG:4490"}, None, "lon", "no such column"),
        ("lon,lat\n112,22\n112,north\n", {"crs": "EPSG:4490"}, 2, "lat", "'north' is not a number"),
        ("lon,lat\n112,22\n,22\n", {"crs": "EPSG:4490"}, 2, "lon", "not a number"),
        ("lon,lat\n22,112\n", {"crs": "EPSG:4490"}, 1, "geometry", "swapped"),
        ("lon,lat\n550000,2450000\n", {"crs": "EPSG:4490"}, 1, "geometry", "no degrees"),
        ("lon,lat\n112,22,1\n", {"crs": "EPSG:4490"}, 1, None, "3 fields"),
        ("lon,lat\n", {"crs": "EPSG:4490"}, None, None, "no rows"),
        ("", {"crs": "EPSG:4490"}, None, "lon", "no such column"),
        ("lon,lat,w\n112,22,-1\n", {"crs": "EPSG:4490", "weight": "w"}, 1, "w", "negative"),
        ("lon,lat,w\n112,22,many\n", {"crs": "EPSG:4490", "weight": "w"}, 1, "w", "not a number"),
        ("lon,lat\n112,22\n", {"crs": "EPSG:4490", "weight": "w"}, None, "w", "no such column"),
    ],
)
def test_bad_points_are_named(
    tmp_path: Path, content: str, options: dict[str, str], row: int | None, field: str | None, why: str
) -> None:
    path = tmp_path / "points.csv"
    path.write_text(content)
    with pytest.raises(grids.InputError) as refused:
        grids.read_points(path, **options)  # type: ignore[arg-type]
    fault = refused.value.faults[0]
    assert (fault.file, fault.row, fault.field) == (str(path), row, field)
    assert why in fault.why


def test_barriers_may_be_lines_or_outlines(tmp_path: Path) -> None:
    path = tmp_path / "barriers.gpkg"
    river = drawn.square(0, 0)
    pyogrio.write_dataframe(gpd.GeoDataFrame(geometry=[river.boundary], crs=4490), path)
    assert grids.read_lines(path).geometry[0].length == pytest.approx(river.length)
