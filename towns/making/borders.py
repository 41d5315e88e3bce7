"""An invented coverage: a town outline and villages that share every vertex of their common borders.

Small Voronoi cells are claimed by villages that grow from their seats, slowly uphill and across the river, so that
borders come to lie on ridges and along the river. The jagged cell edges between two villages become one curved line
each, drawn once and used by both sides.
"""

import heapq
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.spatial import Voronoi
from shapely import LineString, Point, Polygon, intersects, linestrings
from shapely.ops import polygonize

from making.plane import Points
from making.relief import Relief

CELL_M = 245
GROWTH_ROUNDS = 90
RIVER_TOLL_M = 900  # crossing the river costs a village as much as this way over flat land
VERTEX_M = 45
SMOOTHING_M = 130
SIMPLIFY_M = 5
BENDS = ((1.0, 16), (2.5, 36), (6.0, 60))  # width in vertices, reach in metres
STRAIGHT_END_M = 250  # bends fade out towards the ends of a line, lest neighbours cross where three meet
OUTSIDE = -1

Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Outline:
    """A rough oval, half-axes in metres, with ``bays`` = relative depth of its bends."""

    half_width_m: float
    half_height_m: float
    bays: float

    def contains(self, at: Points, rng: np.random.Generator) -> NDArray[np.bool_]:
        angle = np.arctan2(at[:, 1] / self.half_height_m, at[:, 0] / self.half_width_m)
        reach = np.hypot(at[:, 0] / self.half_width_m, at[:, 1] / self.half_height_m)
        limit = np.ones(len(at))
        for turns in range(2, 14):
            limit += self.bays / turns**0.75 * np.cos(turns * angle + rng.uniform(0, 2 * np.pi))
        return reach < limit


@dataclass(frozen=True)
class Cells:
    """Voronoi cells: centres (n, 2) in metres, ridges (m, 2) of cell numbers and (m, 2) of corner numbers."""

    centres: Points
    corners: Points
    neighbours: Labels
    edges: Labels


def scatter_cells(half_width_m: float, half_height_m: float, rng: np.random.Generator) -> Cells:
    """Jittered cells over the given half extent; ridges that run to infinity are left out."""
    x, y = np.meshgrid(np.arange(-half_width_m, half_width_m, CELL_M), np.arange(-half_height_m, half_height_m, CELL_M))
    centres = np.column_stack([x.ravel(), y.ravel()]) + rng.uniform(-0.48, 0.48, (x.size, 2)) * CELL_M
    diagram = Voronoi(centres)
    edges = np.asarray(diagram.ridge_vertices)
    finite = (edges >= 0).all(axis=1)
    return Cells(centres, diagram.vertices, np.asarray(diagram.ridge_points)[finite], edges[finite])


def travel_costs(cells: Cells, relief: Relief) -> NDArray[np.float64]:
    """What it costs (m,) to grow across each ridge: its length on the flat, more uphill, a toll over the river."""
    ends = cells.centres[cells.neighbours]
    steps = np.linalg.norm(ends[:, 0] - ends[:, 1], axis=1)
    height = relief.height(cells.centres)[cells.neighbours].mean(axis=1)
    over_river = intersects(linestrings(ends), relief.river)
    return np.asarray(steps * (0.5 + 2.2 * height) + over_river * RIVER_TOLL_M)


def claim(
    graph: dict[int, list[tuple[int, float]]], seats: Sequence[int], delays: NDArray[np.float64]
) -> dict[int, int]:
    """Village number of every cell reached, each village starting from its seat after its delay."""
    queue = [(float(delay), seat, village) for village, (seat, delay) in enumerate(zip(seats, delays, strict=True))]
    heapq.heapify(queue)
    owner: dict[int, int] = {}
    while queue:
        cost, cell, village = heapq.heappop(queue)
        if cell in owner:
            continue
        owner[cell] = village
        for neighbour, step in graph[cell]:
            if neighbour not in owner:
                heapq.heappush(queue, (cost + step, neighbour, village))
    return owner


