"""Point -> grid."""

from __future__ import annotations

import drawn_town as drawn
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import grids

SQUARES = [drawn.square(1, 0), drawn.square(0, 0), drawn.square(1, 1), drawn.square(0, 1)]
LOCATOR = grids.Locator(SQUARES, ["d", "b", "a", "c"])
STEP = drawn.DEGREES


@pytest.mark.parametrize(
    ("column", "row", "code"),
    [
        (0.5, 0.5, "b"),
        (1.5, 0.5, "d"),
        (1.5, 1.5, "a"),
        (0.5, 1.5, "c"),
        (1, 0.5, "b"),
        (0.5, 1, "b"),
        (1.5, 1, "a"),
        (1, 1.5, "a"),
        (1, 1, "a"),
        (-0.1, 0.5, None),
        (float("nan"), 0.5, None),
    ],
)
def test_a_tie_goes_to_the_lowest_code(column: float, row: float, code: str | None) -> None:
    corner = drawn.square(1, 1).bounds
    lon = corner[0] if column == 1 else drawn.WEST + column * STEP
    lat = corner[1] if row == 1 else drawn.SOUTH + row * STEP
    assert LOCATOR.locate(lon, lat) == code


@given(st.lists(st.tuples(st.integers(-1, 9), st.integers(-1, 9)), max_size=40))
def test_many_agree_with_one_by_one(spots: list[tuple[int, int]]) -> None:
    lons = np.array([drawn.WEST + x * STEP / 4 for x, _ in spots])
    lats = np.array([drawn.SOUTH + y * STEP / 4 for _, y in spots])
    assert LOCATOR.locate_many(lons, lats) == [LOCATOR.locate(*spot) for spot in zip(lons, lats, strict=True)]


def test_codes_must_fit_the_geometries() -> None:
    with pytest.raises(grids.InputError, match="3 codes for 4 geometries"):
        grids.Locator(SQUARES, ["a", "b", "c"])
    with pytest.raises(grids.InputError, match=r"row 4.*a occurs twice"):
        grids.Locator(SQUARES, ["a", "b", "c", "a"])
