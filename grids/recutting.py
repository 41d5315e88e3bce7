"""Melting zones together and cutting them anew."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from random import Random

import numpy as np

from grids.arrangement import pieces
from grids.params import Params
from grids.zoning import Zoning

_EPSILON = 1e-9

Badness = Callable[[], tuple[float, float]]
"""What a re-cut has to make less of, worked out on the zoning as it is."""


def recut(zoning: Zoning, cluster: list[int], tolerance: float, badness: Badness, params: Params, rng: Random) -> bool:
    """Melt the zones of a cluster together and cut them anew; keep the result only if that is less bad. Zones that do
    not hang together stay as they are."""
    melted = set().union(*(zoning.members[zone] for zone in cluster))
    if len(cluster) < 2 or len(pieces(melted, zoning.borders)) > 1:
        return False
    parts = _cut_into(zoning, melted, len(cluster), tolerance, params, rng)
    if parts is None:
        return False
    old, before = [zoning.members[zone] for zone in cluster], badness()
    zoning.assign_all(parts, cluster)
    if badness() < before:
        return True
    zoning.assign_all(old, cluster)
    return False


def _cut_into(
    zoning: Zoning, members: set[int], count: int, tolerance: float, params: Params, rng: Random
) -> list[set[int]] | None:
    if count == 1:
        return [members]
    if len(members) < count:
        return None
    low = count // 2
    a, b = cut_in_two(zoning, members, low / count, tolerance, params.cut_tries, rng)
    left = _cut_into(zoning, a, low, tolerance, params, rng)
    right = _cut_into(zoning, b, count - low, tolerance, params, rng)
    return None if left is None or right is None else left + right


def cut_in_two(
    zoning: Zoning, members: set[int], share: float, tolerance: float, tries: int, rng: Random
) -> tuple[set[int], set[int]]:
    """Cut connected atoms into two connected sets, the first with about this share of the load.

    Straight lines and edges of random spanning trees are tried by turns. Among cuts within the tolerance those that
    enclose nothing come first, then the rounder ones.
    """
    total = zoning.weigh(members)
    open_sides = {i for i in members if zoning.outer[i] or not zoning.borders[i].keys() <= members}
    best: tuple[float, bool, float] | None = None
    chosen: set[int] = set()
    for attempt in range(tries):
        for first in _straight(zoning, members, share, rng) if attempt % 2 else _by_tree(zoning, members, share, rng):
            rest = members - first
            off = abs(zoning.weigh(first) / total - share) if total > 0 else 0.0
            ring = first.isdisjoint(open_sides) or rest.isdisjoint(open_sides)
            rank = (max(0.0, off - tolerance * share / 2), ring, -zoning.roundness(first) - zoning.roundness(rest))
            if best is None or rank < best:
                best, chosen = rank, first
    return chosen, members - chosen


def _straight(zoning: Zoning, members: set[int], share: float, rng: Random) -> list[set[int]]:
    """The atoms on one side of a straight line in a random direction, where both sides hang together."""
    angle = rng.uniform(0, math.pi)
    atoms = np.array(sorted(members))
    along = zoning.atoms.centres[atoms] @ (math.cos(angle), math.sin(angle))
    atoms = atoms[np.argsort(along, kind="stable")]
    heap = np.cumsum(zoning.atoms.pull[atoms])
    cut = int(np.abs(heap[:-1] - share * heap[-1]).argmin()) + 1
    first: set[int] = set(atoms[:cut].tolist())
    whole = len(pieces(first, zoning.borders)) == len(pieces(members - first, zoning.borders)) == 1
    return [first] if whole else []


def _by_tree(zoning: Zoning, members: set[int], share: float, rng: Random) -> list[set[int]]:
    """What hangs on the edge of a random spanning tree that comes nearest to the share, or to what is left of it."""
    parent, order = _random_tree(zoning.borders, members, rng)
    heap = {atom: zoning.pull[atom] for atom in order}
    for atom in reversed(order[1:]):
        heap[parent[atom]] += heap[atom]
    found = []
    for side in (share, 1 - share) if share != 0.5 else (share,):
        top = min(order[1:], key=lambda atom: abs(heap[atom] - side * heap[order[0]]))
        branch = _branch(parent, order, top)
        found.append(branch if side == share else members - branch)
    return found


def _random_tree(borders: list[dict[int, float]], members: set[int], rng: Random) -> tuple[dict[int, int], list[int]]:
    """A random spanning tree (parents, and atoms in the order reached); long borders are likelier inside it, so
    that cuts fall on short ones."""
    start = rng.choice(sorted(members))
    parent, order, queue = {}, [], [(0.0, start, start)]
    while queue:
        _, atom, source = heapq.heappop(queue)
        if atom in parent:
            continue
        parent[atom] = source
        order.append(atom)
        for j, cost in borders[atom].items():
            if j in members and j not in parent:
                heapq.heappush(queue, (rng.random() / (cost + _EPSILON), j, atom))
    return parent, order


def _branch(parent: dict[int, int], order: list[int], top: int) -> set[int]:
    branch = {top}
    for atom in order[order.index(top) + 1 :]:
        if parent[atom] in branch:
            branch.add(atom)
    return branch
