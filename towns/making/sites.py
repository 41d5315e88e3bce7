"""Where the invented enterprises stand: in hamlets and along streets, never on a border or on each other."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from shapely import LineString, Point, contains_xy
from shapely.geometry.base import BaseGeometry

from making.plane import Points

TRIES = 4000
BORDER_MARGIN_M = 30
HAMLET_MARGIN_M = 320
CANDIDATES = 300
NEIGHBOUR_GAP_M = 14
WATER_GAP_M = 45

Spot = tuple[float, float]
"""A place in plane metres."""


class Sites:
    """Hands out free places inside the villages (plane metres, by village name)."""

    def __init__(
        self, villages: Mapping[str, BaseGeometry], rng: np.random.Generator, water: LineString | None = None
    ) -> None:
        self._rooms = {name: _room(shape, BORDER_MARGIN_M) for name, shape in villages.items()}
        self._hearts = {name: _room(shape, HAMLET_MARGIN_M) for name, shape in villages.items()}
        self._rng = rng
        self._water = water
        self._taken: list[Spot] = []

    def hamlets(
        self,
        village: str,
        count: int,
        gap_m: float,
        apart_from: Sequence[Spot] = (),
        cost: Callable[[Points], NDArray[np.float64]] | None = None,
    ) -> list[Spot]:
        """At most ``count`` places, ``gap_m`` from each other and from ``apart_from``, lowest ``cost`` first.

        Without cost they come at random. A small village may have room for fewer, even for none.
        """
        candidates = np.array([self._anywhere(village) for _ in range(CANDIDATES)])
        ranked = candidates[np.argsort(cost(candidates), kind="stable")] if cost else candidates
        chosen: list[Spot] = []
        for x, y in ranked:
            if all(np.hypot(x - a, y - b) >= gap_m for a, b in (*apart_from, *chosen)):
                chosen.append((float(x), float(y)))
        return chosen[:count]

    def beside(self, village: str, centre: Spot, spread_m: float) -> Spot:
        """A free place about ``spread_m`` from the centre."""
        return self._first_free(village, lambda: tuple(self._rng.normal(centre, spread_m)))

    def along(self, village: str, line: LineString, setback_m: tuple[float, float]) -> Spot:
        """A free place on either side of the line, set back by some distance between the two given."""
        inside = line.intersection(self._rooms[village].buffer(setback_m[1]))
        if inside.is_empty:
            raise ValueError(f"No part of the line lies in {village}. Place the enterprise in a hamlet instead.")
        return self._first_free(village, lambda: self._offset(inside, setback_m))

    def _offset(self, line: BaseGeometry, setback_m: tuple[float, float]) -> Spot:
        parts = [part for part in getattr(line, "geoms", [line]) if part.length > 1]
        lengths = np.array([part.length for part in parts])
        part = parts[int(self._rng.choice(len(parts), p=lengths / lengths.sum()))]
        at = self._rng.uniform(0, part.length)
        here, ahead = part.interpolate(at), part.interpolate(min(at + 1, part.length))
        back = part.interpolate(max(at - 1, 0))
        east, north = ahead.x - back.x, ahead.y - back.y
        size = np.hypot(east, north)
        shift = self._rng.uniform(*setback_m) * self._rng.choice([-1, 1])
        return here.x - north / size * shift, here.y + east / size * shift

    def _anywhere(self, village: str) -> Spot:
        heart = self._hearts[village]
        west, south, east, north = heart.bounds
        return self._first_inside(heart, lambda: (self._rng.uniform(west, east), self._rng.uniform(south, north)))

    def _first_inside(self, room: BaseGeometry, draw: Callable[[], Spot]) -> Spot:
        for _ in range(TRIES):
            x, y = draw()
            dry = self._water is None or self._water.distance(Point(x, y)) >= WATER_GAP_M
            if dry and contains_xy(room, x, y):
                return float(x), float(y)
        raise ValueError(f"No dry place found within {room.bounds} in {TRIES} tries. Widen the spread.")

    def _first_free(self, village: str, draw: Callable[[], Spot]) -> Spot:
        for _ in range(TRIES):
            x, y = self._first_inside(self._rooms[village], draw)
            if all(np.hypot(x - a, y - b) >= NEIGHBOUR_GAP_M for a, b in self._taken):
                self._taken.append((x, y))
                return x, y
        raise ValueError(f"{village} is full here: no free place in {TRIES} tries. Widen the spread.")


def _room(shape: BaseGeometry, margin_m: float) -> BaseGeometry:
    """The village less a strip along its border; one too narrow for the strip loses a thinner one."""
    while (room := shape.buffer(-margin_m)).is_empty:
        margin_m /= 2
    return room
