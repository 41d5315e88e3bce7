"""A village of squares for the tests."""

from __future__ import annotations

import numpy as np
import shapely

from grids.atoms import Atoms

SIDE = 8


def lattice(pull: np.ndarray) -> Atoms:
    """SIDE x SIDE squares of 1 m, atom 8 * row + column."""
    corner = [(column, row) for row in range(SIDE) for column in range(SIDE)]
    borders: list[dict[int, float]] = [{} for _ in corner]
    for atom, (column, row) in enumerate(corner):
        for other in ([atom + 1] if column < SIDE - 1 else []) + ([atom + SIDE] if row < SIDE - 1 else []):
            borders[atom][other] = borders[other][atom] = 1.0
    faces = np.array([shapely.box(x, y, x + 1, y + 1) for x, y in corner], dtype=object)
    limit = np.array([4.0 - len(near) for near in borders])
    return Atoms(faces, pull, pull, np.array(corner) + 0.5, borders, np.ones(len(faces)), limit, limit > 0)


def drawing(rows: str) -> list[int]:
    """The zone of each atom from a drawing with one digit per square, the southernmost row first."""
    return [int(digit) for digit in "".join(rows.split())]
