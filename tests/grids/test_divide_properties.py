"""What holds for any town: number, one piece each, inside the village, every place in exactly one grid."""

from __future__ import annotations

import drawn_town as drawn
import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import grids


@settings(max_examples=25, deadline=None)
@given(
    corners=st.integers(3, 11),
    places=st.integers(0, 120),
    count=st.integers(1, 14),
    seed=st.integers(0, 2**16),
    same_spot=st.booleans(),
)
def test_any_star_shaped_village(corners: int, places: int, count: int, seed: int, same_spot: bool) -> None:
    rng = np.random.default_rng(seed)
    angles = (np.arange(corners) + rng.uniform(-0.3, 0.3, corners)) * 2 * np.pi / corners
    radii = rng.uniform(0.3, 2.5, corners) * drawn.DEGREES
    outline = np.column_stack([drawn.WEST + radii * np.cos(angles), drawn.SOUTH + radii * np.sin(angles)])
    town = drawn.villages(shapely.Polygon(outline))
    lonlat = rng.normal((drawn.WEST, drawn.SOUTH), drawn.DEGREES, (places, 2))
    if same_spot:
        lonlat[:] = (drawn.WEST, drawn.SOUTH)
    work = drawn.points(lonlat, rng.integers(0, 6, places).astype(float))

    division = grids.divide(town, work, count=count, seed=seed)
    assert len(division.grids) == count
    assert division.grids["parts"].eq(1).all()
    assert [fault for fault in grids.check(division.grids, town) if fault.kind != "sliver"] == []
    assert division.grids["grid_code"].is_unique
    outside = sum(point["weight"] for point in division.report["points_outside"])
    np.testing.assert_allclose(division.grids["load"].sum() + outside, work["weight"].sum())


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**16), grids_wanted=st.integers(2, 12))
def test_twenty_places_a_grid_are_enough_for_three_percent(seed: int, grids_wanted: int) -> None:
    town = drawn.villages(drawn.square(0, 0, 3))
    rng = np.random.default_rng(seed)
    lonlat = rng.uniform((drawn.WEST, drawn.SOUTH), (drawn.WEST + 0.03, drawn.SOUTH + 0.03), (25 * grids_wanted, 2))
    work = drawn.points(lonlat, np.clip(rng.lognormal(1, 0.6, len(lonlat)), 0.5, 10))
    report = grids.divide(town, work, count=grids_wanted, seed=seed).report
    assert report["max_deviation_percent"] <= 3.0 + 1e-6
