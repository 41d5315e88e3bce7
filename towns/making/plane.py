"""A flat metric plane around one point: metres east and north, equal area."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod, Transformer
from shapely import transform
from shapely.geometry.base import BaseGeometry

Points = NDArray[np.float64]
"""Coordinates, shape (n, 2)."""

# CGCS2000 and GRS 80 differ by less than a millimetre in the semi-minor axis.
ELLIPSOID = Geod(ellps="GRS80")
DEGREE_DECIMALS = 6  # 0.1 m, far below what an invented border can mean


@dataclass(frozen=True)
class Plane:
    """Lambert azimuthal equal-area plane with its origin at (lon, lat) in EPSG:4490 degrees."""

    lon: float
    lat: float

    def _transformer(self) -> Transformer:
        plane = f"+proj=laea +lon_0={self.lon} +lat_0={self.lat} +ellps=GRS80 +units=m"
        return Transformer.from_crs(plane, "EPSG:4490", always_xy=True)

    def to_degrees(self, metres: Points) -> Points:
        """Plane metres (n, 2) to lon/lat degrees (n, 2), rounded as they are written to files."""
        lon, lat = self._transformer().transform(metres[:, 0], metres[:, 1])
        return np.round(np.column_stack([lon, lat]), DEGREE_DECIMALS)

    def to_metres(self, degrees: Points) -> Points:
        """Lon/lat degrees (n, 2) to plane metres (n, 2)."""
        x, y = self._transformer().transform(degrees[:, 0], degrees[:, 1], direction="INVERSE")
        return np.column_stack([x, y])

    def shape_to_degrees(self, shape: BaseGeometry) -> BaseGeometry:
        return transform(shape, self.to_degrees)

    def shape_to_metres(self, shape: BaseGeometry) -> BaseGeometry:
        return transform(shape, self.to_metres)


def geodesic_km2(shape: BaseGeometry) -> float:
    """Area on the ellipsoid of a shape in lon/lat degrees, in square kilometres."""
    area_m2, _ = ELLIPSOID.geometry_area_perimeter(shape)
    return abs(area_m2) / 1e6
