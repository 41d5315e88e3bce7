"""A spoiled folder: every fault named by file, row, field, why and remedy, and nothing written."""

from collections.abc import Callable

import pytest

from backend.accounts.models import User
from backend.enterprises.models import Enterprise
from backend.territory.models import Division, Grid, Town
from tests.backend.loading.conftest import Load, Refused
from tests.backend.loading.tiny_town import CODE, TinyTown, village

Spoil = Callable[[TinyTown], object]


def person(row: int, column: str, value: str) -> Spoil:
    return lambda town: town.edit_cell("people.csv", row, column, value)


def place(row: int, column: str, value: str) -> Spoil:
    return lambda town: town.edit_cell("enterprises.csv", row, column, value)


def latitude_first(town: TinyTown) -> None:
    town.edit_cell("enterprises.csv", 4, "lon", "22.103")
    town.edit_cell("enterprises.csv", 4, "lat", "112.402")


def drawn(code: str, number: int = 0) -> Spoil:
    """Grids from a file in which the first has this code."""

    def spoil(town: TinyTown) -> None:
        features = [village(n) for n in range(3)]
        for n, feature in enumerate(features):
            feature["properties"] = {"code": f"{CODE}{n + 1:03d}001"}
        features[number]["properties"]["code"] = code
        town.features(features, "grids.geojson")
        town.settings(grids={"file": "grids.geojson"})

    return spoil


def answers_for(*lines: str) -> Spoil:
    return lambda town: town.responsibilities(*lines)


