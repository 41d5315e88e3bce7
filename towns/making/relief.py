"""Invented hills, river and roads. They decide where borders run and where people live; they are not shipped."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from shapely import LineString, distance, points

from making.plane import Points

WAVES_PER_OCTAVE = 12


def waves(rng: np.random.Generator, length_m: float) -> tuple[Points, NDArray[np.float64]]:
    """Wave vectors (k, 2) of random direction with wave lengths about ``length_m``, and their phases (k,)."""
    direction = rng.uniform(0, 2 * np.pi, WAVES_PER_OCTAVE)
    number = 2 * np.pi / (length_m * rng.uniform(0.7, 1.4, WAVES_PER_OCTAVE))
    phases = rng.uniform(0, 2 * np.pi, WAVES_PER_OCTAVE)
    return np.column_stack([np.cos(direction), np.sin(direction)]) * number[:, None], phases


def winding_line(stations_km: Sequence[tuple[float, float]], rng: np.random.Generator, sway_m: float) -> LineString:
    """A smooth line through the stations (km east, km north of the origin) that sways by about ``sway_m``; metres."""
    stations = np.asarray(stations_km) * 1000
    at = np.arange(len(stations))
    along = np.linspace(0, at[-1], 60 * at[-1] + 1)
    path = CubicSpline(at, stations)(along)
    for octave in range(3):
        turns = 2.9 * 2**octave
        phases = rng.uniform(0, 2 * np.pi, 2)
        path += sway_m / 2**octave * np.sin(np.outer(along, [turns, turns * 1.13]) + phases)
    return LineString(path)


@dataclass
class Relief:
    """Hilliness between 0 (valley floor) and about 1 (ridge), low along the river and the roads."""

    river: LineString
    roads: tuple[LineString, ...]
    seed: int
    octave_lengths_m: tuple[float, ...] = (5200, 2600, 1300, 700)
    _octaves: list[tuple[Points, NDArray[np.float64]]] = field(init=False)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        self._octaves = [waves(rng, length) for length in self.octave_lengths_m]

    def height(self, at: Points) -> NDArray[np.float64]:
        """Hilliness (n,) at plane metres (n, 2)."""
        rough = np.zeros(len(at))
        for level, (vectors, phases) in enumerate(self._octaves):
            rough += np.cos(at @ vectors.T + phases).sum(axis=1) / np.sqrt(WAVES_PER_OCTAVE) / 1.8**level
        hills = 1 / (1 + np.exp(-1.6 * rough))
        valley = 1 - np.exp(-((self.river_distance(at) / 1500) ** 2))
        road_cut = 1 - 0.5 * np.exp(-((self.road_distance(at) / 500) ** 2))
        return hills * (0.35 + 0.65 * valley) * road_cut

    def river_distance(self, at: Points) -> NDArray[np.float64]:
        return np.asarray(distance(points(at), self.river))

    def road_distance(self, at: Points) -> NDArray[np.float64]:
        return np.asarray(np.min([distance(points(at), road) for road in self.roads], axis=0))
