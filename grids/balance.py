"""Zones of equal load: move and re-cut until the loads agree. Pure functions of (atoms, seed): the budget is a
number of rounds."""

from __future__ import annotations

from functools import partial
from random import Random

from grids.params import Params
from grids.recutting import recut
from grids.zoning import Zoning

_EPSILON = 1e-9


def balance(zoning: Zoning, tolerance: float, patience: int, params: Params, rng: Random) -> None:
    """Bring every zone within the tolerance, or as near as the budget allows."""
    level(zoning, tolerance, params.border_rounds)
    hopeless: dict[int, int] = {}
    best, stalled = zoning.worst(), 0
    for _ in range(params.balance_rounds):
        if stalled >= patience:
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
        cluster = _cluster(zoning, worst, size, rng)
        changed = recut(zoning, cluster, tolerance, partial(_unevenness, zoning, cluster, tolerance), params, rng)
        if changed:
            level(zoning, tolerance, params.border_rounds)
            hopeless.clear()
        else:
            hopeless[worst] = size + 1 if rng.random() < 0.5 else size
        stalled = 0 if zoning.worst() < best * 0.99 else stalled + 1
        best = min(best, zoning.worst())


def level(zoning: Zoning, tolerance: float, rounds: int) -> None:
    """Let load flow downhill over the borders of zones outside the tolerance."""
    outside = [zoning.deviation(zone) > tolerance for zone in range(len(zoning.members))]
    for _ in range(rounds):
        concerned = {zone for zone, is_outside in enumerate(outside) if is_outside}
        concerned |= {other for zone in concerned for other in zoning.neighbours(zone)}
        moved = False
        for zone in sorted(concerned, key=lambda z: (-zoning.load[z], z)):
            for atom in sorted(zoning.members[zone]):
                target = _downhill(zoning, atom, outside)
                if target is not None and zoning.can_leave(atom):
                    zoning.move(atom, target)
                    for changed in (zone, target):
                        outside[changed] = zoning.deviation(changed) > tolerance
                    moved = True
        if not moved:
            return


def _downhill(zoning: Zoning, atom: int, outside: list[bool]) -> int | None:
    source, pull, zone_of = zoning.zone_of[atom], zoning.pull[atom], zoning.zone_of
    if pull <= 0:
        return None
    best, lowest = None, zoning.load[source] - pull * (1 + _EPSILON)
    for j in zoning.borders[atom]:
        zone = zone_of[j]
        if zone != source and zoning.load[zone] < lowest and (outside[source] or outside[zone]):
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


def _unevenness(zoning: Zoning, cluster: list[int], tolerance: float) -> tuple[float, float]:
    off = [zoning.deviation(zone) for zone in cluster]
    return max(0.0, round(max(off) - tolerance, 9)), round(sum(d * d for d in off), 9)
