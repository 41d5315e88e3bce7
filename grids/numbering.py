"""Grid codes: the 12 digits of the village and a sequence of three."""

from __future__ import annotations

from collections.abc import Sequence

import shapely
from shapely.geometry.base import BaseGeometry

LARGEST_SEQUENCE = 899
"""901-999 are kept for dedicated grids (a park, a school, a large plant), which no division makes."""

_COLUMN_DECIMALS = 3
"""Centres within the same 0.001 degree (about 100 m) count as equally far west."""


def number(village_code: str, geometries: Sequence[BaseGeometry]) -> list[str]:
    """A code for each geometry (lon/lat): numbered west to east, and north to south where equally far west."""
    centres = [shapely.centroid(geometry) for geometry in geometries]
    order = sorted(range(len(centres)), key=lambda i: (round(centres[i].x, _COLUMN_DECIMALS), -centres[i].y))
    codes = [""] * len(centres)
    for sequence, i in enumerate(order, 1):
        codes[i] = f"{village_code}{sequence:03d}"
    return codes
