"""A seed made usable: every zone there, and in one piece."""

from __future__ import annotations

from random import Random

from grids.arrangement import pieces
from grids.atoms import Atoms
from grids.recutting import cut_in_two
from grids.zoning import Zoning


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
