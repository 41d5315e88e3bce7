"""Sharing out the grids of a village, and what they are called."""

import pytest

from backend.config.loading.naming import grid_name
from backend.config.loading.postings import FULL_TIME, Holding, share_out


def mains(held: list[Holding]) -> list[int]:
    """The worker of each grid, west to east."""
    return [holding.worker for holding in held if holding.main]


def test_one_each_when_there_are_enough() -> None:
    assert mains(share_out(["", "", ""], 3)) == [0, 1, 2]


def test_few_workers_hold_neighbours_and_as_even_as_can_be() -> None:
    assert mains(share_out(["", ""], 5)) == [0, 0, 0, 1, 1]


def test_full_time_workers_come_first_and_the_rest_stand_in_everywhere() -> None:
    held = share_out(["兼职", FULL_TIME, FULL_TIME], 2)
    assert mains(held) == [1, 2]
    assert [holding for holding in held if not holding.main] == [Holding(0, 0, False), Holding(0, 1, False)]


@pytest.mark.parametrize(
    ("village", "name"),
    [
        ("石迳村委会", "石迳村第3网格"),
        ("石迳村村民委员会", "石迳村第3网格"),
        ("金鸡墟社区居委会", "金鸡墟社区第3网格"),
        ("东兴居民委员会", "东兴社区第3网格"),
        ("大同村", "大同村第3网格"),
        ("Chorao", "Chorao 3"),
    ],
)
def test_grid_names(village: str, name: str) -> None:
    assert grid_name(village, 3) == name
