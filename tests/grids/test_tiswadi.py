"""Real villages with real coastlines: Tiswadi in Goa, with its made-up enterprises."""

from __future__ import annotations

from pathlib import Path

import drawn_town as drawn
import geopandas as gpd
import pytest
import shapely

import grids

TOWN = Path(__file__).parents[2] / "towns" / "tiswadi"


@pytest.fixture(scope="module")
def villages() -> gpd.GeoDataFrame:
    read = grids.read_polygons(TOWN / "villages.geojson", name_field="NAME")
    return read.assign(code=[f"900101001{200 + i}" for i in range(len(read))])


@pytest.fixture(scope="module")
def work(villages: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return drawn.scattered(villages, 2000, seed=11)


@pytest.fixture(scope="module")
def division(villages: gpd.GeoDataFrame, work: gpd.GeoDataFrame) -> grids.Division:
    return grids.divide(villages, work, count=80, seed=1)


def test_eighty_grids_cover_the_taluka(division: grids.Division, villages: gpd.GeoDataFrame) -> None:
    assert len(division.grids) == 80
    assert set(division.grids["village_code"]) == set(villages["code"])
    assert division.grids["parts"].eq(1).all()
    assert [fault for fault in grids.check(division.grids, villages) if fault.kind != "sliver"] == []
    assert division.report["max_deviation_percent"] <= 3.0 + 1e-6, division.report["villages"]
    assert "EPSG:32643" in division.report["method"]["metric_crs"]


def test_every_point_inside_has_its_grid(
    division: grids.Division, villages: gpd.GeoDataFrame, work: gpd.GeoDataFrame
) -> None:
    locator = grids.Locator(division.grids.geometry, division.grids["grid_code"].tolist())
    of_village = grids.Locator(villages.geometry, villages["code"].tolist())
    lons, lats = work.geometry.x, work.geometry.y
    for grid, village in zip(locator.locate_many(lons, lats), of_village.locate_many(lons, lats), strict=True):
        assert (grid or "")[:12] == (village or "")


@pytest.mark.parametrize("metres", [2, 25])
def test_a_sketch_of_it_is_mended(villages: gpd.GeoDataFrame, metres: float) -> None:
    mended = grids.repair(drawn.sketched(villages, metres, seed=3), villages)
    assert [fault for fault in grids.check(mended.coverage, villages) if fault.kind not in {"parts", "sliver"}] == []
    covered, limit = (shapely.union_all(frame.geometry.array) for frame in (mended.coverage, villages))
    assert covered.symmetric_difference(limit).area * 111_000 * 107_000 <= 0.1
    assert not grids.repair(mended.coverage, villages).report["changed"]
    assert mended.coverage["name"].tolist() == villages["name"].tolist()
