"""The invented register of 金鸡镇: thirty larger objects and three hundred small venues, each inside its village."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
from shapely import LineString, Point

from making.apportion import apportion
from making.drafts import Draft, Registrar
from making.files import Enterprise
from making.identity import NameBook
from making.jinji_land import Land
from making.jinji_plants import MARKET, PLANTS, Plant
from making.jinji_venues import SORTS, CallingNames, VenueSort
from making.sites import Sites, Spot

REGION = "440783"
FIRST_PRINCIPAL_PHONE = 10000010001
STREET_REACH_M = 620
HOUSE_FRONT_M = 8
ROADSIDE_PART = 0.25
STREET_PARTS = (0.28, 0.22, 0.14, 0.12, 0.14, 0.10)
ROADSIDE_SORTS = {"小商店", "小餐饮", "小旅馆", "小生产加工"}
# How much trade a village has beside the market town: more along the roads and close to the town.
TRADE = {
    "石湾村委会": 0.8, "向北村委会": 1.0, "游东村委会": 1.2, "五联村委会": 1.05, "金鸡村委会": 1.6, "高镇村委会": 1.35,
    "大同村委会": 1.15, "锦湖村委会": 0.95, "联庆村委会": 0.85, "红光村委会": 1.1, "石迳村委会": 0.7,
}  # fmt: skip
# fmt: off
HAMLET_NAMES = (
    "龙塘里", "凤安里", "永和里", "长塘里", "仁安里", "石桥里", "南安里", "北闸里", "东成里", "西湖里",
    "大塘边", "榕树头", "新屋场", "旧圩底", "松仔园", "竹头下", "莲塘里", "龙田里", "中和里", "同安里",
    "庆云里", "安宁里", "兴仁里", "福田里", "塘唇里", "横岗里", "沙湾里", "牛岗里", "马山里", "水口里",
    "上洞里", "下洞里", "樟木坑", "梅仔坑", "黄泥塘", "高岭里", "平岗里", "三门里", "四九塘", "五福里",
    "锦屏里", "翠竹里", "桃源里", "鹤溪里", "鹅塘里", "凤山里", "虎岗里", "白石里", "青山里", "黄竹里",
    "石塘里", "麦屋里", "田心里", "龙岗里", "大井里", "新塘里", "禾仓里", "古榕里",
)
# fmt: on


class Place(NamedTuple):
    spot: Spot
    address: str
    locality: str


def short_name(village: str) -> str:
    """大同村委会 is called 大同村, 金鸡墟社区居委会 is called 金鸡墟社区."""
    return village.removesuffix("居委会") if village.endswith("社区居委会") else village.removesuffix("委会")


def market_streets(land: Land) -> dict[str, LineString]:
    """Six streets about the seat of the market town: the two roads that cross there and lines beside them."""
    centre = Point(land.seats_m[MARKET])
    main, cross = (_stretch(road, centre, STREET_REACH_M) for road in land.relief.roads)
    return {
        "金鸡大道": main,
        "东兴路": cross,
        "墟中街": _stretch(main.offset_curve(95), centre, 380),
        "墟东街": _stretch(main.offset_curve(-90), centre, 430),
        "市场路": _stretch(cross.offset_curve(105), centre, 400),
        "侨兴街": _stretch(cross.offset_curve(-110), centre, 420),
    }


def _stretch(line: LineString, centre: Point, reach_m: float) -> LineString:
    part = line.intersection(centre.buffer(reach_m))
    return max(getattr(part, "geoms", [part]), key=lambda piece: piece.length)


class Places:
    """Chooses spots and writes their addresses; no address is given twice."""

    def __init__(self, land: Land, rng: np.random.Generator) -> None:
        self._land, self._rng = land, rng
        self._sites = Sites(land.villages, rng, water=land.relief.river)
        self._streets = market_streets(land)
        self._free_names = [str(name) for name in rng.permutation(HAMLET_NAMES)]
        self._hamlets = {village: self._settle(village) for village in TRADE}
        self._remote: list[Spot] = []
        self._addresses: set[str] = set()

    def _settle(self, village: str) -> dict[str, Spot]:
        """The seat of the village and three or four more hamlets on low ground."""
        seat = self._land.seats_m[village]
        others = 3 if self._land.villages[village].area < 9e6 else 4
        spots = self._sites.hamlets(village, others, gap_m=800, apart_from=[seat], cost=self._land.relief.height)
        return {self._free_names.pop(): spot for spot in (seat, *spots)}

    def _address(self, street: str, number: int) -> str:
        while (address := f"金鸡镇{street}{number}号") in self._addresses:
            number += 2
        self._addresses.add(address)
        return address

    def street(self) -> Place:
        """In the market town; the two main streets hold more than the lanes."""
        name = str(self._rng.choice(list(self._streets), p=STREET_PARTS))
        line = self._streets[name]
        spot = self._sites.along(MARKET, line, (9, 26))
        number = 2 * int(line.project(Point(spot)) / HOUSE_FRONT_M) + int(self._rng.integers(1, 3))
        return Place(spot, self._address(f"金鸡墟{name}", number), name)

    def roads(self, village: str) -> list[LineString]:
        """The roads that pass through the village and do not just touch its edge."""
        shape = self._land.villages[village]
        return [road for road in self._land.relief.roads if road.intersection(shape).length > 300]

    def road(self, village: str, setback_m: tuple[float, float]) -> Place:
        """Raises ValueError in a village without a road."""
        roads = self.roads(village)
        if not roads:
            raise ValueError(f"No road passes {village}. Choose a hamlet.")
        spot = self._sites.along(village, roads[int(self._rng.integers(len(roads)))], setback_m)
        address = self._address(f"{short_name(village)}省道旁", int(self._rng.integers(1, 90)))
        return Place(spot, address, "省道旁")

    def hamlet(self, village: str, spread_m: float) -> Place:
        """The hamlet at the seat of the village gets twice as many as each of the others."""
        names = list(self._hamlets[village])
        weights = np.array([2.0, *[1.0] * (len(names) - 1)])
        name = str(self._rng.choice(names, p=weights / weights.sum()))
        spot = self._sites.beside(village, self._hamlets[village][name], spread_m)
        address = self._address(f"{short_name(village)}{name}", int(self._rng.integers(1, 70)))
        return Place(spot, address, name)

    def remote(self, village: str) -> Place:
        """High ground away from the hamlets and from earlier remote places."""
        known = [*self._hamlets[village].values(), *self._remote]
        height = self._land.relief.height
        hill = self._sites.hamlets(village, 1, gap_m=900, apart_from=known, cost=lambda at: -height(at))[0]
        name = self._free_names.pop()
        self._remote.append(hill)
        return Place(self._sites.beside(village, hill, 60), self._address(f"{short_name(village)}{name}后山", 1), name)

    def for_plant(self, plant: Plant) -> Place:
        if plant.place == "street":
            return self.street()
        if plant.place == "edge":
            return self.road(MARKET, (45, 110))
        if plant.place == "road":
            return self.road(plant.village, (45, 120))
        return self.remote(plant.village) if plant.place == "remote" else self.hamlet(plant.village, 220)

    def for_venue(self, sort: VenueSort, village: str) -> Place:
        if village == MARKET:
            return self.road(MARKET, (30, 90)) if sort.sort == "小生产加工" else self.street()
        if sort.sort in ROADSIDE_SORTS and self.roads(village) and self._rng.random() < ROADSIDE_PART:
            return self.road(village, (12, 45))
        return self.hamlet(village, 95)


def plants(places: Places) -> Iterator[Draft]:
    for plant in PLANTS:
        place = places.for_plant(plant)
        yield Draft(
            plant.name, plant.category, plant.kind, plant.sectors, plant.tags, plant.village,
            place.address, place.spot, plant.department, plant.workers, plant.risk,
        )  # fmt: skip


def venues(places: Places, rng: np.random.Generator) -> Iterator[Draft]:
    """Sorts common enough to reach every village beside the market town stand in each of them at least once."""
    names = CallingNames(rng)
    for sort in SORTS:
        rural = sort.number - sort.in_market
        shares = apportion(rural, TRADE, at_least=1 if rural >= len(TRADE) else 0)
        for village, count in {MARKET: sort.in_market, **shares}.items():
            for _ in range(count):
                yield _venue(sort, village, places, names, rng)


def _venue(sort: VenueSort, village: str, places: Places, names: CallingNames, rng: np.random.Generator) -> Draft:
    place = places.for_venue(sort, village)
    name = names.draw(sort, str(rng.choice(sort.forms)), short_name(village), place.locality)
    workers = int(rng.integers(sort.workers[0], sort.workers[1] + 1))
    risk = str(rng.choice(["orange", "yellow", "blue"], p=sort.risks))
    return Draft(
        name, sort.category, sort.kind, sort.sectors, ("small_venue",), village,
        place.address, place.spot, sort.department, workers, risk,
    )  # fmt: skip


def register(
    land: Land, departments: Mapping[str, str], people: NameBook, rng: np.random.Generator
) -> list[Enterprise]:
    """All rows of the town. ``departments``: name by code."""
    places = Places(land, rng)
    drafts = [*plants(places), *venues(places, rng)]
    return Registrar(land.plane, REGION, FIRST_PRINCIPAL_PHONE, departments, people).enter(drafts)