CASES: list[tuple[str, Spoil, str, str, str]] = [
    # what is spoiled, how, place in the printed line, why, remedy
    ("no town.yaml", lambda t: (t.path / "town.yaml").unlink(), "town.yaml：", "没有这个文件", "town.yaml"),
    ("broken yaml", lambda t: t.write("town.yaml", "code: [1"), "town.yaml 第 1 行", "YAML", "缩进"),
    ("yaml without names", lambda t: t.write("town.yaml", "- 1"), "town.yaml：", "名称: 值", "towns/jinji"),
    ("number as code", lambda t: t.settings(code=440783199), "town.yaml code", "内容不对", "加引号"),
    ("unknown setting", lambda t: t.settings(gridz=1), "town.yaml gridz", "不认识", "删去"),
    ("unknown CRS", lambda t: t.settings(crs="EPSG:0"), "town.yaml crs", "不是坐标系", "EPSG:4490"),
    ("foreign ancestor", lambda t: t.settings(ancestors=[{"code": "110000000000", "name": "北京市", "level": "province"}]),
     "town.yaml ancestors", "不是 440783199 的上级", "改正代码"),
    ("count and file", lambda t: t.settings(grids={"count": 4, "file": "g.geojson"}), "town.yaml grids", "只有一个", "count"),
    ("no grid file", lambda t: t.settings(grids={"file": "g.geojson"}), "town.yaml grids", "没有文件 g.geojson", "改正文件名"),
    ("too few grids", lambda t: t.settings(grids={"count": 2}), "town.yaml count", "too few for 3 villages", "give 3"),
    ("malformed GeoJSON", lambda t: t.write("villages.geojson", '{"type": '), "villages.geojson：", "is not JSON", "export"),
    ("no villages", lambda t: (t.path / "villages.geojson").unlink(), "villages.geojson：", "no such file", "path"),
    ("wrong CRS", lambda t: t.settings(crs="EPSG:4546"), "villages.geojson 第 1 行 geometry", "EPSG:4546", "name the system"),
    ("no village code", lambda t: t.edit_village(1, lambda f: f["properties"].pop("code")),
     "villages.geojson 第 2 行 code", "没有代码", "provisional_codes: true"),
    ("village code of 9 digits", lambda t: t.edit_village(1, lambda f: f["properties"].update(code=CODE)),
     "villages.geojson 第 2 行 code", "不是 12 位代码", "加引号"),
    ("village of another town", lambda t: t.edit_village(1, lambda f: f["properties"].update(code="440783200001")),
     "villages.geojson 第 2 行 code", "不属于本镇", "删去"),
    ("village code twice", lambda t: t.edit_village(1, lambda f: f["properties"].update(code=f"{CODE}001")),
     "villages.geojson 第 2 行 code", "与第 1 行重复", "自己的代码"),
    ("village name twice", lambda t: t.edit_village(1, lambda f: f["properties"].update(name="甲村委会")),
     "villages.geojson 第 2 行 name", "与第 1 行重复", "改名"),
    ("no village name", lambda t: t.edit_village(1, lambda f: f["properties"].pop("name")),
     "villages.geojson 第 2 行 name", "没有村名", "fields"),
    ("grid code too short", drawn("12"), "grids.geojson 第 1 行 code", "15 位", "3 位顺序号"),
    ("grid code twice", drawn(f"{CODE}002001"), "grids.geojson 第 2 行 code", "与第 1 行重复", "自己的代码"),
    ("village without grid", drawn(f"{CODE}002001"), "grids.geojson code", f"村 {CODE}001 没有网格", "至少画一个"),
    ("grid in the wrong village", drawn(f"{CODE}002009"), "grids.geojson code", "没有网格", "至少画一个"),
    ("no people", lambda t: (t.path / "people.csv").unlink(), "people.csv：", "没有这个文件", "name,phone,role"),
    ("missing column", lambda t: t.replace("people.csv", "name,phone,role", "name,tel,role"), "people.csv 第 1 行 phone",
     "缺这一列", "应有的列"),
    ("column twice", lambda t: t.replace("departments.csv", "code,name,short", "code,name,short,name"),
     "departments.csv 第 1 行 name", "出现两次", "改名"),
    ("broken row", lambda t: t.replace("people.csv", "孙三,", "孙三"), "people.csv 第 4 行：", "有 6 格，表头有 7 格", "补齐"),
    ("neither encoding", lambda t: (t.path / "people.csv").write_bytes(b"name\xff\xff\x81"), "people.csv：", "GB18030", "UTF-8"),
    ("spreadsheet file", lambda t: (t.path / "people.csv").write_bytes(b"PK\x03\x04\0\0"), "people.csv：", "GB18030", "UTF-8"),
    ("quote not closed", lambda t: t.replace("people.csv", "孙三,", '"孙三,'), "people.csv 第 4 行：", "有 1 格", "一对引号"),
    ("empty name", person(3, "name", " "), "people.csv 第 3 行 name", "是空的", "填上"),
    ("name too long", person(3, "name", "长" * 41), "people.csv 第 3 行 name", "有 41 个字，最多 40 个", "写短"),
    ("bad phone", person(3, "phone", "0750-123"), "people.csv 第 3 行 phone", "不是 11 位手机号码", "11 位数字"),
    ("duplicate phone", person(3, "phone", "10000000001"), "people.csv 第 3 行 phone", "与第 2 行重复", "改正其中一行"),
    ("unknown role", person(6, "role", "boss"), "people.csv 第 6 行 role", "不认识“boss”", "grid_worker"),
    ("two roles in one row", person(6, "role", "expert、town_leader"), "people.csv 第 6 行 role", "不认识", "grid_worker"),
    ("lead without department", person(6, "department", ""), "people.csv 第 6 行 department", "要写明", "departments.csv"),
    ("unknown department", person(6, "department", "财政所"), "people.csv 第 6 行 department", "没有“财政所”", "改正名称"),
    ("worker without village", person(4, "village", ""), "people.csv 第 4 行 village", "要写明", "villages.geojson"),
    ("village without worker", person(4, "village", "甲村委会"), "people.csv village", f"乙村委会（{CODE}002）没有网格员",
     "grid_worker"),
    ("principal of nobody", person(10, "enterprise", "某厂"), "people.csv 第 10 行 enterprise", "没有“某厂”", "补上"),
    ("point outside", place(4, "lon", "112.5"), "enterprises.csv 第 4 行 lon,lat", "不在任何一个村内", "坐标系"),
    ("latitude first", latitude_first,
     "enterprises.csv 第 4 行 lon,lat", "不在任何一个村内", "先经度后纬度"),
    ("point in another village", place(4, "village", "乙村委会"), "enterprises.csv 第 4 行 lon,lat",
     "在甲村委会，不在所填的乙村委会", "改正 village"),
    ("unknown village", place(4, "village", "丁村"), "enterprises.csv 第 4 行 village", "没有“丁村”", "改正村名"),
    ("no number", place(4, "lon", "E112"), "enterprises.csv 第 4 行 lon", "“E112”不是数", "写小数"),
    ("not a number", place(4, "lat", "nan"), "enterprises.csv 第 4 行 lat", "不是数", "写小数"),
    ("workers in words", place(4, "workers", "三人"), "enterprises.csv 第 4 行 workers", "不是人数", "留空"),
    ("unknown sector", place(4, "sectors", "07、24"), "enterprises.csv 第 4 行 sectors", "不认识“24”", "01"),
    ("unknown kind", place(4, "kind", "shop"), "enterprises.csv 第 4 行 kind", "不认识“shop”", "individual"),
    ("unknown tag", place(4, "tags", "big"), "enterprises.csv 第 4 行 tags", "不认识“big”", "small_venue"),
    ("unknown risk", place(4, "risk", "green"), "enterprises.csv 第 4 行 risk", "不认识“green”", "blue"),
    ("wrong check digit", place(2, "uscc", "914407830000000198"), "enterprises.csv 第 2 行 uscc",
     "校验位是 8，按前 17 位应为 7", "营业执照"),
    ("code with I", place(2, "uscc", "9I4407830000000197"), "enterprises.csv 第 2 行 uscc", "不允许的字符 I", "留空"),
    ("code twice", place(4, "uscc", "914407830000000197"), "enterprises.csv 第 4 行 uscc", "与第 2 行重复", "删去"),
    ("responsible for no sector", answers_for("24,,应急办公室,2023-06-15,"),
     "responsibilities.csv 第 2 行 sector", "不认识“24”", "01"),
    ("responsible without a department", answers_for("07,,,2023-06-15,"),
     "responsibilities.csv 第 2 行 department", "是空的", "填上"),
    ("responsible department unknown", answers_for("07,,财政所,2023-06-15,"), "responsibilities.csv 第 2 行 department",
     "没有“财政所”", "补上"),
    ("responsible in no village", answers_for("07,丁村,应急办公室,2023-06-15,"), "responsibilities.csv 第 2 行 village",
     "没有“丁村”", "改正名称"),
    ("responsible since no day", answers_for("07,,应急办公室,六月,"),
     "responsibilities.csv 第 2 行 since", "不是日期", "2023-06-15"),
    ("responsible twice", answers_for("07,甲村委会,应急办公室,2023-06-15,", f"07,{CODE}001,市场监管所,2023-07-01,"),
     "responsibilities.csv 第 3 行 sector", "已由第 2 行写明", "删去"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("spoil", "where", "why", "remedy"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_fault_is_named_and_nothing_written(
    town: TinyTown, refused: Refused, spoil: Spoil, where: str, why: str, remedy: str
) -> None:
    spoil(town)
    said = [line for line in refused() if line.startswith(where) and why in line]
    assert said, "the fault is not named"
    assert remedy in said[0].split("；", 1)[1]
    for model in (Town, Division, Grid, User, Enterprise):
        assert not model.objects.exists()


def test_all_faults_are_said_at_once(town: TinyTown, refused: Refused) -> None:
    town.edit_cell("people.csv", 3, "phone", "1")
    town.edit_cell("people.csv", 6, "role", "boss")
    town.edit_cell("enterprises.csv", 4, "sectors", "24")
    town.edit_village(2, lambda feature: feature["properties"].pop("code"))
    assert [line.split("：")[0] for line in refused()] == [
        "people.csv 第 6 行 role",
        "people.csv 第 3 行 phone",
        "enterprises.csv 第 4 行 sectors",
        "villages.geojson 第 3 行 code",
    ]


def test_numbers_and_names_that_another_town_has_already(town: TinyTown, load: Load, refused: Refused) -> None:
    load("--no-history")
    town.settings(code="440783198")
    for number in range(3):
        town.edit_village(number, lambda f, n=number: f["properties"].update(code=f"440783198{n + 1:03d}"))
    town.replace("people.csv", CODE, "440783198")
    said = refused()
    assert "people.csv 第 2 行 phone：10000000001 已是系统里另一人的号码" in said[0]
    assert any(line.startswith("enterprises.csv 第 2 行 uscc：914407830000000197 已登记在系统里") for line in said)
    assert Town.objects.count() == 1
