"""Who holds which grid: within a village the full-time workers first, neighbouring grids together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

FULL_TIME = "专职"


@dataclass(frozen=True)
class Holding:
    """Indexes into the workers and grids of one village."""

    worker: int
    grid: int
    main: bool


def share_out(titles: Sequence[str], grids: int) -> list[Holding]:
    """One main holder for each of a village's `grids` (numbered west to east); workers left over stand in on all of them.

    With fewer workers than grids each holds a run of neighbours, as even as can be. `titles`: one per worker, at least one.
    """
    order = sorted(range(len(titles)), key=lambda worker: FULL_TIME not in titles[worker])
    main = order[:grids]
    held = [Holding(main[grid * len(main) // grids], grid, main=True) for grid in range(grids)]
    return held + [Holding(worker, grid, main=False) for worker in order[grids:] for grid in range(grids)]
