"""Mending, balancing and rounding off on a plain lattice of atoms, where the right answer is known."""

from __future__ import annotations

from random import Random

import drawn_lattice as drawn
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grids.arrangement import pieces
from grids.atoms import fair_mean
from grids.balance import balance
from grids.borders import reshape, round_off
from grids.evenness import least_deviation
from grids.mending import mend
from grids.params import Params
from grids.seeding import median_split
from grids.zoning import Zoning

SIDE = drawn.SIDE
EVEN = drawn.lattice(np.ones(SIDE * SIDE))


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
    balance(zoning, 0.03, 30, Params(), Random(seed))
    assert_sound(zoning)
    assert zoning.load == [16, 16, 16, 16]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(0.1, 3), min_size=64, max_size=64), st.integers(0, 99))
def test_rounding_off_and_reshaping_never_lengthen_nor_unbalance(pull: list[float], seed: int) -> None:
    atoms, params = drawn.lattice(np.array(pull)), Params()
    zoning = mend(atoms, median_split(atoms, 5), 5, Random(seed))
    balance(zoning, 0.03, 30, params, Random(seed))
    for improve in (lambda: round_off(zoning, params), lambda: reshape(zoning, params, Random(seed))):
        roundness, worst = zoning.mean_roundness(), zoning.worst()
        improve()
        assert_sound(zoning)
        assert zoning.mean_roundness() >= roundness - 1e-9
        assert zoning.worst() <= max(worst, params.balance_tolerance_percent / 100) + 1e-8


def test_a_turned_split_is_straight_in_another_direction() -> None:
    upright, turned = median_split(EVEN, 2), median_split(EVEN, 2, np.pi / 4)
    assert upright == [int(atom % SIDE >= SIDE // 2) for atom in range(SIDE * SIDE)]
    assert turned.count(0) == turned.count(1) == SIDE * SIDE // 2
    along = [atom % SIDE + atom // SIDE for atom in range(SIDE * SIDE)]
    first = [along[atom] for atom in range(SIDE * SIDE) if turned[atom] == turned[0]]
    assert max(first) <= SIDE - 1


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


@pytest.mark.parametrize(
    ("loads", "zones", "least"),
    [
        ([1, 1, 1], 2, 1 / 3),
        ([4, 4, 4, 2, 2, 1, 0], 4, 0.75 / 4.25),
        ([8, 4, 2, 2, 1, 0], 4, 0.0),
        ([0.3, 0.3, 0.6], 2, 0.0),
        ([0.1, 0.2, 0.2, 0.2], 2, 0.5 / 3.5),
        ([1, 1 / 3**0.5, 1 / 7**0.5], 2, 0.0),
        ([0, 0], 2, 0.0),
    ],
)
def test_loads_in_whole_units_bound_how_even_zones_can_be(loads: list[float], zones: int, least: float) -> None:
    assert least_deviation(np.array(loads), zones) == pytest.approx(least, abs=1e-6)
