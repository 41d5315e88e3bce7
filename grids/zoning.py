"""From atoms to zones: which ground hangs together, how many zones each piece gets, and the best of several starts."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
from scipy.spatial import cKDTree

from grids.apportioning import apportion
from grids.atoms import Atoms
from grids.balance import Zoning, balance, mend
from grids.borders import shorten_borders
from grids.params import Params
from grids.seeding import seed_zones


def zones_of(atoms: Atoms, count: int, params: Params, rng: Random) -> list[list[int]]:
    """Exactly ``count`` lists of atoms. Each is connected where the ground is; islands too light for a zone of
    their own go with the nearest shore."""
    zones: list[list[int]] = []
    grounds = _grounds(atoms, count)
    for ground, share in zip(grounds, _shares(atoms, grounds, count), strict=True):
        local = _subset(atoms, ground)
        best = min(
            (_attempt(local, share, params, rng) for _ in range(params.starts if share > 1 else 1)),
            key=lambda zoning: _rank(zoning, params),
        )
        zones += [sorted(ground[i] for i in members) for members in best.members]
    return zones


def _attempt(atoms: Atoms, count: int, params: Params, rng: Random) -> Zoning:
    zoning = mend(atoms, seed_zones(atoms, count, params, rng), count, rng)
    balance(zoning, params, rng)
    shorten_borders(zoning, params)
    if np.count_nonzero(atoms.loads) < 2 * count or np.array_equal(atoms.loads, atoms.pull):
        return zoning
    # the ground had its say in the shapes; what is promised is the load
    loaded = Zoning(replace(atoms, pull=atoms.loads), zoning.zone_of, count)
    balance(loaded, params, rng)
    shorten_borders(loaded, params)
    return loaded


def _rank(zoning: Zoning, params: Params) -> tuple[float, float]:
    return max(0.0, zoning.worst() - params.balance_tolerance_percent / 100 - 1e-9), zoning.cut()


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
    return Atoms(atoms.faces[members], atoms.loads[members], atoms.pull[members], atoms.centres[members], borders)