def grow_villages(
    cells: Cells, inside: NDArray[np.bool_], seats_m: Points, shares: NDArray[np.float64], relief: Relief
) -> Labels:
    """Village number (n,) per cell, OUTSIDE beyond the outline. ``shares`` are the wanted parts of the town's area."""
    graph: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for (one, other), cost in zip(cells.neighbours.tolist(), travel_costs(cells, relief), strict=True):
        if inside[one] and inside[other]:
            graph[one].append((other, float(cost)))
            graph[other].append((one, float(cost)))
    candidates = np.array(sorted(graph))
    seats = [int(candidates[np.argmin(np.hypot(*(cells.centres[candidates] - seat).T))]) for seat in seats_m]
    delays = np.zeros(len(seats))
    for turn in range(GROWTH_ROUNDS):
        owner = claim(graph, seats, delays - delays.min())
        sizes = np.bincount(list(owner.values()), minlength=len(seats))
        excess = np.log(np.maximum(sizes, 1) / (shares * len(owner)))
        delays += 900 * 0.97**turn * np.clip(excess, -1, 1)
    labels = np.full(len(cells.centres), OUTSIDE, dtype=np.int64)
    labels[list(owner)] = list(owner.values())
    return labels


def border_arcs(cells: Cells, labels: Labels) -> list[list[int]]:
    """Corner numbers of each border line between two corners where three territories meet (or of a closed ring)."""
    sides = labels[cells.neighbours]
    links: dict[int, list[int]] = defaultdict(list)
    for start, end in cells.edges[sides[:, 0] != sides[:, 1]].tolist():
        links[start].append(end)
        links[end].append(start)
    junctions = sorted(corner for corner, others in links.items() if len(others) != 2)
    walked: set[frozenset[int]] = set()
    arcs = []
    for start in [*junctions, *sorted(set(links) - set(junctions))]:
        for step in links[start]:
            if frozenset((start, step)) not in walked:
                arcs.append(_walk(links, start, step, walked))
    return arcs


def _walk(links: dict[int, list[int]], start: int, step: int, walked: set[frozenset[int]]) -> list[int]:
    arc = [start, step]
    walked.add(frozenset((start, step)))
    while len(links[arc[-1]]) == 2 and arc[-1] != start:
        ahead = next(corner for corner in links[arc[-1]] if corner != arc[-2])
        walked.add(frozenset((arc[-1], ahead)))
        arc.append(ahead)
    return arc


def natural_line(path: Points, rng: np.random.Generator) -> Points:
    """The jagged path (n, 2) as a curve with bends of many sizes; its two ends stay where they are."""
    jagged = LineString(path)
    count = max(4, round(jagged.length / VERTEX_M))
    at = np.linspace(0, jagged.length, count + 1)
    even = np.array([jagged.interpolate(d).coords[0] for d in at])
    straight = even[0] + np.outer(at / at[-1], even[-1] - even[0])
    # Odd reflection of the offset from the chord pins both ends while the middle is smoothed.
    offset = even - straight
    mirrored = np.concatenate([-offset[:0:-1], offset, -offset[-2::-1]])
    smooth = straight + gaussian_filter1d(mirrored, SMOOTHING_M / VERTEX_M, axis=0)[count : 2 * count + 1]
    near_end = np.minimum(at, at[-1] - at)
    bends = np.zeros_like(smooth)
    for width, reach_m in BENDS:
        bends += gaussian_filter1d(rng.standard_normal(bends.shape), width, axis=0) * np.sqrt(width) * reach_m
    line: Points = smooth + bends * np.clip(near_end / STRAIGHT_END_M, 0, 1)[:, None]
    line[[0, -1]] = path[[0, -1]]  # exactly, or the lines that meet here would not touch
    return line


def draw_coverage(cells: Cells, labels: Labels, seats_m: Points, rng: np.random.Generator) -> list[Polygon]:
    """One polygon (plane metres) per seat, in the order of the seats.

    Raises ValueError when the drawn lines do not close into exactly one polygon per seat.
    """
    lines = []
    for arc in border_arcs(cells, labels):
        lines.append(LineString(natural_line(cells.corners[arc], rng)).simplify(SIMPLIFY_M))
    polygons = list(polygonize(lines))
    villages = [polygon for seat in seats_m for polygon in polygons if polygon.contains(Point(seat))]
    if len(polygons) != len(seats_m) or len(villages) != len(seats_m):
        raise ValueError(
            f"The drawn borders make {len(polygons)} polygons, {len(villages)} of them with a seat, "
            f"for {len(seats_m)} villages: lines cross. Choose another seed or less bending."
        )
    return villages
