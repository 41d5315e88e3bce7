"""How even loads can become at all, however they are put together."""

from __future__ import annotations

import math

import numpy as np

from grids.crs import Floats

_NOTHING = 1e-6
"""Differences smaller than this part of the heaviest load are rounding."""


def least_deviation(loads: Floats, zones: int) -> float:
    """A lower bound of the worst deviation, as a part of the mean. Loads that are all multiples of one unit add up
    to multiples of it; unless the mean is one, some zone ends above and some below. 0 where there is no such unit, or
    where one load outweighs the mean and the others are measured without it."""
    unit, mean_load = _common_unit(loads), float(loads.sum()) / zones
    if unit == 0 or loads.max() > mean_load:
        return 0.0
    mean = mean_load / unit
    above, below = math.ceil(mean - _NOTHING), math.floor(mean + _NOTHING)
    return max(above - mean, mean - below, 0.0) / mean if above > below else 0.0


def _common_unit(loads: Floats) -> float:
    smallest, unit = float(loads.max(initial=0.0)) * _NOTHING, 0.0
    for load in np.unique(loads[loads > 0]).tolist():
        larger, unit = unit, load
        while larger > smallest:
            unit, larger = larger, abs(math.remainder(unit, larger))
    return unit if unit > smallest * 1000 else 0.0
