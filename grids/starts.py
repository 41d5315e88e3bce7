"""From atoms to zones: which ground hangs together, how many zones each piece gets, and the best of several starts."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
from scipy.spatial import cKDTree

from grids.apportioning import apportion
from grids.atoms import Atoms
from grids.balance import balance
from grids.borders import reshape, round_off
from grids.enclaves import enclosed, open_enclaves
from grids.evenness import least_deviation
from grids.mending import mend
from grids.params import Params
from grids.seeding import seeds
from grids.zoning import Zoning


def zones_of(atoms: Atoms, count: int, params: Params, rng: Random) -> list[list[int]]:
    """Exactly ``count`` lists of atoms. Each is connected where the ground is; islands too light for a zone of
    their own go with the nearest shore."""
    zones: list[list[int]] = []
    grounds = _grounds(atoms, count)
    for ground, share in zip(grounds, _shares(atoms, grounds, count), strict=True):
        best = _best_of_starts(_subset(atoms, ground), share, params, rng)
        zones += [sorted(ground[i] for i in members) for members in best.members]
    return zones


def _best_of_starts(atoms: Atoms, count: int, params: Params, rng: Random) -> Zoning:
    if count == 1:
        return Zoning(atoms, [0] * len(atoms.pull), 1)
    # more than this cannot be had, so nothing is gained by trying on
    least = least_deviation(atoms.loads if _enough_places(atoms, count) else atoms.pull, count)
    goal = max(params.balance_tolerance_percent / 100, least + 1e-9)
    tried = (_attempt(atoms, seed, count, goal, params, rng) for seed in seeds(atoms, count, params, rng))
    best = min(tried, key=lambda zoning: _rank(zoning, params))
    return min(best, _polished(best, params, rng), key=lambda zoning: _rank(zoning, params))


def _attempt(atoms: Atoms, seed: list[int], count: int, goal: float, params: Params, rng: Random) -> Zoning:
    zoning = mend(atoms, seed, count, rng)
    if not _enough_places(atoms, count) or np.array_equal(atoms.loads, atoms.pull):
        _improve(zoning, goal, params.patience_rounds, params, rng)
        return zoning
    _improve(zoning, goal, params.rough_patience_rounds, params, rng)
    # the ground had its say in the shapes; what is promised is the load
    loaded = Zoning(replace(atoms, pull=atoms.loads), zoning.zone_of, count)
    _improve(loaded, goal, params.patience_rounds, params, rng)
    return loaded


def _enough_places(atoms: Atoms, count: int) -> bool:
    return bool(np.count_nonzero(atoms.loads) >= 2 * count)


def _improve(zoning: Zoning, goal: float, patience: int, params: Params, rng: Random) -> None:
    balance(zoning, goal, patience, params, rng)
    open_enclaves(zoning, params, rng)
    round_off(zoning, params)


def _polished(zoning: Zoning, params: Params, rng: Random) -> Zoning:
    polished = Zoning(zoning.atoms, list(zoning.zone_of), len(zoning.members))
    reshape(polished, params, rng)
    open_enclaves(polished, params, rng)
    round_off(polished, params)
    return polished


def _rank(zoning: Zoning, params: Params) -> tuple[float, int, float]:
    """Lower is better: what is missing to the load band, zones enclosed, and how round the zones are."""
    over = max(0.0, zoning.worst() - params.balance_tolerance_percent / 100 - 1e-9)
    return round(over, 9), enclosed(zoning), -zoning.mean_roundness()


def _grounds(atoms: Atoms, count: int) -> list[list[int]]:
    """Connected pieces that carry at least half a zone, each with the lighter islands near it bridged to it."""
    pieces = atoms.components()
    share = [float(atoms.pull[piece].sum() / atoms.pull.sum() * count) for piece in pieces]
    mains = [i for i in range(len(pieces)) if i == 0 or share[i] >= 0.5][:count]
    grounds = [list(pieces[i]) for i in mains]
    if len(grounds) == len(pieces):
        return grounds
    shore = np.concatenate(grounds)
    ground_of = np.repeat(np.arange(len(grounds)), [len(ground) for ground in grounds])
    tree = cKDTree(atoms.centres[shore])
    for i in sorted(set(range(len(pieces))) - set(mains)):
        distance, nearest = tree.query(atoms.centres[pieces[i]])
        landing = int(distance.argmin())
        a, b = pieces[i][landing], int(shore[nearest[landing]])
        atoms.borders[a][b] = atoms.borders[b][a] = 0.0
        grounds[int(ground_of[nearest[landing]])] += pieces[i]
    return grounds


def _shares(atoms: Atoms, grounds: list[list[int]], count: int) -> list[int]:
    """Zones per ground by its pull, never more than it has atoms."""
    shares = apportion(count, [float(atoms.pull[ground].sum()) for ground in grounds])
    for i, ground in enumerate(grounds):
        while shares[i] > len(ground):
            roomiest = max(range(len(grounds)), key=lambda j: len(grounds[j]) - shares[j])
            shares[i], shares[roomiest] = shares[i] - 1, shares[roomiest] + 1
    return shares


def _subset(atoms: Atoms, members: list[int]) -> Atoms:
    place = {atom: i for i, atom in enumerate(members)}
    borders = [{place[j]: cost for j, cost in atoms.borders[atom].items() if j in place} for atom in members]
    return Atoms(
        atoms.faces[members],
        atoms.loads[members],
        atoms.pull[members],
        atoms.centres[members],
        borders,
        atoms.areas[members],
        atoms.limit[members],
        atoms.outer[members],
    )
