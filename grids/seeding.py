"""A first partition: fast and roughly balanced; mending and balancing come after."""

from __future__ import annotations

import math
from collections.abc import Iterator
from importlib.util import find_spec
from random import Random

import numpy as np
from numpy.typing import NDArray

from grids.atoms import Atoms, fair_mean
from grids.crs import Floats
from grids.params import Params

Labels = NDArray[np.intp]

HAS_METIS = find_spec("pymetis") is not None

_LARGEST_TOTAL = 10**8
"""METIS adds up 32-bit integers."""


def seeds(atoms: Atoms, zones: int, params: Params, rng: Random) -> Iterator[list[int]]:
    """First partitions of connected ground: a zone 0..zones-1 for each atom; zones may still be missing or torn.

    METIS ``starts`` times, then straight splits where the zones are few; without METIS straight splits only.
    """
    if HAS_METIS:
        for _ in range(params.starts):
            yield _metis(atoms, zones, params, rng)
    splits = params.straight_starts if zones <= params.straight_zones_most else 0
    splits = splits if HAS_METIS else splits + params.starts
    for i in range(splits):
        yield median_split(atoms, zones, i * math.pi / 2 / splits)


def _metis(atoms: Atoms, zones: int, params: Params, rng: Random) -> list[int]:
    import pymetis

    # METIS cannot place an atom heavier than a zone, and halves the graph into nothing
    capped = np.minimum(atoms.pull, fair_mean(atoms.pull, zones))
    weights = np.rint(capped * (_LARGEST_TOTAL / capped.sum())).astype(int)
    longest = max((cost for near in atoms.borders for cost in near.values()), default=1.0)
    scale = 10_000 / longest if longest > 0 else 1.0
    degrees = [len(near) for near in atoms.borders]
    _, labels = pymetis.part_graph(
        zones,
        pymetis.CSRAdjacency(
            np.concatenate([[0], np.cumsum(degrees)]).tolist(), [j for near in atoms.borders for j in near]
        ),
        vweights=weights.tolist(),
        eweights=[max(1, round(cost * scale)) for near in atoms.borders for cost in near.values()],
        recursive=False,
        options=pymetis.Options(contig=1, ufactor=params.metis_ufactor, seed=rng.randrange(2**31 - 1)),
    )
    return [int(label) for label in labels]


def median_split(atoms: Atoms, zones: int, turn: float = 0.0) -> list[int]:
    """Halve the atoms by load across their longer side, again and again, sides being measured in a frame turned by
    this angle (radians). Needs nothing but numpy."""
    labels = np.zeros(len(atoms.pull), dtype=np.intp)
    cos, sin = math.cos(turn), math.sin(turn)
    turned = atoms.centres @ np.array([[cos, -sin], [sin, cos]])
    _halve(turned, atoms.pull, np.arange(len(labels)), zones, 0, labels)
    return [int(label) for label in labels]


def _halve(centres: Floats, pull: Floats, members: Labels, zones: int, first: int, labels: Labels) -> None:
    if zones == 1 or len(members) < 2:
        labels[members] = first
        return
    place = centres[members]
    axis = int(np.ptp(place, axis=0).argmax())
    ordered = members[np.lexsort((place[:, 1 - axis], place[:, axis]))]
    low = zones // 2
    heap = np.cumsum(pull[ordered])
    cut = int(np.searchsorted(heap - pull[ordered] / 2, heap[-1] * low / zones))
    cut = min(max(cut, 1), len(ordered) - 1)
    _halve(centres, pull, ordered[:cut], low, first, labels)
    _halve(centres, pull, ordered[cut:], zones - low, first + low, labels)
