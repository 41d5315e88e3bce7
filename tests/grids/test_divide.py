"""Division: how many, where, how even, and always the same."""

from __future__ import annotations

import drawn_town as drawn
import geopandas as gpd
import numpy as np
import pytest
import shapely

import grids

NO_POINTS = drawn.points(np.empty((0, 2)))


@pytest.fixture(scope="module")
def town() -> gpd.GeoDataFrame:
    return drawn.crooked_town()


@pytest.fixture(scope="module")
def work(town: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return drawn.scattered(town, 1500, seed=7)


@pytest.fixture(scope="module")
def division(town: gpd.GeoDataFrame, work: gpd.GeoDataFrame) -> grids.Division:
    return grids.divide(town, work, count=30, seed=3)


def test_gives_exactly_the_number_asked_for(division: grids.Division) -> None:
    assert len(division.grids) == 30
    assert division.grids.columns.tolist() == [
        "grid_code",
        "village_code",
        "load",
        "area_m2",
        "compactness",
        "parts",
        "geometry",
    ]
    assert division.grids.crs.to_epsg() == 4490


def test_every_grid_is_one_piece(division: grids.Division) -> None:
    assert set(division.grids.geometry.geom_type) == {"Polygon"}
    assert division.grids["parts"].eq(1).all()
    assert division.grids.geometry.is_valid.all()


def test_every_grid_lies_in_its_village(division: grids.Division, town: gpd.GeoDataFrame) -> None:
    village = town.set_index("code").geometry
    for row in division.grids.itertuples():
        # 1e-9 degrees are 0.1 mm: new vertices on a sloping border are rounded to the lattice
        assert village[row.village_code].buffer(1e-9).contains(row.geometry)


def test_the_grids_cover_the_town_and_nothing_else(division: grids.Division, town: gpd.GeoDataFrame) -> None:
    assert grids.check(division.grids, town) == []
    assert shapely.coverage_is_valid(division.grids.geometry.array)


def test_loads_differ_by_no_more_than_three_percent(division: grids.Division) -> None:
    assert division.report["target_met"], [row["reasons"] for row in division.report["villages"]]
    for _, loads in division.grids.groupby("village_code")["load"]:
        assert (loads / loads.mean() - 1).abs().max() <= 0.03 + 1e-9


def test_reported_loads_are_the_points_inside(division: grids.Division, work: gpd.GeoDataFrame) -> None:
    locator = grids.Locator(division.grids.geometry, division.grids["grid_code"].tolist())
    home = locator.locate_many(work.geometry.x, work.geometry.y)
    counted = work["weight"].groupby(home).sum()
    loads = division.grids.set_index("grid_code")["load"]
    assert counted.to_dict() == pytest.approx(loads.to_dict())


def test_points_outside_are_reported_by_row(
    division: grids.Division, town: gpd.GeoDataFrame, work: gpd.GeoDataFrame
) -> None:
    land = shapely.union_all(town.geometry.array)
    outside = [row for row, point in enumerate(work.geometry, 1) if not land.intersects(point)]
    assert outside
    assert [point["row"] for point in division.report["points_outside"]] == outside
    inside_load = work["weight"].sum() - sum(point["weight"] for point in division.report["points_outside"])
    assert division.grids["load"].sum() == pytest.approx(inside_load)


def test_same_input_and_seed_give_the_same_bytes_in_any_order(
    division: grids.Division, town: gpd.GeoDataFrame, work: gpd.GeoDataFrame
) -> None:
    shuffled = grids.divide(town.iloc[::-1], work.sample(frac=1, random_state=1), count=30, seed=3)
    assert grids.geojson(shuffled.grids) == grids.geojson(division.grids)


def test_another_seed_gives_other_grids(
    division: grids.Division, town: gpd.GeoDataFrame, work: gpd.GeoDataFrame
) -> None:
    other = grids.divide(town, work, count=30, seed=4)
    assert len(other.grids) == 30
    assert grids.geojson(other.grids) != grids.geojson(division.grids)


def test_scaling_all_weights_changes_only_the_loads(
    division: grids.Division, town: gpd.GeoDataFrame, work: gpd.GeoDataFrame
) -> None:
    doubled = grids.divide(town, work.assign(weight=work["weight"] * 2), count=30, seed=3)
    assert doubled.grids.geometry.geom_equals(division.grids.geometry).all()
    assert doubled.grids["load"].tolist() == pytest.approx((division.grids["load"] * 2).tolist())


def test_codes_run_west_to_east_in_each_village(division: grids.Division) -> None:
    for village, mine in division.grids.groupby("village_code"):
        assert mine["grid_code"].tolist() == [f"{village}{n:03d}" for n in range(1, len(mine) + 1)]
        columns = mine.geometry.apply(lambda polygon: round(polygon.centroid.x, 3))
        assert columns.is_monotonic_increasing


def test_a_village_without_load_still_gets_a_grid(town: gpd.GeoDataFrame) -> None:
    only_first = drawn.points(shapely.get_coordinates(shapely.point_on_surface(town.geometry.array[:1])))
    division = grids.divide(town, only_first, count=6)
    assert set(division.grids["village_code"]) == set(town["code"])
    assert len(division.grids) == 6


@pytest.mark.parametrize("points", [None, NO_POINTS], ids=["none", "empty"])
def test_without_points_the_ground_is_shared_out(town: gpd.GeoDataFrame, points: gpd.GeoDataFrame | None) -> None:
    division = grids.divide(town, points, per_village=4)
    assert division.grids["village_code"].value_counts().eq(4).all()
    assert {row["balanced_by"] for row in division.report["villages"]} == {"area"}
    assert division.report["max_deviation_percent"] <= 3.0


def test_few_points_and_many_grids_still_give_the_number(town: gpd.GeoDataFrame) -> None:
    division = grids.divide(town, drawn.scattered(town, 9, seed=1), count=25)
    assert len(division.grids) == 25
    assert division.grids["parts"].eq(1).all()
    reasons = [reason for row in division.report["villages"] for reason in row["reasons"]]
    assert any("about 20 each are needed" in reason for reason in reasons)


def test_a_place_too_heavy_for_one_grid_is_named_as_the_reason() -> None:
    town = drawn.villages(drawn.square(0, 0, 2))
    heavy = drawn.points(
        np.array([[drawn.WEST + 0.004, drawn.SOUTH + 0.004], [drawn.WEST + 0.015, drawn.SOUTH + 0.012]]),
        np.array([90.0, 10.0]),
    )
    report = grids.divide(town, heavy, count=4).report
    assert not report["target_met"]
    assert any("one place carries 90" in reason for reason in report["villages"][0]["reasons"])


def test_islands_and_holes(town: gpd.GeoDataFrame) -> None:
    ring = drawn.square(0, 0, 3).difference(drawn.square(1, 1))
    islands = shapely.union_all([drawn.square(5, 0, 2), drawn.square(8, 0, 2), drawn.square(7.3, 0.5, 0.02)])
    archipelago = drawn.villages(ring, islands)
    division = grids.divide(archipelago, None, per_village=6)
    of_ring, of_islands = (group for _, group in division.grids.groupby("village_code"))
    assert of_ring["parts"].eq(1).all()
    # the two large islands have grids of their own; only the islet goes with a neighbour
    assert sorted(of_islands["parts"]) == [1, 1, 1, 1, 1, 2]
    assert [fault.kind for fault in grids.check(division.grids, archipelago)] == ["parts"]


def test_villages_that_overlap_are_reported_and_their_grids_do_not() -> None:
    town = drawn.villages(drawn.square(0, 0, 2), drawn.square(1.9, 0, 2))
    division = grids.divide(town, None, per_village=3)
    assert [line.split(" ")[0] for line in division.report["village_faults"]] == ["overlap"]
    assert grids.check(division.grids) == []


def test_heights_are_ignored(town: gpd.GeoDataFrame) -> None:
    raised = town.set_geometry(gpd.GeoSeries(shapely.force_3d(town.geometry.array, 7.0), crs=4490))
    assert not grids.divide(raised, None, per_village=2).grids.geometry.has_z.any()


def test_borders_follow_barriers() -> None:
    town = drawn.villages(drawn.square(0, 0, 4))
    roads = gpd.GeoDataFrame(
        geometry=[
            shapely.LineString(
                [(drawn.WEST + x * 0.005, drawn.SOUTH - 0.01), (drawn.WEST + x * 0.005, drawn.SOUTH + 0.05)]
            )
            for x in range(1, 8)
        ]
        + [
            shapely.LineString(
                [(drawn.WEST - 0.01, drawn.SOUTH + y * 0.005), (drawn.WEST + 0.05, drawn.SOUTH + y * 0.005)]
            )
            for y in range(1, 8)
        ],
        crs=4490,
    )
    rng = np.random.default_rng(5)
    work = drawn.points(rng.uniform((drawn.WEST, drawn.SOUTH), (drawn.WEST + 0.04, drawn.SOUTH + 0.04), (600, 2)))
    along = shapely.union_all(roads.geometry.array).buffer(1e-8)

    def share_on_roads(barriers: gpd.GeoDataFrame | None) -> float:
        division = grids.divide(town, work, count=8, barriers=barriers)
        assert division.report["max_deviation_percent"] <= 5
        inner = shapely.union_all(division.grids.geometry.boundary.array).difference(
            town.geometry[0].boundary.buffer(1e-8)
        )
        return float(inner.intersection(along).length / inner.length)

    assert share_on_roads(roads) >= 0.75
    assert share_on_roads(None) < 0.25


def test_a_target_load_sets_the_number(town: gpd.GeoDataFrame, work: gpd.GeoDataFrame) -> None:
    division = grids.divide(town, work, target_load=150)
    for _, loads in division.grids.groupby("village_code")["load"]:
        assert len(loads) == max(1, round(loads.sum() / 150))


def test_a_mapping_sets_the_number_per_village(town: gpd.GeoDataFrame, work: gpd.GeoDataFrame) -> None:
    wanted = dict(zip(town["code"], (1, 2, 3, 4), strict=True))
    assert grids.divide(town, work, per_village=wanted).grids["village_code"].value_counts().to_dict() == wanted


def test_median_split_serves_where_metis_is_missing(
    monkeypatch: pytest.MonkeyPatch, town: gpd.GeoDataFrame, work: gpd.GeoDataFrame
) -> None:
    monkeypatch.setattr("grids.seeding.HAS_METIS", False)
    division = grids.divide(town, work, count=30)
    assert len(division.grids) == 30
    assert division.grids["parts"].eq(1).all()
    assert division.report["max_deviation_percent"] <= 3.0 + 1e-9


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({}, "exactly one of count"),
        ({"count": 8, "target_load": 3.0}, "exactly one of count"),
        ({"count": 3}, "too few for 4 villages"),
        ({"target_load": 0.0}, "no load"),
        ({"target_load": float("nan")}, "no load"),
        ({"per_village": 0}, "440783112201"),
        ({"per_village": {"440783112201": 2}}, "440783112202"),
        ({"per_village": {"999999999999": 2}}, "999999999999"),
        ({"count": 8000}, "899"),
    ],
)
def test_options_that_make_no_sense_are_refused(town: gpd.GeoDataFrame, options: dict[str, object], named: str) -> None:
    with pytest.raises(grids.InputError, match=named):
        grids.divide(town, None, **options)  # type: ignore[arg-type]


