"""Positions from Chinese map services: GCJ-02 (Amap, Tencent) and BD-09 (Baidu) back to CGCS2000.

Both move every point by some hundred metres. The formulas are the approximations that are public; undone by iteration they
come back to within a centimetre of themselves. Only for places in China: elsewhere the services do not shift.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
GCJ02, BD09 = "GCJ-02", "BD-09"
_AXIS_M, _ECCENTRICITY2 = 6378245.0, 0.00669342162296594323  # Krassowsky, as in the public formula
_TURN = np.pi * 3000 / 180
_ROUNDS = 6  # each makes the error some thousand times smaller


def unshifted(lons: Floats, lats: Floats, datum: str) -> tuple[Floats, Floats]:
    """Degrees in `datum` (GCJ-02 or BD-09) to degrees in CGCS2000."""
    if datum == BD09:
        lons, lats = _from_bd09(lons, lats)
    lon, lat = lons.copy(), lats.copy()
    for _ in range(_ROUNDS):
        moved_lon, moved_lat = to_gcj02(lon, lat)
        lon, lat = lon + lons - moved_lon, lat + lats - moved_lat
    return lon, lat


def to_gcj02(lons: Floats, lats: Floats) -> tuple[Floats, Floats]:
    x, y = lons - 105, lats - 35
    shared = (20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + shared
    north += (20 * np.sin(np.pi * y) + 40 * np.sin(np.pi * y / 3)) * 2 / 3
    north += (160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + shared
    east += (20 * np.sin(np.pi * x) + 40 * np.sin(np.pi * x / 3)) * 2 / 3
    east += (150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30)) * 2 / 3
    root = np.sqrt(1 - _ECCENTRICITY2 * np.sin(np.radians(lats)) ** 2)
    lat = lats + np.degrees(north * root**3 / (_AXIS_M * (1 - _ECCENTRICITY2)))
    return lons + np.degrees(east * root / (_AXIS_M * np.cos(np.radians(lats)))), lat


def to_bd09(lons: Floats, lats: Floats) -> tuple[Floats, Floats]:
    """From GCJ-02."""
    distance = np.hypot(lons, lats) + 0.00002 * np.sin(lats * _TURN)
    angle = np.arctan2(lats, lons) + 0.000003 * np.cos(lons * _TURN)
    return distance * np.cos(angle) + 0.0065, distance * np.sin(angle) + 0.006


def _from_bd09(lons: Floats, lats: Floats) -> tuple[Floats, Floats]:
    """To GCJ-02, undone by iteration as well."""
    lon, lat = lons - 0.0065, lats - 0.006
    for _ in range(_ROUNDS):
        moved_lon, moved_lat = to_bd09(lon, lat)
        lon, lat = lon + lons - moved_lon, lat + lats - moved_lat
    return lon, lat
