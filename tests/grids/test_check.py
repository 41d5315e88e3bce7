"""Checking a coverage: each kind of fault is found, sized and placed, and nothing else is."""

from __future__ import annotations

import drawn_town as drawn
import pytest
import shapely

import grids


def test_a_clean_coverage_has_no_faults() -> None:
    town = drawn.crooked_town()
    assert grids.check(town, town) == []


def test_a_lake_is_a_gap_unless_the_limit_leaves_it_out() -> None:
    town = drawn.crooked_town()
    (gap,) = grids.check(town)
    assert gap.kind == "gap"
    assert gap.rows == (3,)
    assert shapely.Point(gap.where).within(drawn.square(4.4, 4.2, 0.4))


def test_overlap_gap_and_outside_are_measured() -> None:
    town = drawn.villages(drawn.square(0, 0, 2), drawn.square(1.9, 0, 2), drawn.square(4, 0))
    limit = drawn.villages(shapely.union_all([drawn.square(0, 0, 2), drawn.square(2, 0, 2), drawn.square(4, 0, 0.9)]))
    faults = grids.check(town, limit)
    assert [(fault.kind, fault.rows) for fault in faults] == [
        ("overlap", (1, 2)),
        ("gap", (2, 3)),
        ("outside", (3,)),
    ]
    cell_m2 = grids.crs.area_m2(drawn.square(0, 0))
    assert [fault.area_m2 for fault in faults] == pytest.approx(
        [0.2 * cell_m2, 0.2 * cell_m2, 0.19 * cell_m2], rel=1e-3
    )


def test_a_broken_polygon_is_named_with_the_place() -> None:
    bow_tie = shapely.Polygon([(112.4, 22.1), (112.5, 22.2), (112.5, 22.1), (112.4, 22.2)])
    fault = grids.check(drawn.villages(bow_tie))[0]
    assert (fault.kind, fault.rows, fault.features) == ("invalid", (1,), ("row 1 (440783112201)",))
    assert fault.where == pytest.approx((112.45, 22.15))


def test_an_empty_row_is_found() -> None:
    town = drawn.villages(drawn.square(0, 0), shapely.Polygon())
    assert [(fault.kind, fault.rows) for fault in grids.check(town)] == [("empty", (2,))]


def test_a_thread_is_a_sliver_and_parts_are_only_a_notice() -> None:
    thread = shapely.box(drawn.WEST, drawn.SOUTH, drawn.WEST + 0.01, drawn.SOUTH + 1e-6)
    (sliver,) = grids.check(drawn.villages(thread))
    assert sliver.kind == "sliver" and sliver.serious
    (parts,) = grids.check(drawn.villages(shapely.union_all([drawn.square(0, 0), drawn.square(2, 0)])))
    assert parts.kind == "parts" and not parts.serious


def test_a_vertex_the_neighbour_lacks_is_no_fault() -> None:
    left = shapely.Polygon([(112.44, 22.14), (112.45, 22.14), (112.4512345, 22.147), (112.452, 22.15), (112.44, 22.15)])
    right = drawn.square(0, 0, 2).difference(left)
    assert grids.check(drawn.villages(left, shapely.segmentize(right, 0.001))) == []


def test_coordinates_that_are_no_degrees_are_refused() -> None:
    with pytest.raises(grids.InputError, match="EPSG:4490"):
        grids.check(drawn.villages(shapely.box(37_550_000, 2_450_000, 37_551_000, 2_451_000)))
