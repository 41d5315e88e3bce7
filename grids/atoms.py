"""The pieces a division is put together from: one village cut by its barriers and around its points."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from grids.arrangement import Edges, borders_and_edges, contacts, faces_between, inside, pieces
from grids.crs import Floats, Geometries, Metric
from grids.params import Params

_ON_LINE_DEG = 1e-8
"""A border this near a line (1 mm) runs along it: both were noded on the same lattice."""

_FILLER_TRIES = 8


@dataclass
class Atoms:
    """One village in pieces, which cover it without gap or overlap.

    ``faces`` lon/lat polygons; ``loads`` the points' weights; ``pull`` what the balance is worked out on (loads,
    with a little for the ground where points are few); ``centres`` metres, shape (n, 2); ``borders[i][j]`` the
    cost in metres of separating neighbours i and j, 0 for a bridge to an island; ``areas`` square metres; ``limit``
    metres of the village's own limit on each; ``outer`` whether part of that is its outer limit, not a hole's.
    """

    faces: Geometries
    loads: Floats
    pull: Floats
    centres: Floats
    borders: list[dict[int, float]]
    areas: Floats
    limit: Floats
    outer: NDArray[np.bool_]

    def components(self) -> list[list[int]]:
        """Pieces of connected ground, as lists of atoms, the largest pull first."""
        grounds = [sorted(piece) for piece in pieces(range(len(self.borders)), self.borders)]
        return sorted(grounds, key=lambda atoms: (-self.pull[atoms].sum(), atoms[0]))


def merge_points(lonlat: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Points at the same place (to about 1 cm) as one, in an order that depends on the places alone; those that
    weigh nothing are left out."""
    lonlat, weights = lonlat[weights > 0], weights[weights > 0]
    place = np.round(lonlat, 7)
    order = np.lexsort((weights, lonlat[:, 1], lonlat[:, 0], place[:, 1], place[:, 0]))
    _, first = np.unique(place[order], axis=0, return_index=True)
    return lonlat[order][first], np.add.reduceat(weights[order], first) if len(first) else weights[:0]


def fair_mean(pull: Floats, zones: int) -> float:
    """The mean of the zones left once every atom heavier than that has a zone to itself."""
    rest = float(pull.sum())
    for taken, heaviest in enumerate(np.sort(pull)[::-1][: zones - 1]):
        if heaviest <= rest / (zones - taken):
            return rest / (zones - taken)
        rest -= float(heaviest)
    return rest


def cut_into_atoms(
    village: BaseGeometry,
    lonlat: Floats,
    weights: Floats,
    barriers: Geometries,
    grids: int,
    metric: Metric,
    params: Params,
    rng: Random,
) -> Atoms:
    """Cut a village (lon/lat polygon) by its barriers and by the Voronoi cells of its points.

    Distinct points with their weights; with fewer than ``atoms_per_grid`` for each grid, filler points on a
    jittered lattice are added until there are atoms enough in every part of the village.
    """
    crossing = barriers[shapely.intersects(barriers, village)] if len(barriers) else barriers
    wanted = params.atoms_per_grid * grids
    sites, filled = metric.forward(lonlat) if len(lonlat) else np.empty((0, 2)), False
    area = metric.project(village).area
    for attempt in range(_FILLER_TRIES):
        missing = wanted * 2**attempt - len(lonlat)
        if missing > 0:
            sites, filled = _with_filler(metric, village, lonlat, math.sqrt(area / missing), rng), True
        faces = _faces(village, sites, crossing, metric)
        if len(faces) >= 2 * grids:
            break
    return _assemble(village, faces, lonlat, weights, crossing, params.ground_share if filled else 0.0, metric, params)


def _with_filler(metric: Metric, village: BaseGeometry, lonlat: Floats, spacing: float, rng: Random) -> Floats:
    """The points' places in metres and a jittered lattice over the village, keeping away from the points."""
    ground = metric.project(village)
    west, south, east, north = ground.bounds
    lattice: Floats = np.array(
        [
            (x + rng.uniform(-0.3, 0.3) * spacing, y + rng.uniform(-0.3, 0.3) * spacing)
            for y in np.arange(south + spacing / 2, north, spacing)
            for x in np.arange(west + spacing / 2, east, spacing)
        ]
    ).reshape(-1, 2)
    kept = np.asarray(shapely.contains_xy(ground, lattice[:, 0], lattice[:, 1]), dtype=bool)
    sites = metric.forward(lonlat)
    if len(sites):
        kept &= cKDTree(sites).query(lattice)[0] > 0.5 * spacing
    return np.concatenate([sites, lattice[kept]])


def _faces(village: BaseGeometry, sites: Floats, barriers: Geometries, metric: Metric) -> Geometries:
    lines = [shapely.boundary(village), *barriers]
    if len(sites) > 1:
        edges = shapely.voronoi_polygons(shapely.multipoints(sites), extend_to=metric.project(village), only_edges=True)
        lines.append(metric.unproject(edges))
    faces = faces_between(lines)
    return faces[inside(faces, village)]


def _assemble(
    village: BaseGeometry,
    faces: Geometries,
    lonlat: Floats,
    weights: Floats,
    barriers: Geometries,
    ground_share: float,
    metric: Metric,
    params: Params,
) -> Atoms:
    ground = shapely.area(shapely.transform(faces, metric.forward))
    loads = np.zeros(len(faces))
    np.add.at(loads, _face_of_points(faces, lonlat), weights)
    total = loads.sum()
    pull = loads + ground_share * total * ground / ground.sum() if total > 0 else ground
    shared, edges = borders_and_edges(faces, metric)
    cost = shared.length_m * _off_barrier_cost(shared.middle, barriers, params)
    borders = contacts(shared, cost, len(faces))
    centres = metric.forward(shapely.get_coordinates(shapely.centroid(faces)))
    limit = np.bincount(edges.face, edges.length_m, len(faces)).astype(float)
    return Atoms(faces, loads, pull, centres, borders, ground, limit, _outer(village, edges, len(faces)))


def _outer(village: BaseGeometry, edges: Edges, count: int) -> NDArray[np.bool_]:
    outline = shapely.multilinestrings(shapely.get_exterior_ring(shapely.get_parts(village)))
    shapely.prepare(outline)
    reached = np.zeros(count, dtype=bool)
    reached[edges.face[shapely.dwithin(outline, shapely.points(edges.middle), _ON_LINE_DEG)]] = True
    return reached


def _face_of_points(faces: Geometries, lonlat: Floats) -> NDArray[np.intp]:
    # the nearest face contains the point; on a border the lowest of the faces that touch it
    if not len(lonlat):
        return np.empty(0, dtype=np.intp)
    point, face = shapely.STRtree(faces).query_nearest(shapely.points(lonlat), all_matches=True)
    lowest = np.full(len(lonlat), len(faces), dtype=np.intp)
    np.minimum.at(lowest, point, face)
    return lowest


def _off_barrier_cost(middle: Floats, barriers: Geometries, params: Params) -> Floats:
    if not len(barriers):
        return np.ones(len(middle))
    on, _ = shapely.STRtree(barriers).query(shapely.points(middle), predicate="dwithin", distance=_ON_LINE_DEG)
    cost = np.full(len(middle), params.off_barrier_cost)
    cost[on] = 1.0
    return cost
