"""How far a fix lies outside a grid."""

from functools import lru_cache
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from pyproj import Proj

from backend.territory.models import GridShape
from backend.territory.queries import current_grid_set

# of lon/lat; a geometry beyond them is in metres and would give a distance that means nothing
_WORLD = (-180.0, -90.0, 180.0, 90.0)


def metres_outside(town: str, grid: UUID, lon: float, lat: float) -> float | None:
    """0 inside the grid or on its border, else metres to its nearest point, rounded to 0.1; None if the current grid set
    does not know the grid.

    `lon`, `lat`: degrees of EPSG:4326 as phones give them; grids are in EPSG:4490, which agrees within centimetres.
    Measured in the azimuthal equidistant projection about the fix on the ellipsoid GRS80, in which every distance from the
    fix is the geodesic one; a border is taken as straight there between its vertices (a kilometre of it: a centimetre).
    Raises ValueError if the geometry is not in degrees.
    """
    grid_set = current_grid_set(town)
    shape = _shape(grid_set.pk, grid) if grid_set else None
    if shape is None:
        return None
    if shape.intersects(shapely.Point(lon, lat)):
        return 0.0
    around = shapely.transform(shape, _about(lon, lat))
    return round(float(around.distance(shapely.Point(0, 0))), 1)


def _about(lon: float, lat: float) -> Any:
    """Degrees, shape (n, 2), to metres east and north of the fix. The fix itself is the origin."""
    projection = Proj(proj="aeqd", lon_0=lon, lat_0=lat, ellps="GRS80")
    return lambda degrees: np.column_stack(projection(degrees[:, 0], degrees[:, 1]))


@lru_cache(maxsize=4096)
def _shape(grid_set: UUID, grid: UUID) -> shapely.Geometry | None:
    """A grid set never changes once it is published, so its shapes may be kept."""
    row = GridShape.objects.filter(grid_set=grid_set, grid=grid).first()
    shape = row.geometry if row else None
    if shape is not None and not shapely.box(*_WORLD).covers(shapely.box(*shape.bounds)):
        raise ValueError(f"grid {grid}: its geometry is not in degrees of EPSG:4490")
    return shape
