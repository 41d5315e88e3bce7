"""Which atom belongs to which zone, and what follows from it."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from grids.atoms import Atoms, fair_mean

_THINNEST = 1e-9
"""Areas are kept by adding and taking away; what is left of a sliver may be rounding, even below nothing."""


class Zoning:
    """Which zone each atom belongs to; members and loads are kept in step with every move."""

    def __init__(self, atoms: Atoms, zone_of: list[int], zones: int) -> None:
        self.atoms = atoms
        self.borders = atoms.borders
        self.pull: list[float] = atoms.pull.tolist()
        self.areas: list[float] = atoms.areas.tolist()
        self.limit: list[float] = atoms.limit.tolist()
        self.outer: list[bool] = atoms.outer.tolist()
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
        if not self.heavy:
            return self.mean
        return max((self.pull[atom] for atom in self.heavy if self.zone_of[atom] == zone), default=self.mean)

    def worst(self) -> float:
        return max(self.deviation(zone) for zone in range(len(self.members)))

    def perimeter(self, atoms: AbstractSet[int]) -> float:
        """Metres of village limit around some atoms, and what the borders around them cost."""
        limit, borders = self.limit, self.borders
        return math.fsum(limit[i] for i in atoms) + math.fsum(
            cost for i in atoms for j, cost in borders[i].items() if j not in atoms
        )

    def area(self, atoms: Iterable[int]) -> float:
        return math.fsum(self.areas[i] for i in atoms)

    def roundness(self, atoms: AbstractSet[int]) -> float:
        """Of some atoms taken together; where there are barriers, by what their borders cost."""
        return roundness(self.area(atoms), self.perimeter(atoms))

    def mean_roundness(self) -> float:
        return sum(self.roundness(members) for members in self.members) / len(self.members)

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

    def host(self, zone: int) -> int | None:
        """The one zone all around this one; None where it reaches the outer limit or has other neighbours too."""
        host = None
        for atom in self.members[zone]:
            if self.outer[atom]:
                return None
            for j in self.borders[atom]:
                other = self.zone_of[j]
                if other != zone and other != host:
                    if host is not None:
                        return None
                    host = other
        return host

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


def roundness(area: float, perimeter: float) -> float:
    """The logarithm of Polsby-Popper: 0 for a circle, the lower the longer and thinner. By the logarithm, because a
    few circles do not make up for a thread."""
    return math.log(max(4 * math.pi * area / perimeter**2, _THINNEST))
