"""Seats for villages."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grids.apportioning import apportion, by_target


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=20), st.integers(0, 60))
def test_seats_add_up_and_nobody_goes_without(loads: list[float], spare: int) -> None:
    seats = apportion(len(loads) + spare, loads)
    assert sum(seats) == len(loads) + spare
    assert min(seats) >= 1


@given(st.lists(st.floats(1, 1e6), min_size=2, max_size=12), st.integers(0, 60))
def test_more_load_never_means_fewer_grids(loads: list[float], spare: int) -> None:
    seats = apportion(len(loads) + spare, loads)
    for one, other in pairwise(loads):
        if one > other:
            assert seats[loads.index(one)] >= seats[len(loads) - 1 - loads[::-1].index(other)]


def test_known_case() -> None:
    # Huntington-Hill: the sixth seat goes by 100/sqrt(6) = 40.8, 60/sqrt(2) = 42.4
    assert apportion(6, [200, 100, 60]) == [3, 2, 1]
    assert apportion(4, [100, 60]) == [2, 2]


@pytest.mark.parametrize(("load", "grids"), [(0, 1), (10, 1), (49, 1), (51, 1), (80, 2), (250, 5)])
def test_by_target(load: float, grids: int) -> None:
    assert by_target(50, [load]) == [grids]
