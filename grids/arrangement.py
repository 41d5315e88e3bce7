"""The faces into which a set of boundaries cuts the ground, and which faces share a border.

Everything is noded in one go on one lattice, so neighbouring faces carry the very same vertices: no overlay of
separately computed pieces, which would leave gaps as wide as a rounding error.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from grids.crs import LATTICE_DEG, Floats, Geometries, Metric


@dataclass(frozen=True)
class Borders:
    """Shared borders, one row per segment: the faces on both sides, length in metres, middle in lon/lat."""

    left: NDArray[np.intp]
    right: NDArray[np.intp]
    length_m: Floats
    middle: Floats


@dataclass(frozen=True)
class Edges:
    """The edges of faces that no other face shares, one row per segment: the face and its middle in lon/lat."""

    face: NDArray[np.intp]
    length_m: Floats
    middle: Floats


def faces_between(lines: Iterable[BaseGeometry]) -> Geometries:
    """The polygons, in lon/lat, enclosed by the lines once these are noded on the lattice."""
    noded = shapely.union_all(list(lines), grid_size=LATTICE_DEG)
    faces: Geometries = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    return faces[np.lexsort(shapely.bounds(faces).T)]


def inside(faces: Geometries, territory: BaseGeometry) -> NDArray[np.bool_]:
    """Which faces lie in the territory; true for a face never cut by its boundary."""
    spots = shapely.get_coordinates(shapely.point_on_surface(faces))
    shapely.prepare(territory)
    return np.asarray(shapely.contains_xy(territory, spots[:, 0], spots[:, 1]), dtype=bool)


def shared_borders(faces: Geometries, metric: Metric) -> Borders:
    """Borders between faces that were noded together, found by their equal segments."""
    return borders_and_edges(faces, metric)[0]


def borders_and_edges(faces: Geometries, metric: Metric) -> tuple[Borders, Edges]:
    """What is shared between faces that were noded together, and what is left: the limit of them all."""
    start, end, face = _segments(faces)
    same = (start[:-1] == start[1:]).all(axis=1) & (end[:-1] == end[1:]).all(axis=1)
    twin = np.flatnonzero(same & (face[:-1] != face[1:]))
    alone = np.ones(len(face), dtype=bool)
    alone[twin] = alone[twin + 1] = False
    length = np.hypot(*(metric.forward(end) - metric.forward(start)).T)
    middle = (start + end) / 2
    return (
        Borders(face[twin], face[twin + 1], length[twin], middle[twin]),
        Edges(face[alone], length[alone], middle[alone]),
    )


def _segments(faces: Geometries) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Every segment of every ring, all in one direction, equal ones next to each other: starts, ends, faces."""
    rings, face_of_ring = shapely.get_rings(faces, return_index=True)
    points, ring_of_point = shapely.get_coordinates(rings, return_index=True)
    joined = np.flatnonzero(ring_of_point[:-1] == ring_of_point[1:])
    start, end = points[joined], points[joined + 1]
    flip = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    start[flip], end[flip] = end[flip], start[flip]
    face = face_of_ring[ring_of_point[joined]]
    order = np.lexsort((face, end[:, 1], end[:, 0], start[:, 1], start[:, 0]))
    return start[order], end[order], face[order]


def contacts(borders: Borders, cost: Floats, count: int) -> list[dict[int, float]]:
    """For each of ``count`` faces its neighbours, with the cost of the border summed over its segments."""
    contact: list[dict[int, float]] = [{} for _ in range(count)]
    for i, j, part in zip(borders.left.tolist(), borders.right.tolist(), cost.tolist(), strict=True):
        contact[i][j] = contact[j][i] = contact[i].get(j, 0.0) + part
    return contact


def pieces(members: Iterable[int], contact: list[dict[int, float]]) -> list[set[int]]:
    """The connected pieces of some faces, the one with the lowest face first."""
    left = set(members)
    found = []
    for start in sorted(left):
        if start not in left:
            continue
        left.remove(start)
        piece, stack = {start}, [start]
        while stack:
            reached = left & contact[stack.pop()].keys()
            left -= reached
            piece |= reached
            stack += sorted(reached)
        found.append(piece)
    return found


def owners(faces: Geometries, polygons: Geometries) -> list[list[int]]:
    """For each face the polygons it lies in, lowest index first. The polygons must be valid."""
    spots = shapely.point_on_surface(faces)
    found, polygon = shapely.STRtree(polygons).query(spots, predicate="intersects")
    of_face: list[list[int]] = [[] for _ in faces]
    for face, owner in sorted(zip(found.tolist(), polygon.tolist(), strict=True)):
        of_face[face].append(owner)
    return of_face


def stitch(polygons: list[BaseGeometry]) -> list[BaseGeometry]:
    """The same polygons with neighbours sharing every vertex. Ground claimed twice goes to the earlier one."""
    array = np.array(polygons, dtype=object)
    faces = faces_between(shapely.boundary(array))
    members: list[list[int]] = [[] for _ in polygons]
    for face, claims in enumerate(owners(faces, array)):
        if claims:
            members[claims[0]].append(face)
    return [shapely.normalize(shapely.union_all(faces[mine])) for mine in members]
