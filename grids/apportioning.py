"""How many grids each village gets."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence


def apportion(count: int, loads: Sequence[float]) -> list[int]:
    """Share out ``count`` seats by load, at least one each (Huntington-Hill: it keeps the relative difference
    between the mean loads small). Equal claims go to the earlier entry. ``count`` must be at least len(loads)."""
    seats = [1] * len(loads)
    claims = [(-load / math.sqrt(2), i) for i, load in enumerate(loads)]
    heapq.heapify(claims)
    for _ in range(count - len(loads)):
        _, i = heapq.heappop(claims)
        seats[i] += 1
        heapq.heappush(claims, (-loads[i] / math.sqrt(seats[i] * (seats[i] + 1)), i))
    return seats


def by_target(target_load: float, loads: Sequence[float]) -> list[int]:
    """As many grids as bring each village's mean load nearest to the target, at least one."""
    return [max(1, round(load / target_load)) for load in loads]
