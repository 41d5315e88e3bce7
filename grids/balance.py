"""Zones of equal load: mend a seed until every zone is there and in one piece, then move and re-cut until the
loads agree. Pure functions of (atoms, seed): the budget is a number of rounds."""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Iterable, Sequence
from random import Random

from grids.arrangement import pieces
from grids.atoms import Atoms, fair_mean
from grids.params import Params

_EPSILON = 1e-9


class Zoning:
    """Which zone each atom belongs to; members and loads are kept in step with every move."""

    def __init__(self, atoms: Atoms, zone_of: list[int], zones: int) -> None:
        self.atoms = atoms
        self.borders = atoms.borders
        self.pull: list[float] = atoms.pull.tolist()
        self.zone_of = zone_of
        self.members: list[set[int]] = [set() for _ in range(zones)]
        for atom, zone in enumerate(zone_of):
            self.members[zone].add(atom)
        self.load = [self.weigh(members) for members in self.members]
        self.mean = fair_mean(atoms.pull, zones)
        self.heavy = [atom for atom, pull in enumerate(self.pull) if pull > self.mean]

    def weigh(self, atoms: Iterable[int]) -> float:
        """Summed pull; exact, so that equal sets weigh the same in any order."""
        return math.fsum(self.pull[atom] for atom in atoms)

    def deviation(self, zone: int) -> float:
        """How far the zone is from the load it should have, as a part of the mean."""
        return abs(self.load[zone] - self.due(zone)) / self.mean

    def due(self, zone: int) -> float:
        """The mean load; for the zone of an atom heavier than that, this atom alone."""
        return max((self.pull[atom] for atom in self.heavy if self.zone_of[atom] == zone), default=self.mean)

    def worst(self) -> float:
        return max(self.deviation(zone) for zone in range(len(self.members)))

    def cut(self) -> float:
        """What all borders between zones cost, in metres."""
        zone_of = self.zone_of
        return sum(
            cost
            for i, near in enumerate(self.borders)
            for j, cost in near.items()
            if i < j and zone_of[i] != zone_of[j]
        )

    def move(self, atom: int, zone: int) -> None:
        source = self.zone_of[atom]
        self.members[source].remove(atom)
        self.members[zone].add(atom)
        self.load[source] -= self.pull[atom]
        self.load[zone] += self.pull[atom]
        self.zone_of[atom] = zone

    def assign(self, atoms: Iterable[int], zone: int) -> None:
        """Make these atoms the whole of a zone; every atom of the old one must be assigned as well."""
        self.members[zone] = set(atoms)
        self.load[zone] = self.weigh(atoms)
        for atom in self.members[zone]:
            self.zone_of[atom] = zone

    def assign_all(self, parts: Sequence[Iterable[int]], zones: Sequence[int]) -> None:
        for part, zone in zip(parts, zones, strict=True):
            self.assign(part, zone)

    def contact(self, atom: int) -> dict[int, float]:
        """Border cost between an atom and each zone around it, its own included."""
        around: dict[int, float] = {}
        for other, cost in self.borders[atom].items():
            zone = self.zone_of[other]
            around[zone] = around.get(zone, 0.0) + cost
        return around

    def neighbours(self, zone: int) -> list[int]:
        zone_of = self.zone_of
        return sorted({zone_of[j] for i in self.members[zone] for j in self.borders[i]} - {zone})

    def can_leave(self, atom: int) -> bool:
        """Whether the rest of the atom's zone is left, and left in one piece."""
        zone_of, zone = self.zone_of, self.zone_of[atom]
        near = [j for j in self.borders[atom] if zone_of[j] == zone]
        if len(near) <= 1:
            return bool(near)
        missing = set(near[1:])
        seen, queue = {atom, near[0]}, deque([near[0]])
        while queue and missing:
            for j in self.borders[queue.popleft()]:
                if zone_of[j] == zone and j not in seen:
                    seen.add(j)
                    missing.discard(j)
                    queue.append(j)
        return not missing


def mend(atoms: Atoms, zone_of: list[int], zones: int, rng: Random) -> Zoning:
    """Make every zone exist and hang together: keep each zone's heaviest piece, give the rest to neighbours,
    then split the heaviest zones until none is missing. Needs at least as many atoms as zones."""
    zoning = Zoning(atoms, list(zone_of), zones)
    _give_away_torn_pieces(zoning)
    while True:
        empty = [zone for zone, members in enumerate(zoning.members) if not members]
        if not empty:
            return zoning
        heaviest = max((z for z, m in enumerate(zoning.members) if len(m) > 1), key=lambda z: (zoning.load[z], -z))
        kept, split_off = cut_in_two(zoning, zoning.members[heaviest], 0.5, 0.0, 4, rng)
        zoning.assign_all([kept, split_off], [heaviest, empty[0]])


def _give_away_torn_pieces(zoning: Zoning) -> None:
    homeless: set[int] = set()
    for members in zoning.members:
        torn = pieces(members, zoning.borders)
        torn.sort(key=lambda piece: (-zoning.weigh(piece), -len(piece), min(piece)))
        for piece in torn[1:]:
            homeless |= piece
    while homeless:
        settled = []
        for atom in sorted(homeless):
            around: dict[int, float] = {}
            for j, cost in zoning.borders[atom].items():
                if j not in homeless:
                    around[zoning.zone_of[j]] = around.get(zoning.zone_of[j], 0.0) + cost
            if around:
                zoning.move(atom, max(around, key=lambda zone: (around[zone], -zone)))
                settled.append(atom)
        homeless.difference_update(settled)


