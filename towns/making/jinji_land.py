"""The invented land of 金鸡镇: real names and size of the town, places chosen to be plausible, lines drawn by seed."""

from dataclasses import dataclass

import numpy as np
from shapely import MultiPolygon, Polygon, affinity

from making.borders import Outline, draw_coverage, grow_villages, scatter_cells
from making.plane import Plane, geodesic_km2
from making.relief import Relief, winding_line

SEED = 20230615
TOWN_KM2 = 120.5
PLANE = Plane(lon=112.465, lat=22.18)
OUTLINE = Outline(half_width_m=5350, half_height_m=8200, bays=0.15)

# name: seat in km east and north of the origin, wanted km2. 大同 and 锦湖 lie in the north, 石迳 in the hills.
SEATS: dict[str, tuple[tuple[float, float], float]] = {
    "金鸡墟社区居委会": ((0.3, 0.6), 3.0),
    "石湾村委会": ((-3.3, 3.3), 9.5),
    "向北村委会": ((2.5, 1.9), 8.0),
    "游东村委会": ((3.5, -1.5), 9.5),
    "五联村委会": ((-3.6, -0.9), 11.0),
    "金鸡村委会": ((-1.0, 1.9), 9.0),
    "高镇村委会": ((1.0, -2.0), 7.5),
    "大同村委会": ((-1.6, 5.8), 12.0),
    "锦湖村委会": ((1.9, 5.0), 11.5),
    "联庆村委会": ((-1.6, -3.4), 10.5),
    "红光村委会": ((2.4, -5.0), 14.0),
    "石迳村委会": ((-1.3, -6.3), 15.0),
}
RIVER_KM = [(-3.6, -9.5), (-2.4, -6.0), (-0.4, -3.6), (-0.7, -1.0), (0.1, 1.2), (0.6, 3.4), (0.2, 6.0), (1.0, 9.5)]
NORTH_SOUTH_ROAD_KM = [(-2.6, 9.5), (-1.5, 5.8), (-0.4, 3.0), (0.3, 0.6), (1.2, -2.0), (2.3, -5.0), (2.2, -9.5)]
EAST_WEST_ROAD_KM = [(-7.5, -1.4), (-3.5, -0.8), (-1.2, 0.3), (0.3, 0.6), (2.2, 0.2), (3.7, -1.3), (7.5, -1.0)]


@dataclass(frozen=True)
class Land:
    """Villages by name, in plane metres, with the relief they were drawn on."""

    plane: Plane
    villages: dict[str, Polygon]
    seats_m: dict[str, tuple[float, float]]
    relief: Relief


def draw_land() -> Land:
    rng = np.random.default_rng(SEED)
    roads = tuple(winding_line(stations, rng, sway_m=110) for stations in (NORTH_SOUTH_ROAD_KM, EAST_WEST_ROAD_KM))
    relief = Relief(winding_line(RIVER_KM, rng, sway_m=230), roads, seed=SEED)
    cells = scatter_cells(7500, 10500, rng)
    seats_m = np.array([seat for seat, _ in SEATS.values()]) * 1000
    shares = np.array([km2 for _, km2 in SEATS.values()]) / TOWN_KM2
    labels = grow_villages(cells, OUTLINE.contains(cells.centres, rng), seats_m, shares, relief)
    drawn = draw_coverage(cells, labels, seats_m, rng)
    scale = (TOWN_KM2 / geodesic_km2(PLANE.shape_to_degrees(MultiPolygon(drawn).buffer(0)))) ** 0.5
    grown = [affinity.scale(shape, scale, scale, origin=(0, 0)) for shape in drawn]
    seats = [(float(x * scale), float(y * scale)) for x, y in seats_m]
    return Land(PLANE, dict(zip(SEATS, grown, strict=True)), dict(zip(SEATS, seats, strict=True)), relief)
