"""The invented register of Tiswadi: twelve larger objects and 150 small venues inside the real villages."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
from shapely.geometry.base import BaseGeometry

from making.apportion import apportion
from making.drafts import Draft, Registrar
from making.files import Enterprise
from making.identity import NameBook
from making.plane import Plane
from making.sites import Sites, Spot

PLANE = Plane(lon=73.87, lat=15.49)
REGION = "900101"  # no county of China has a code that begins with 90
FIRST_PRINCIPAL_PHONE = 10000030001
HAMLET_GAP_M = 600
SPREAD_M = 130


class Plant(NamedTuple):
    name: str
    kind: str
    sectors: tuple[str, ...]
    tags: tuple[str, ...]
    village: str
    department: str
    workers: int
    risk: str


class VenueSort(NamedTuple):
    """``risks`` = parts of orange, yellow, blue."""

    number: int
    kind: str
    sectors: tuple[str, ...]
    department: str
    workers: tuple[int, int]
    risks: tuple[float, float, float]
    forms: tuple[str, ...]


# fmt: off
PLANTS = [
    Plant("Laterite Ridge Stone Quarry", "enterprise", ("01", "11"), ("mine",), "Carambolim", "em", 32, "red"),
    Plant("Blue Heron Cold Storage and Fish Processing", "enterprise", ("11", "17"), (), "Corlim", "em", 88, "orange"),
    Plant("Silver Palm Paints", "enterprise", ("02", "11", "23"), ("hazchem",), "Corlim", "em", 41, "red"),
    Plant("Monsoon Gas Cylinder Depot", "enterprise", ("09", "02"), ("hazchem",), "Bambolim", "pl", 9, "orange"),
    Plant("Causeway Filling Station", "enterprise", ("02", "07"), ("hazchem",), "Panaji", "em", 12, "orange"),
    Plant("Tamarind Furniture Works", "enterprise", ("11", "07"), (), "Chimbel", "em", 37, "orange"),
    Plant("Second Tide Scrap and Recycling Yard", "enterprise", ("22", "07"), (), "Goa Velha", "co", 18, "yellow"),
    Plant("Ferry Landing Repair Project", "project", ("06", "05"), ("construction",), "Chorao", "pl", 24, "yellow"),
    Plant("Mandovi Bend River Launch No. 1", "vessel", ("05", "10"), ("fishery",), "Cumbarjua", "ag", 4, "yellow"),
    Plant("Lagoon View School", "institution", ("12", "07"), (), "Calapor", "ps", 52, "yellow"),
    Plant("Quiet Garden Home for the Elderly", "institution", ("14", "07"), (), "Bainguinim", "ps", 19, "orange"),
    Plant("Riverside Covered Market", "venue", ("21", "07"), (), "Panaji", "ms", 70, "orange"),
]
SORTS = [
    VenueSort(55, "individual", ("07",), "ms", (1, 4), (0.02, 0.28, 0.70),
              ("General Store", "Hardware Store", "Pharmacy", "Bakery Shop", "Tailor", "Stationery", "Grocery")),
    VenueSort(38, "individual", ("07", "09"), "ms", (2, 9), (0.08, 0.62, 0.30),
              ("Kitchen", "Tea House", "Fish Curry House", "Canteen", "Cafe", "Sweet Shop")),
    VenueSort(16, "individual", ("07", "15"), "ps", (2, 8), (0.20, 0.70, 0.10), ("Guest House", "Lodge", "Homestay")),
    VenueSort(10, "individual", ("07",), "ps", (1, 5), (0.04, 0.40, 0.56), ("Salon", "Barber", "Spa")),
    VenueSort(15, "individual", ("11", "07"), "em", (2, 12), (0.12, 0.66, 0.22),
              ("Welding Workshop", "Motorcycle Repair", "Carpentry", "Cashew Workshop", "Printing Press")),
    VenueSort(6, "institution", ("12", "07"), "ps", (3, 14), (0.10, 0.70, 0.20), ("Kindergarten", "Tutorial Centre")),
    VenueSort(6, "individual", ("13", "07"), "ps", (2, 6), (0.0, 0.40, 0.60), ("Clinic", "Dental Clinic")),
    VenueSort(4, "venue", ("20", "07"), "fi", (1, 1), (0.10, 0.60, 0.30), ("Scooter Charging Shed",)),
]
# fmt: on
CATEGORY = {"enterprise": "91", "individual": "92", "institution": "52", "venue": "91", "project": "91", "vessel": "93"}
FIRST_WORDS = (
    "Blue", "Silver", "Golden", "Little", "New", "Old", "Green", "Red", "Bright", "Quiet", "Morning",
    "Evening", "White", "Happy",
)  # fmt: skip
SECOND_WORDS = (
    "Mango", "Heron", "Palm", "Coral", "Jasmine", "Lantern", "Banyan", "Harbour", "Monsoon", "Cashew", "Kite",
    "Pearl", "Fern", "Sail",
)  # fmt: skip


class Village(NamedTuple):
    name: str
    kind: str
    shape: BaseGeometry


def trade_weights(villages: list[Village]) -> dict[str, float]:
    """How much trade each village has: the census towns three times as much as villages of their size."""
    return {village.name: village.shape.area**0.5 * (3 if village.kind == "Town" else 1) for village in villages}


class Places:
    """Spots in a few hamlets per village, one per 3 km2 and at most four."""

    def __init__(self, villages: list[Village], rng: np.random.Generator) -> None:
        self._rng = rng
        self._shapes = {village.name: village.shape for village in villages}
        self._sites = Sites(self._shapes, rng)
        self._hamlets = {
            name: self._sites.hamlets(name, min(4, 1 + int(shape.area / 3e6)), HAMLET_GAP_M)
            for name, shape in self._shapes.items()
        }

    def within(self, village: str) -> Spot:
        hamlets = self._hamlets[village]
        centre = hamlets[int(self._rng.integers(len(hamlets)))]
        return self._sites.beside(village, centre, min(SPREAD_M, self._shapes[village].area ** 0.5 / 6))


def plants(places: Places) -> Iterator[Draft]:
    for plant in PLANTS:
        yield Draft(
            plant.name, CATEGORY[plant.kind], plant.kind, plant.sectors, plant.tags, plant.village,
            plant.village, places.within(plant.village), plant.department, plant.workers, plant.risk,
        )  # fmt: skip


def venues(places: Places, weights: Mapping[str, float], rng: np.random.Generator) -> Iterator[Draft]:
    """The sorts are dealt out over one shuffled list of villages in which each village stands at least once."""
    shares = apportion(sum(sort.number for sort in SORTS), weights, at_least=1)
    seats = [str(name) for name in rng.permutation([name for name, count in shares.items() for _ in range(count)])]
    titles = NameBook(FIRST_WORDS, SECOND_WORDS, rng, joint=" ")
    for sort in SORTS:
        for _ in range(sort.number):
            yield _venue(sort, seats.pop(), titles.draw(), places, rng)


def _venue(sort: VenueSort, village: str, title: str, places: Places, rng: np.random.Generator) -> Draft:
    name = f"{title} {rng.choice(sort.forms)}, {village}"
    workers = int(rng.integers(sort.workers[0], sort.workers[1] + 1))
    risk = str(rng.choice(["orange", "yellow", "blue"], p=sort.risks))
    return Draft(
        name, CATEGORY[sort.kind], sort.kind, sort.sectors, ("small_venue",), village,
        f"House {rng.integers(1, 400)}, {village}", places.within(village), sort.department, workers, risk,
    )  # fmt: skip


def register(
    villages: list[Village], departments: Mapping[str, str], people: NameBook, rng: np.random.Generator
) -> list[Enterprise]:
    """All rows of the town. ``departments``: name by code."""
    places = Places(villages, rng)
    drafts = [*plants(places), *venues(places, trade_weights(villages), rng)]
    return Registrar(PLANE, REGION, FIRST_PRINCIPAL_PHONE, departments, people).enter(drafts)
