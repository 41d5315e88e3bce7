"""Divide a territory into balanced, contiguous grids; check, repair and locate.

Stands alone: geopandas frames in and out, no network. Coordinates leave this package as EPSG:4490 with
x = longitude; areas are geodesic square metres.
"""

from grids.coverage import CoverageFault, check
from grids.dividing import Division, divide
from grids.faults import Fault, InputError
from grids.locating import Locator
from grids.params import Params
from grids.reading import read_lines, read_points, read_polygons
from grids.repairing import Repair, repair
from grids.writing import geojson, write_features

__all__ = [
    "CoverageFault",
    "Division",
    "Fault",
    "InputError",
    "Locator",
    "Params",
    "Repair",
    "check",
    "divide",
    "geojson",
    "read_lines",
    "read_points",
    "read_polygons",
    "repair",
    "write_features",
]
