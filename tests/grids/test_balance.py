"""Mending and balancing on a plain lattice of atoms, where the right answer is known."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from grids.arrangement import pieces
from grids.atoms import Atoms, fair_mean
from grids.balance import Zoning, balance, mend
from grids.borders import shorten_borders
from grids.params import Params
from grids.seeding import median_split

SIDE = 8


def lattice(pull: np.ndarray) -> Atoms:
    """SIDE x SIDE squares of 1 m, atom 8 * row + column."""
    corner = [(column, row) for row in range(SIDE) for column in range(SIDE)]
    borders: list[dict[int, float]] = [{} for _ in corner]
    for atom, (column, row) in enumerate(corner):
        for other in ([atom + 1] if column < SIDE - 1 else []) + ([atom + SIDE] if row < SIDE - 1 else []):
            borders[atom][other] = borders[other][atom] = 1.0
    faces = np.array([shapely.box(x, y, x + 1, y + 1) for x, y in corner], dtype=object)
    return Atoms(faces, pull, pull, np.array(corner) + 0.5, borders)


EVEN = lattice(np.ones(SIDE * SIDE))


def assert_sound(zoning: Zoning) -> None:
    assert sorted(atom for members in zoning.members for atom in members) == list(range(SIDE * SIDE))
    for zone, members in enumerate(zoning.members):
        assert len(pieces(members, zoning.borders)) == 1
        assert all(zoning.zone_of[atom] == zone for atom in members)
        assert zoning.load[zone] == pytest.approx(zoning.weigh(members))


@settings(max_examples=40, deadline=None)
@given(labels=st.lists(st.integers(0, 5), min_size=64, max_size=64), seed=st.integers(0, 99))
def test_any_labels_are_mended(labels: list[int], seed: int) -> None:
    zoning = mend(EVEN, labels, 6, Random(seed))
    assert_sound(zoning)
    assert all(zoning.members)


def test_a_seed_with_one_zone_for_all_is_split_until_none_is_missing() -> None:
    zoning = mend(EVEN, [0] * 64, 64, Random(0))
    assert [len(members) for members in zoning.members] == [1] * 64


@settings(max_examples=15, deadline=None)
@given(labels=st.lists(st.integers(0, 3), min_size=64, max_size=64), seed=st.integers(0, 99))
def test_even_atoms_end_up_in_even_zones(labels: list[int], seed: int) -> None:
    zoning = mend(EVEN, labels, 4, Random(seed))
    balance(zoning, Params(), Random(seed))
    assert_sound(zoning)
    assert zoning.load == [16, 16, 16, 16]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(0.1, 3), min_size=64, max_size=64), st.integers(0, 99))
def test_shortening_never_lengthens_nor_unbalances(pull: list[float], seed: int) -> None:
    atoms, params = lattice(np.array(pull)), Params()
    zoning = mend(atoms, median_split(atoms, 5), 5, Random(seed))
    balance(zoning, params, Random(seed))
    cut, worst = zoning.cut(), zoning.worst()
    shorten_borders(zoning, params)
    assert_sound(zoning)
    assert zoning.cut() <= cut
    assert zoning.worst() <= max(worst, params.balance_tolerance_percent / 100) + 1e-9


@pytest.mark.parametrize(
    ("pull", "zones", "mean"),
    [
        ([1, 1, 1, 1], 2, 2.0),
        ([10, 1, 1, 1, 1], 3, 2.0),
        ([10, 8, 1, 1], 3, 2.0),
        ([9, 0, 0], 3, 0.0),
    ],
)
def test_a_heavy_atom_does_not_raise_what_the_others_are_due(pull: list[float], zones: int, mean: float) -> None:
    assert fair_mean(np.array(pull), zones) == mean
