"""Coordinate systems: EPSG:4490 in and out (x = longitude), metres for measuring in between."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]
Geometries = NDArray[Any]

LONLAT = CRS.from_epsg(4490)
"""CGCS2000 longitude and latitude. Everywhere in this package x is longitude, whatever the registry's axis order."""

LATTICE_DEG = 1e-10
"""Output vertices lie on this lattice (about 0.01 mm), so that neighbours share them exactly and ten decimals in a
file lose nothing."""

_GEOD = Geod(ellps="GRS80")
"""CGCS2000 has the axis and the flattening of GRS80."""


@dataclass(frozen=True)
class Metric:
    """A metric frame for one piece of country."""

    crs: CRS
    why: str

    def forward(self, lonlat: Floats) -> Floats:
        """Degrees, shape (n, 2), to metres, shape (n, 2)."""
        return _transform(LONLAT, self.crs, lonlat)

    def backward(self, metres: Floats) -> Floats:
        """Metres, shape (n, 2), to degrees, shape (n, 2)."""
        return _transform(self.crs, LONLAT, metres)

    def project(self, geometry: BaseGeometry) -> BaseGeometry:
        """A geometry in degrees to the same in metres."""
        return shapely.transform(geometry, self.forward)

    def unproject(self, geometry: BaseGeometry) -> BaseGeometry:
        """A geometry in metres to the same in degrees."""
        return shapely.transform(geometry, self.backward)


@lru_cache(maxsize=16)
def _transformer(source: CRS, target: CRS) -> Transformer:
    # making one takes 70 ms, using it microseconds
    return Transformer.from_crs(source, target, always_xy=True)


def _transform(source: CRS, target: CRS, coordinates: Floats) -> Floats:
    x, y = _transformer(source, target).transform(coordinates[:, 0], coordinates[:, 1])
    return np.column_stack([x, y])


def metric_for(bounds: tuple[float, float, float, float]) -> Metric:
    """The metric frame for data with these lon/lat bounds, chosen by its own middle, never by a fixed zone.

    CGCS2000 3-degree Gauss-Krueger inside that zone's area of use, else UTM, else (wide or polar data) an
    azimuthal equal-area projection centred on the data.
    """
    west, south, east, north = bounds
    lon, lat = (west + east) / 2, (south + north) / 2
    meridian = round(lon / 3) * 3
    if east - west <= 3 and 75 <= meridian <= 135:
        zone = CRS.from_epsg(4534 + (meridian - 75) // 3)
        if _in_area_of_use(zone, lon, lat):
            name = f"EPSG:{zone.to_epsg()}, CGCS2000 3-degree Gauss-Krueger"
            return Metric(zone, f"{name}, central meridian {meridian} E")
    if east - west <= 6 and abs(lat) < 80:
        code = (32600 if lat >= 0 else 32700) + min(60, int((lon + 180) // 6) + 1)
        return Metric(CRS.from_epsg(code), f"EPSG:{code}, UTM, outside the CGCS2000 Gauss-Krueger zones")
    definition = f"+proj=laea +lat_0={lat:.4f} +lon_0={lon:.4f} +ellps=GRS80 +units=m"
    return Metric(CRS.from_proj4(definition), f"{definition}, the data being too wide or too near a pole for a zone")


def _in_area_of_use(crs: CRS, lon: float, lat: float) -> bool:
    area = crs.area_of_use
    return area is not None and area.west <= lon <= area.east and area.south <= lat <= area.north


def area_m2(geometry: BaseGeometry) -> float:
    """Geodesic area in square metres of a geometry in lon/lat."""
    return float(abs(_GEOD.geometry_area_perimeter(_oriented(geometry))[0]))


def patch_area_m2(patches: Geometries) -> Floats:
    """Areas in square metres of small polygons in lon/lat, their edges straight in degrees.

    Beside a long edge a thread-like gap has more area between geodesics than in the degrees it was drawn in; so
    faults are measured as drawn, scaled by the ellipsoid's radii at their own latitude.
    """
    latitude = np.radians(shapely.get_y(shapely.centroid(patches)))
    flattening = 1 - _GEOD.es * np.sin(latitude) ** 2
    scale = np.radians(1) ** 2 * _GEOD.a**2 * (1 - _GEOD.es) / flattening**2 * np.cos(latitude)
    areas: Floats = shapely.area(patches) * scale
    return areas


def perimeter_m(geometry: BaseGeometry) -> float:
    """Geodesic length in metres of all rings of a polygon in lon/lat."""
    return float(_GEOD.geometry_area_perimeter(_oriented(geometry))[1])


def compactness(geometry: BaseGeometry) -> float:
    """Polsby-Popper, 4 pi area / perimeter squared: 1 for a circle, near 0 for a thread."""
    return 4 * np.pi * area_m2(geometry) / perimeter_m(geometry) ** 2


def _oriented(geometry: BaseGeometry) -> BaseGeometry:
    # the geodesic sum is signed: a hole must turn the other way or it would be added
    return shapely.orient_polygons(geometry)
