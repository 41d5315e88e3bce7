"""Shorter borders at no cost to the balance."""

from __future__ import annotations

from grids.balance import Zoning
from grids.params import Params


def shorten_borders(zoning: Zoning, params: Params) -> None:
    """Move border atoms to the zone they touch more, while both zones stay in the load band (or, where the band was
    not reached, get no worse than the worst zone of all). Every move shortens the sum of borders, so it ends."""
    allowed = max(params.balance_tolerance_percent / 100, zoning.worst())
    for _ in range(params.border_rounds):
        moved = sum(_try_to_move(zoning, atom, allowed) for atom in range(len(zoning.zone_of)))
        if not moved:
            return


def _try_to_move(zoning: Zoning, atom: int, allowed: float) -> bool:
    home, around = zoning.zone_of[atom], zoning.contact(atom)
    own = around.pop(home, 0.0)
    better = sorted((zone for zone in around if around[zone] > own * (1 + 1e-9)), key=lambda z: (-around[z], z))
    for zone in better:
        if _stays_level(zoning, atom, zone, allowed) and zoning.can_leave(atom):
            zoning.move(atom, zone)
            return True
    return False


def _stays_level(zoning: Zoning, atom: int, zone: int, allowed: float) -> bool:
    pull, mean = zoning.pull[atom], zoning.mean
    left, grown = zoning.load[zoning.zone_of[atom]] - pull, zoning.load[zone] + pull
    return bool(left >= mean * (1 - allowed) and grown <= mean * (1 + allowed))