def balance(zoning: Zoning, params: Params, rng: Random) -> None:
    """Bring every zone within the tolerance, or as near as the budget allows."""
    tolerance = params.balance_tolerance_percent / 100
    level(zoning, tolerance, params.border_rounds)
    hopeless: dict[int, int] = {}
    best, stalled = zoning.worst(), 0
    for _ in range(params.balance_rounds):
        if stalled >= params.patience_rounds:
            return
        open_zones = [
            z
            for z in range(len(zoning.members))
            if zoning.deviation(z) > tolerance + _EPSILON and hopeless.get(z, 1) <= params.zones_merged_most
        ]
        if not open_zones:
            return
        worst = max(open_zones, key=lambda z: (zoning.deviation(z), -z))
        size = max(2, hopeless.get(worst, 1))
        changed = recut(zoning, _cluster(zoning, worst, size, rng), tolerance, params, rng)
        if changed:
            level(zoning, tolerance, params.border_rounds)
            hopeless.clear()
        else:
            hopeless[worst] = size + 1 if rng.random() < 0.5 else size
        stalled = 0 if zoning.worst() < best * 0.99 else stalled + 1
        best = min(best, zoning.worst())


def level(zoning: Zoning, tolerance: float, rounds: int) -> None:
    """Let load flow downhill over the borders of zones outside the tolerance."""
    for _ in range(rounds):
        moved = False
        for zone in sorted(range(len(zoning.members)), key=lambda z: -zoning.load[z]):
            for atom in sorted(zoning.members[zone]):
                target = _downhill(zoning, atom, tolerance)
                if target is not None and zoning.can_leave(atom):
                    zoning.move(atom, target)
                    moved = True
        if not moved:
            return


def _downhill(zoning: Zoning, atom: int, tolerance: float) -> int | None:
    source, pull = zoning.zone_of[atom], zoning.pull[atom]
    if pull <= 0:
        return None
    best, lowest = None, zoning.load[source] - pull * (1 + _EPSILON)
    outside = zoning.deviation(source) > tolerance
    for j in zoning.borders[atom]:
        zone = zoning.zone_of[j]
        if zone != source and zoning.load[zone] < lowest and (outside or zoning.deviation(zone) > tolerance):
            best, lowest = zone, zoning.load[zone]
    return best


def _cluster(zoning: Zoning, start: int, size: int, rng: Random) -> list[int]:
    """Connected zones around a start, those leaning to the other side first."""
    cluster = [start]
    surplus = zoning.load[start] - zoning.mean
    while len(cluster) < size:
        around = sorted({n for zone in cluster for n in zoning.neighbours(zone)} - set(cluster))
        if not around:
            break
        lean = -1 if surplus > 0 else 1
        ranked = sorted(around, key=lambda z: lean * zoning.load[z] * (1 + 0.1 * rng.random()), reverse=True)
        chosen = ranked[0] if rng.random() < 0.7 else rng.choice(ranked)
        cluster.append(chosen)
        surplus += zoning.load[chosen] - zoning.mean
    return cluster


def recut(zoning: Zoning, cluster: list[int], tolerance: float, params: Params, rng: Random) -> bool:
    """Melt the zones of a cluster together and cut them anew; keep the result only if its loads are better."""
    if len(cluster) < 2:
        return False
    melted = set().union(*(zoning.members[zone] for zone in cluster))
    parts = _cut_into(zoning, melted, len(cluster), tolerance, params, rng)
    if parts is None:
        return False
    old, before = [zoning.members[zone] for zone in cluster], _unevenness(zoning, cluster, tolerance)
    zoning.assign_all(parts, cluster)
    if _unevenness(zoning, cluster, tolerance) < before:
        return True
    zoning.assign_all(old, cluster)
    return False


def _unevenness(zoning: Zoning, cluster: list[int], tolerance: float) -> tuple[float, float]:
    off = [zoning.deviation(zone) for zone in cluster]
    return max(0.0, round(max(off) - tolerance, 9)), round(sum(d * d for d in off), 9)


def _cut_into(
    zoning: Zoning, members: set[int], count: int, tolerance: float, params: Params, rng: Random
) -> list[set[int]] | None:
    if count == 1:
        return [members]
    if len(members) < count:
        return None
    low = count // 2
    a, b = cut_in_two(zoning, members, low / count, tolerance, params.tree_tries, rng)
    left = _cut_into(zoning, a, low, tolerance, params, rng)
    right = _cut_into(zoning, b, count - low, tolerance, params, rng)
    return None if left is None or right is None else left + right


def cut_in_two(
    zoning: Zoning, members: set[int], share: float, tolerance: float, tries: int, rng: Random
) -> tuple[set[int], set[int]]:
    """Cut connected atoms into two connected sets, the first with about this share of the load.

    The best edge of random spanning trees; among cuts within the tolerance the cheapest border wins.
    """
    total = zoning.weigh(members)
    best: tuple[float, float] | None = None
    chosen: set[int] = set()
    for _ in range(tries):
        parent, order = _random_tree(zoning.borders, members, rng)
        heap = {atom: zoning.pull[atom] for atom in order}
        for atom in reversed(order[1:]):
            heap[parent[atom]] += heap[atom]
        for side in (share, 1 - share) if share != 0.5 else (share,):
            top = min(order[1:], key=lambda atom: abs(heap[atom] - side * total))
            branch = _branch(parent, order, top)
            first = branch if side == share else members - branch
            off = abs(zoning.weigh(first) / total - share) if total > 0 else 0.0
            rank = (max(0.0, off - tolerance * share / 2), _cut_cost(zoning.borders, branch, members))
            if best is None or rank < best:
                best, chosen = rank, first
    return chosen, members - chosen


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


def _cut_cost(borders: list[dict[int, float]], part: set[int], members: set[int]) -> float:
    rest = members - part
    return sum(cost for i in sorted(part) for j, cost in borders[i].items() if j in rest)
