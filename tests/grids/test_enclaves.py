"""No grid lies inside another like the hole of a ring."""

from __future__ import annotations

from pathlib import Path
from random import Random

import drawn_lattice
import drawn_town as drawn
import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import grids
from backend.config.loading.enterprises import WORK_BY_RISK, places_of, read_enterprises
from backend.config.loading.faults import Faults
from backend.config.loading.settings_file import read_settings
from backend.config.loading.villages import read_coverage
from backend.territory.dividing import divide_evenly
from grids.atoms import cut_into_atoms
from grids.balance import balance
from grids.borders import round_off
from grids.crs import metric_for
from grids.enclaves import enclaves, enclosed, open_enclaves
from grids.params import Params
from grids.zoning import Zoning

TOWNS = Path(__file__).parents[2] / "towns"

BLOB = "11111111 11111111 11000011 11000011 11000011 11000011 11111111 11111111"
TWO_IN_ONE = "22222222 22222222 22001122 22001122 22001122 22001122 22222222 22222222"
BAY = "11111111 11111111 11000011 11000011 11000011 11000011 11000011 11000011"


def holes_filled(frame: gpd.GeoDataFrame, code: str, village: str) -> list[tuple[str, str]]:
    """Each grid with a hole, and the grid of the same village in it."""
    found = []
    for _, mine in frame.groupby(village):
        spots = shapely.point_on_surface(mine.geometry.array)
        for name, geometry in zip(mine[code], mine.geometry, strict=True):
            holes = [shapely.Polygon(ring) for part in shapely.get_parts(geometry) for ring in part.interiors]
            found += [(name, inner) for inner, spot in zip(mine[code], spots, strict=True) if _in_any(spot, holes)]
    return found


def _in_any(spot: shapely.Point, holes: list[shapely.Polygon]) -> bool:
    return any(hole.contains(spot) for hole in holes)


@pytest.mark.parametrize("town", ["jinji", "tiswadi"])
def test_the_towns_as_shipped_have_none(town: str) -> None:
    faults = Faults()
    wanted = read_settings(TOWNS / town, faults)
    assert wanted is not None and wanted.grids.count is not None
    coverage = read_coverage(TOWNS / town, wanted, faults)
    assert coverage is not None
    rows = read_enterprises(TOWNS / town, faults)
    weights = [WORK_BY_RISK[row["risk"]] for row in rows]
    places = places_of(rows, wanted.crs)
    divided = divide_evenly(coverage.villages, places, weights, count=wanted.grids.count, seed=wanted.grids.seed)
    assert faults.found == []
    assert len(divided.grids) == wanted.grids.count
    assert holes_filled(divided.grids, "code", "village") == []


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**16), count=st.integers(2, 7), spread=st.floats(0.05, 0.4))
def test_a_cluster_in_the_middle_does_not_become_one(seed: int, count: int, spread: float) -> None:
    rng = np.random.default_rng(seed)
    heart = rng.uniform(1, 3, 2)
    places = np.concatenate([heart + rng.normal(0, spread, (70, 2)), rng.uniform(0, 4, (30, 2))]).clip(0.001, 3.999)
    work = drawn.points(
        np.array((drawn.WEST, drawn.SOUTH)) + places * drawn.DEGREES, rng.choice([1.0, 2.0, 4.0, 8.0], len(places))
    )
    division = grids.divide(drawn.villages(drawn.square(0, 0, 4)), work, count=count, seed=seed)
    assert division.report["max_deviation_percent"] <= 3.0 + 1e-6
    assert holes_filled(division.grids, "grid_code", "village_code") == []


@pytest.mark.parametrize(
    ("rows", "found"),
    [(BLOB, [(1, [0])]), (TWO_IN_ONE, [(2, [0, 1])]), (BAY, [])],
    ids=["one", "two", "a bay is none"],
)
def test_zones_reached_through_one_other_only_are_found(rows: str, found: list[tuple[int, list[int]]]) -> None:
    labels = drawn_lattice.drawing(rows)
    zoning = Zoning(drawn_lattice.lattice(np.ones(64)), labels, max(labels) + 1)
    assert enclaves(zoning) == found


def test_the_shore_of_a_reservoir_is_no_way_out() -> None:
    village = drawn.square(0, 0, 4).difference(drawn.square(1.8, 1.8, 0.4))
    metric = metric_for(village.bounds)
    no_points, no_lines = np.empty((0, 2)), np.empty(0, dtype=object)
    atoms = cut_into_atoms(village, no_points, np.empty(0), no_lines, 20, metric, Params(), Random(1))
    middle = metric.forward(np.array([[drawn.WEST + 2 * drawn.DEGREES, drawn.SOUTH + 2 * drawn.DEGREES]]))
    far = np.hypot(*(atoms.centres - middle).T) > 1100
    assert (atoms.limit[~far] > 0).any() and not atoms.outer[~far].any()
    assert enclaves(Zoning(atoms, far.astype(int).tolist(), 2)) == [(1, [0])]


@pytest.mark.parametrize("rows", [BLOB, TWO_IN_ONE])
def test_a_ring_is_opened_within_the_band(rows: str) -> None:
    labels, params = drawn_lattice.drawing(rows), Params()
    pull = np.ones(64)
    for zone in set(labels):
        mine = np.array(labels) == zone
        pull[mine] = 1 / mine.sum()
    zoning = Zoning(drawn_lattice.lattice(pull), labels, max(labels) + 1)
    balance(zoning, 0.03, 30, params, Random(5))
    assert enclosed(zoning)  # even loads were no reason to change anything
    open_enclaves(zoning, params, Random(5))
    assert not enclosed(zoning)
    assert zoning.worst() <= 0.03 + 1e-8


def test_rounding_off_does_not_close_a_bay() -> None:
    # both zones would be rounder without the way to the limit, which weighs nothing; all else is held by its load
    rows = "11111111 11111111 11000011 11000011 11000011 11000011 11111011 11111011"
    labels, params = drawn_lattice.drawing(rows), Params(balance_tolerance_percent=1)
    pull = np.where(np.array(labels) == 0, 1 / 16, 1 / 46)
    way = [6 * drawn_lattice.SIDE + 5, 7 * drawn_lattice.SIDE + 5]
    pull[way] = 0
    zoning = Zoning(drawn_lattice.lattice(pull), labels, 2)
    closed = Zoning(zoning.atoms, [1 if atom in way else zone for atom, zone in enumerate(labels)], 2)
    assert closed.mean_roundness() > zoning.mean_roundness() and enclosed(closed)
    round_off(zoning, params)
    assert not enclosed(zoning)
