"""The map as GeoJSON (RFC 7946): lon before lat, rings closed and counter-clockwise, an id on every feature."""

import pytest
import shapely
from shapely.geometry import shape

from backend.territory.models import Division
from tests.backend.phone import Phone


@pytest.fixture
def grids(cast):
    answered = Phone(cast.wang).get("/api/grids.geojson")
    assert answered["Content-Type"] == "application/geo+json"
    return answered.json()


def test_it_is_a_collection_of_the_towns_grids(cast, grids):
    assert grids["type"] == "FeatureCollection"
    assert [(f["type"], f["properties"]["code"]) for f in grids["features"]] == [
        ("Feature", grid.code) for grid in cast.grids[:3]
    ]
    assert [f["id"] for f in grids["features"]] == [str(grid.uid) for grid in cast.grids[:3]]


def test_longitude_comes_first(grids):
    ring = grids["features"][0]["geometry"]["coordinates"][0]
    assert {lon for lon, _ in ring} == {110.0, 110.01}
    assert {lat for _, lat in ring} == {22.0, 22.01}


def test_rings_are_closed_and_counter_clockwise(grids):
    for feature in grids["features"]:
        polygon = shape(feature["geometry"])
        assert polygon.is_valid
        assert feature["geometry"]["coordinates"][0][0] == feature["geometry"]["coordinates"][0][-1]
        assert shapely.is_ccw(polygon.exterior)


def test_who_holds_a_grid_stands_with_it_the_main_holder_first(grids):
    properties = grids["features"][1]["properties"]
    assert [(w["name"], w["main"]) for w in properties["workers"]] == [("wang", True), ("li", False)]
    assert (properties["village_name"], properties["load"], properties["area_m2"]) == ("石桥村", 1, 1.1e6)


def test_villages_too(cast):
    village = Division.objects.get(name="石桥村", code__startswith="900000001")
    Division.objects.filter(pk=village.pk).update(**Division.columns(shapely.box(110, 22, 110.02, 22.01)))
    features = Phone(cast.wang).get("/api/villages.geojson").json()["features"]
    assert [(f["id"], f["properties"]["name"]) for f in features] == [
        ("900000001200", "石桥村"), ("900000001201", "河口村"),
    ]  # fmt: skip
    assert shape(features[0]["geometry"]).bounds == (110, 22, 110.02, 22.01)
    assert features[1]["geometry"] is None, "a village without a boundary is still a village"


def test_it_is_not_for_everybody(cast):
    assert Phone().get("/api/grids.geojson").json()["code"] == "not_signed_in"
    assert Phone(cast.boss).get("/api/grids.geojson").json()["code"] == "not_allowed"