def test_bad_frames_are_refused_row_by_row(town: gpd.GeoDataFrame) -> None:
    bow_tie = shapely.Polygon([(112.4, 22.1), (112.5, 22.2), (112.5, 22.1), (112.4, 22.2)])
    broken = drawn.villages(drawn.square(0, 0), bow_tie).assign(code=["123", "440783112202"])
    with pytest.raises(grids.InputError) as refusal:
        grids.divide(broken, None, count=2)
    assert [(fault.row, fault.field) for fault in refusal.value.faults] == [(1, "code"), (2, "geometry")]
    assert "Self-intersection" in str(refusal.value)
    with pytest.raises(grids.InputError, match="no coordinate system"):
        grids.divide(town.set_crs(None, allow_override=True), None, count=4)
    with pytest.raises(grids.InputError, match=r"row 2, field code: 440783112201 is also in row 1"):
        grids.divide(town.assign(code=["440783112201"] * 2 + ["440783112203", "440783112204"]), None, count=4)
    with pytest.raises(grids.InputError, match=r"points, row 2, field weight: the weight -1 is negative"):
        grids.divide(town, drawn.points(np.array([[112.45, 22.15]] * 2), np.array([1.0, -1.0])), count=4)


def test_swapped_points_are_recognised_by_where_they_land() -> None:
    goa = drawn.villages(shapely.box(73.8, 15.4, 73.9, 15.5))
    with pytest.raises(grids.InputError, match="swapped"):
        grids.divide(goa, drawn.points(np.array([[15.45, 73.85]])), count=2)
