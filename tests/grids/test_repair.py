"""Repair: whatever was drawn, a coverage of exactly the limit comes out, and a second run changes nothing."""

from __future__ import annotations

import drawn_town as drawn
import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

import grids

SQUARE_METRES_PER_DEGREE = 111_000 * 103_000


def lost_and_extra_m2(mended: gpd.GeoDataFrame, limit: gpd.GeoDataFrame) -> float:
    covered, wanted = shapely.union_all(mended.geometry.array), shapely.union_all(limit.geometry.array)
    return float(covered.symmetric_difference(wanted).area * SQUARE_METRES_PER_DEGREE)


def same_ground(one: BaseGeometry, other: BaseGeometry) -> bool:
    return bool(one.symmetric_difference(other).area * SQUARE_METRES_PER_DEGREE < 0.1)


def serious(coverage: gpd.GeoDataFrame, within: gpd.GeoDataFrame | None = None) -> list[str]:
    return [
        str(fault) for fault in grids.check(coverage, within) if fault.kind in {"overlap", "gap", "outside", "invalid"}
    ]


@settings(max_examples=25, deadline=None)
@given(metres=st.sampled_from([1.0, 30.0, 150.0]), seed=st.integers(0, 10_000))
def test_a_sketched_town_becomes_a_coverage_of_its_limit(metres: float, seed: int) -> None:
    town = drawn.crooked_town()
    sketch = drawn.sketched(town.assign(headman=["a", "b", "c", "d"]), metres, seed)
    mended = grids.repair(sketch, town).coverage
    assert serious(mended, town) == []
    assert lost_and_extra_m2(mended, town) <= 0.1
    assert not mended.geometry.is_empty.any()
    assert mended.drop(columns="geometry").equals(sketch.drop(columns="geometry"))
    again = grids.repair(mended, town)
    assert not again.report["changed"]
    assert grids.geojson(again.coverage) == grids.geojson(mended)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_without_a_limit_the_union_with_its_gaps_filled_is_kept(seed: int) -> None:
    sketch = drawn.sketched(drawn.crooked_town(), 60, seed)
    shells = [shapely.Polygon(part.exterior) for part in shapely.get_parts(shapely.union_all(sketch.geometry.array))]
    limit = gpd.GeoDataFrame(geometry=[shapely.union_all(shells)], crs=4490)
    mended = grids.repair(sketch).coverage
    assert serious(mended) == []
    assert lost_and_extra_m2(mended, limit) <= 0.1


def test_what_is_right_stays_as_it_is() -> None:
    town = drawn.crooked_town()
    mended = grids.repair(town, town)
    assert not mended.report["changed"]
    assert mended.coverage.geometry.geom_equals_exact(town.geometry, 0).all()


def test_a_gap_goes_to_the_neighbour_with_the_longest_border() -> None:
    left, right = drawn.square(0, 0, 2), drawn.square(2, 0, 2)
    notch = shapely.box(drawn.WEST + 0.02, drawn.SOUTH + 0.005, drawn.WEST + 0.025, drawn.SOUTH + 0.01)
    mended = grids.repair(drawn.villages(left, right.difference(notch)), drawn.villages(left, right))
    assert mended.report["mended"]["gap"] == 1
    assert same_ground(mended.coverage.geometry[1], right)


def test_a_village_drawn_inside_another_is_cut_out_of_it() -> None:
    whole, inner = drawn.square(0, 0, 3), drawn.square(1, 1)
    mended = grids.repair(drawn.villages(whole, inner)).coverage
    assert same_ground(mended.geometry[1], inner)
    assert same_ground(mended.geometry[0], whole.difference(inner))


def test_islands_and_exclaves_stay_with_their_owner() -> None:
    exclave = drawn.square(3.2, 0.2, 0.1)
    first = shapely.union_all([drawn.square(0, 0, 2), drawn.square(0, 5, 0.1), exclave])
    second = drawn.square(1.9, 0, 2).difference(exclave)
    mended = grids.repair(drawn.villages(first, second)).coverage
    assert len(shapely.get_parts(mended.geometry[0])) == 3
    assert mended.geometry[0].contains(exclave)


def test_a_crumb_torn_off_goes_to_the_neighbour() -> None:
    first = shapely.union_all(
        [drawn.square(0, 0, 2), shapely.box(drawn.WEST + 0.02, drawn.SOUTH, drawn.WEST + 0.0245, drawn.SOUTH + 0.0005)]
    )
    road = shapely.box(drawn.WEST + 0.0195, drawn.SOUTH, drawn.WEST + 0.024, drawn.SOUTH + 0.02)
    second = shapely.union_all([road, drawn.square(2.4, 0, 2).difference(first)])
    mended = grids.repair(drawn.villages(first, second))
    assert [crumb["to"] for crumb in mended.report["handed_over"]] == ["row 2 (440783112202)"]
    assert mended.coverage.geometry.geom_type.eq("Polygon").all()


@pytest.mark.parametrize(
    ("town", "limit", "named"),
    [
        (drawn.villages(drawn.square(0, 0), drawn.square(0, 0)), None, "row 2.*claimed by row 1"),
        (
            drawn.villages(drawn.square(0, 0), drawn.square(5, 5)),
            drawn.villages(drawn.square(0, 0)),
            "row 2.*outside the limit",
        ),
        (drawn.villages(drawn.square(0, 0), shapely.Polygon()), None, "row 2.*no geometry"),
        (
            drawn.villages(drawn.square(0, 0)),
            drawn.villages(drawn.square(0, 0), drawn.square(5, 5)),
            "touches no polygon",
        ),
    ],
    ids=["twins", "outside", "empty", "unreachable"],
)
def test_nothing_is_ever_emptied_or_left_over_silently(
    town: gpd.GeoDataFrame, limit: gpd.GeoDataFrame | None, named: str
) -> None:
    with pytest.raises(grids.InputError, match=named):
        grids.repair(town, limit)


def test_a_bow_tie_is_mended() -> None:
    bow_tie = shapely.Polygon([(112.4, 22.1), (112.5, 22.2), (112.5, 22.1), (112.4, 22.2)])
    mended = grids.repair(drawn.villages(bow_tie))
    assert mended.report["mended"]["invalid"] == 1
    assert mended.coverage.geometry.is_valid.all()
    assert mended.coverage.geometry[0].area == pytest.approx(0.005)
