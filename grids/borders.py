"""Rounder zones at no cost to the balance.

The length of borders alone would reward a zone that lies inside another like the hole of a ring; so shapes are judged
by area and whole perimeter, and no move may close a ring.
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from grids.params import Params
from grids.recutting import recut
from grids.zoning import Zoning, roundness

_LEAST_GAIN = 1e-9


class _Outlines:
    """Area and perimeter of each zone, kept in step with the moves."""

    def __init__(self, zoning: Zoning) -> None:
        self.area = [zoning.area(members) for members in zoning.members]
        self.perimeter = [zoning.perimeter(members) for members in zoning.members]

    def gain(self, zone: int, area: float, perimeter: float) -> float:
        """How much rounder the zone is with so much more area and perimeter."""
        before = roundness(self.area[zone], self.perimeter[zone])
        return roundness(self.area[zone] + area, self.perimeter[zone] + perimeter) - before

    def grow(self, zone: int, area: float, perimeter: float) -> None:
        self.area[zone] += area
        self.perimeter[zone] += perimeter


def round_off(zoning: Zoning, params: Params) -> None:
    """Move atoms at the borders where that makes the two zones rounder, while both stay in the load band (or, where
    the band was not reached, get no worse than the worst zone of all). Every move gains, so it ends."""
    allowed, outlines = _allowed(zoning, params), _Outlines(zoning)
    for _ in range(params.border_rounds):
        moved = sum(_try_to_move(zoning, outlines, atom, allowed) for atom in range(len(zoning.zone_of)))
        if not moved:
            return


def _try_to_move(zoning: Zoning, outlines: _Outlines, atom: int, allowed: float) -> bool:
    home, size, contact = zoning.zone_of[atom], zoning.areas[atom], zoning.contact(atom)
    around = contact.keys() - {home}
    if not around or len(zoning.members[home]) == 1:
        return False
    outline = zoning.limit[atom] + sum(contact.values())
    at_home = 2 * contact.get(home, 0.0) - outline
    gains = {zone: outlines.gain(zone, size, outline - 2 * contact[zone]) for zone in around}
    best = max(sorted(around), key=lambda zone: gains[zone])
    if gains[best] + outlines.gain(home, -size, at_home) < _LEAST_GAIN:
        return False
    if not _stays_level(zoning, atom, best, allowed) or not zoning.can_leave(atom):
        return False
    zoning.move(atom, best)
    if _rings(zoning, {home, *around} - {best}):
        zoning.move(atom, home)
        return False
    outlines.grow(home, -size, at_home)
    outlines.grow(best, size, outline - 2 * contact[best])
    return True


def reshape(zoning: Zoning, params: Params, rng: Random) -> None:
    """Melt each pair of neighbours together, those of the least round zones first, and cut it anew where that makes
    them rounder and keeps the loads in the band (or no worse than the worst zone of all)."""
    allowed = _allowed(zoning, params) + _LEAST_GAIN
    done: set[frozenset[int]] = set()
    for zone in sorted(range(len(zoning.members)), key=lambda z: zoning.roundness(zoning.members[z])):
        for other in zoning.neighbours(zone):
            pair = frozenset((zone, other))
            if pair not in done:
                done.add(pair)
                _reshape_pair(zoning, zone, other, allowed, params, rng)


def _reshape_pair(zoning: Zoning, a: int, b: int, allowed: float, params: Params, rng: Random) -> None:
    concerned = {a, b, *zoning.neighbours(a), *zoning.neighbours(b)}

    def badness() -> tuple[float, float]:
        over = max(0.0, zoning.deviation(a) - allowed, zoning.deviation(b) - allowed)
        return over + _rings(zoning, concerned), -sum(zoning.roundness(zoning.members[zone]) for zone in (a, b))

    recut(zoning, [a, b], allowed, badness, params, rng)


def _rings(zoning: Zoning, zones: Iterable[int]) -> int:
    return sum(zoning.host(zone) is not None for zone in zones)


def _allowed(zoning: Zoning, params: Params) -> float:
    return max(params.balance_tolerance_percent / 100, zoning.worst())


def _stays_level(zoning: Zoning, atom: int, zone: int, allowed: float) -> bool:
    pull, mean = zoning.pull[atom], zoning.mean
    left, grown = zoning.load[zoning.zone_of[atom]] - pull, zoning.load[zone] + pull
    return bool(left >= mean * (1 - allowed) and grown <= mean * (1 + allowed))
