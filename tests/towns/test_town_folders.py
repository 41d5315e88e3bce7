"""The data shipped in towns/ is what it says it is."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import shapely
import yaml
from pyproj import Geod
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

TOWNS = Path(__file__).parents[2] / "towns"
FOLDERS = ["jinji", "tiswadi"]
CODE_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CODE_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
KINDS = {"enterprise", "individual", "institution", "venue", "project", "vessel"}
TAGS = {
    "mine", "hazchem", "fireworks", "transport", "construction", "explosives", "smelting", "fishery", "small_venue",
}  # fmt: skip
SECTORS = {f"{number:02d}" for number in range(1, 24)} | {"99"}
ROLES = {
    "grid_worker", "department_lead", "enforcement_officer", "department_head", "safety_office", "town_leader",
    "enterprise_principal", "enterprise_staff", "expert", "city_supervisor", "administrator",
}  # fmt: skip
JINJI_VILLAGES = {
    "440783112001": "金鸡墟社区居委会", "440783112220": "石湾村委会", "440783112221": "向北村委会",
    "440783112222": "游东村委会", "440783112223": "五联村委会", "440783112224": "金鸡村委会",
    "440783112225": "高镇村委会", "440783112226": "大同村委会", "440783112227": "锦湖村委会",
    "440783112228": "联庆村委会", "440783112229": "红光村委会", "440783112230": "石迳村委会",
}  # fmt: skip
REAL_BUSINESSES = ("恒海涂料", "金源加油站", "和美食品")


def settings(town: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((TOWNS / town / "town.yaml").read_text(encoding="utf-8"))
    return content


def table(town: str, name: str) -> list[dict[str, str]]:
    with (TOWNS / town / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def features(town: str, name: str = "villages.geojson") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((TOWNS / town / name).read_text(encoding="utf-8"))["features"]
    return found


def villages(town: str) -> dict[str, BaseGeometry]:
    name_field = settings(town).get("fields", {}).get("name", "name")
    return {feature["properties"][name_field]: shape(feature["geometry"]) for feature in features(town)}


def check_sign(body: str) -> str:
    total = sum(CODE_SIGNS.index(sign) * weight for sign, weight in zip(body, CODE_WEIGHTS, strict=True))
    return CODE_SIGNS[(31 - total % 31) % 31]


def km2(geometry: BaseGeometry) -> float:
    return abs(Geod(ellps="GRS80").geometry_area_perimeter(geometry)[0]) / 1e6


def listed(cell: str) -> set[str]:
    return set(cell.split("、")) - {""}


def test_check_sign_agrees_with_the_worked_example_of_the_standard() -> None:
    assert check_sign("91350100M000100Y4") == "3"


def test_jinji_has_its_twelve_villages_with_their_real_codes() -> None:
    found = {feature["properties"]["code"]: feature["properties"]["name"] for feature in features("jinji")}
    assert found == JINJI_VILLAGES
    assert {row["code"]: row["name"] for row in table("jinji", "village_codes.csv")} == JINJI_VILLAGES
    assert all(code.startswith(settings("jinji")["code"]) for code in found)


def test_jinji_is_as_large_as_the_real_town_and_its_parts_are_of_plausible_size() -> None:
    sizes = {name: km2(geometry) for name, geometry in villages("jinji").items()}
    assert sum(sizes.values()) == pytest.approx(120.5, rel=0.005)
    assert sizes.pop("金鸡墟社区居委会") == pytest.approx(3, rel=0.1)
    assert all(6 < size < 16 for size in sizes.values())


def test_jinji_villages_are_a_coverage_without_gaps_or_overlaps() -> None:
    shapes = list(villages("jinji").values())
    whole = shapely.union_all(shapes)
    assert all(geometry.is_valid and geometry.geom_type == "Polygon" for geometry in shapes)
    assert shapely.coverage_is_valid(shapes)
    assert whole.geom_type == "Polygon" and not whole.interiors


def test_jinji_north_is_north() -> None:
    north = {name: geometry.centroid.y for name, geometry in villages("jinji").items()}
    assert {name for name, _ in sorted(north.items(), key=lambda item: -item[1])[:2]} == {"大同村委会", "锦湖村委会"}
    assert min(north, key=lambda name: north[name]) == "石迳村委会"


def test_tiswadi_is_the_unchanged_taluka_with_its_31_villages() -> None:
    shapes = villages("tiswadi")
    assert len(features("tiswadi")) == len(shapes) == 31
    for feature in features("tiswadi"):
        properties = feature["properties"]
        assert {"NAME", "TYPE", "SUB_DIST", "DISTRICT", "CEN_2001", "km2"} <= set(properties)
        assert km2(shape(feature["geometry"])) == pytest.approx(properties["km2"], rel=0.002), properties["NAME"]
    limit = shape(features("tiswadi", "limit.geojson")[0]["geometry"])
    assert km2(limit.symmetric_difference(shapely.union_all(list(shapes.values())))) < 1e-6


@pytest.mark.parametrize("town", FOLDERS)
def test_every_enterprise_stands_in_the_village_it_names_and_in_no_other(town: str) -> None:
    shapes = villages(town)
    for row in table(town, "enterprises.csv"):
        spot = Point(float(row["lon"]), float(row["lat"]))
        assert [name for name, geometry in shapes.items() if geometry.intersects(spot)] == [row["village"]], row["name"]


@pytest.mark.parametrize("town", FOLDERS)
def test_credit_codes_are_unique_and_have_right_check_signs(town: str) -> None:
    rows = table(town, "enterprises.csv")
    assert len({row["uscc"] for row in rows}) == len(rows)
    for row in rows:
        assert len(row["uscc"]) == 18 and check_sign(row["uscc"][:17]) == row["uscc"][17], row["name"]
        assert (row["kind"] == "individual") == row["uscc"].startswith("92"), row["name"]


@pytest.mark.parametrize("town", FOLDERS)
def test_enterprise_cells_hold_known_words(town: str) -> None:
    departments = {row["name"] for row in table(town, "departments.csv")}
    for row in table(town, "enterprises.csv"):
        assert row["kind"] in KINDS and row["risk"] in {"red", "orange", "yellow", "blue"}, row
        assert listed(row["sectors"]) and listed(row["sectors"]) <= SECTORS, row
        assert listed(row["tags"]) <= TAGS, row
        assert row["department"] in departments and int(row["workers"]) > 0 and row["address"], row


@pytest.mark.parametrize("town", FOLDERS)
def test_names_are_unique_and_phones_are_obviously_not_real(town: str) -> None:
    people, enterprises = table(town, "people.csv"), table(town, "enterprises.csv")
    assert len({row["name"] for row in enterprises}) == len(enterprises)
    bearers = Counter(row["name"] for row in people if row["role"] != "enterprise_principal")
    bearers.update(row["principal"] for row in enterprises)
    phones = Counter(row["phone"] for row in people if row["role"] != "enterprise_principal")
    phones.update(row["principal_phone"] for row in enterprises)
    assert set(bearers.values()) == set(phones.values()) == {1}
    assert all(len(phone) == 11 and phone.isdigit() and phone.startswith("100") for phone in phones)


@pytest.mark.parametrize("town", FOLDERS)
def test_people_point_at_departments_villages_and_enterprises_that_exist(town: str) -> None:
    people, shapes = table(town, "people.csv"), villages(town)
    departments = {row["name"] for row in table(town, "departments.csv")}
    enterprises = {row["name"]: row for row in table(town, "enterprises.csv")}
    assert {row["role"] for row in people} == ROLES
    assert {row["village"] for row in people if row["role"] == "grid_worker"} == set(shapes)
    assert [row["department"] for row in people if row["role"] == "department_lead"] == [
        row["name"] for row in table(town, "departments.csv")
    ]
    for row in people:
        assert row["department"] in departments | {""} and row["village"] in {*shapes, ""}, row
        if row["role"] == "enterprise_principal":
            register = enterprises[row["enterprise"]]
            assert (register["principal"], register["principal_phone"]) == (row["name"], row["phone"])
        elif row["role"] == "enterprise_staff":
            assert row["enterprise"] in enterprises


def test_jinji_has_the_people_and_enterprises_of_a_town_of_its_kind() -> None:
    posts = Counter(row["role"] for row in table("jinji", "people.csv"))
    assert posts == {
        "grid_worker": 30, "department_lead": 12, "department_head": 4, "enforcement_officer": 6, "safety_office": 3,
        "town_leader": 5, "enterprise_principal": 5, "enterprise_staff": 5, "expert": 1, "city_supervisor": 1,
        "administrator": 1,
    }  # fmt: skip
    rows = table("jinji", "enterprises.csv")
    small = [row for row in rows if "small_venue" in row["tags"]]
    plants = [row for row in rows if row not in small]
    assert (len(plants), len(small)) == (30, 300)
    assert len(set().union(*(listed(row["sectors"]) for row in plants))) >= 15
    assert 2 <= sum(row["risk"] == "red" for row in rows) <= 5
    in_market_or_on_road = [row for row in rows if row["village"].startswith("金鸡墟") or "省道旁" in row["address"]]
    assert 0.40 < len(in_market_or_on_road) / len(rows) < 0.55


def test_jinji_has_long_names_and_no_business_known_to_be_real() -> None:
    names = [row["name"] for row in table("jinji", "enterprises.csv")]
    assert "开平市金鸡镇恒盛再生资源回收有限公司第二分拣中心" in names
    assert not [name for name in names for real in REAL_BUSINESSES if real in name]
    assert any("石迳村" in name and "充电棚" in name for name in names)


def test_tiswadi_is_of_the_size_it_promises() -> None:
    posts = Counter(row["role"] for row in table("tiswadi", "people.csv"))
    rows = table("tiswadi", "enterprises.csv")
    assert (posts["grid_worker"], posts["department_lead"]) == (40, 8)
    assert Counter("small_venue" in row["tags"] for row in rows) == {True: 150, False: 12}


@pytest.mark.parametrize("town", FOLDERS)
def test_every_town_tells_that_it_is_a_demo_and_credits_its_sources(town: str) -> None:
    about = settings(town)
    assert about["demo"] is True and about["notice"]["zh"] and about["notice"]["en"] and about["credits"]
    assert len(about["code"]) == 9 and all(above["code"].endswith("0000") for above in about["ancestors"])
    licence = (TOWNS / town / "LICENSE-data.md").read_text(encoding="utf-8")
    assert all(path.name in licence for path in (TOWNS / town).iterdir() if path.name != "LICENSE-data.md")


def test_notices_fit_the_geometry() -> None:
    jinji, tiswadi = settings("jinji"), settings("tiswadi")
    assert jinji["illustrative"] is True and "示意，非法定界线" in jinji["notice"]["zh"]
    assert tiswadi["illustrative"] is False and tiswadi["provisional_codes"] is True
    licence = (TOWNS / "tiswadi" / "LICENSE-data.md").read_text(encoding="utf-8")
    assert "ODbL" in licence and "datameet/indian_village_boundaries" in licence
