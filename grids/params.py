"""Every threshold of a division in one place. Budgets are iterations, never seconds: results must not depend on
how busy the machine is."""

from __future__ import annotations

from dataclasses import dataclass, fields

from grids.faults import Fault, refuse


@dataclass(frozen=True)
class Params:
    """How a division is made; the defaults are what the evidence behind the method was measured with."""

    balance_tolerance_percent: float = 3.0
    """A grid's load may differ from the mean of its village by this much."""

    atoms_per_grid: int = 24
    """A village with fewer distinct points than this per grid gets filler points; 20 are enough for 3 %."""

    ground_share: float = 0.01
    """Where filler points are used, this part of the village's load counts as spread over the ground by area, so
    that empty land is shared out too. Reported loads never contain it."""

    off_barrier_cost: float = 5.0
    """A metre of border away from a barrier costs this many metres on it (x5: 80 % of borders follow streets)."""

    starts: int = 4
    """METIS seeds tried per village; the best result is kept."""

    straight_starts: int = 2
    """Recursive straight splits tried beside them, each in another direction."""

    straight_zones_most: int = 8
    """Most grids in a village for which straight splits are tried: with more, METIS gives the rounder ones."""

    metis_ufactor: int = 30
    """Imbalance METIS may leave, in thousandths; 30 gives far better shapes than 10 or 1."""

    balance_rounds: int = 400
    """Merge-and-split attempts per start."""

    patience_rounds: int = 30
    """Attempts without a gain of 1 % in the worst deviation after which a start is left as it is."""

    rough_patience_rounds: int = 5
    """The same while filler points still count, whose balance is only a step on the way."""

    cut_tries: int = 8
    """Cuts drawn for each that is made: random spanning trees and straight lines by turns."""

    zones_merged_most: int = 6
    """Most zones re-cut together when pairs do not help."""

    border_rounds: int = 10
    """Passes over the borders, to level loads or to round zones off; 30 gained nothing."""

    def __post_init__(self) -> None:
        refuse(
            Fault("params", None, field.name, f"{getattr(self, field.name)} is not above 0", "give a positive number")
            for field in fields(self)
            if not getattr(self, field.name) > 0
        )
