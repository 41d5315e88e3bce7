"""A town of three square villages side by side, small enough to be loaded in a test, and ways to spoil it.

甲村委会 (two workers) | 乙村委会 | 丙社区居委会        each 0.01 degrees wide and high, from 112.40 E, 22.10 N
"""

import csv
import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import yaml

CODE = "440783199"
NAMES = ["甲村委会", "乙村委会", "丙社区居委会"]
WEST, SOUTH, SIDE = 112.40, 22.10, 0.01
SETTINGS: dict[str, Any] = {
    "code": CODE,
    "name": "试验镇",
    "ancestors": [
        {"code": "440000000000", "name": "广东省", "level": "province"},
        {"code": "440783000000", "name": "开平市", "level": "county"},
    ],
    "demo": True,
    "crs": "EPSG:4490",
    "grids": {"count": 4, "seed": 7},
}
DEPARTMENTS = "code,name,short\nyj,应急办公室,应急办\nsj,市场监管所,市监所\n"
PEOPLE = """name,phone,role,department,village,enterprise,title
赵一,10000000001,grid_worker,,甲村委会,,兼职网格员
钱二,10000000002,grid_worker,,甲村委会,,专职网格员
孙三,10000000003,grid_worker,,乙村委会,,专职网格员
李四,10000000004,grid_worker,,440783199003,,专职网格员
周五,10000000005,department_lead,应急办公室,,,牵头人
吴六,10000000006,enforcement_officer,市场监管所,,,执法人员
郑七,10000000007,safety_office,应急办公室,,,安委办干事
王八,10000000008,town_leader,,,,镇长
冯九,10000000009,enterprise_principal,,,试验再生资源回收站,主要负责人
陈十,10000000010,administrator,,,,系统管理员
褚十一,10000000011,city_supervisor,,,,督导员
"""
HEADER = "name,uscc,kind,sectors,tags,village,address,lon,lat,principal,principal_phone,department,workers,risk"
PLANTS = [
    "试验再生资源回收站,914407830000000197,enterprise,22、07,,甲村委会,,112.4031,22.1052,冯九,,应急办公室,12,orange",
    "试验采石场,,enterprise,01;11,mine,乙村委会,,112.4151,22.1043,卫十二,,应急办公室,30,red",
]


def village(number: int) -> dict[str, Any]:
    """GeoJSON feature of the village with this number (0, 1, 2)."""
    west, south, east, north = WEST + number * SIDE, SOUTH, WEST + (number + 1) * SIDE, SOUTH + SIDE
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "properties": {"code": f"{CODE}{number + 1:03d}", "name": NAMES[number]},
        "geometry": {"type": "Polygon", "coordinates": [[[round(x, 7), round(y, 7)] for x, y in ring]]},
    }


def venues() -> list[str]:
    """Four small venues in each village, on a little lattice."""
    return [
        f"小店{number + 1}{place + 1},,individual,07,small_venue,{NAMES[number]},街口{place}号,"
        f"{WEST + number * SIDE + 0.002 + 0.002 * place:.4f},{SOUTH + 0.003 + 0.001 * place:.4f},店主,,市场监管所,2,yellow"
        for number in range(3)
        for place in range(4)
    ]


class TinyTown:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.settings(**SETTINGS)
        self.features([village(number) for number in range(3)])
        self.write("departments.csv", DEPARTMENTS)
        self.write("people.csv", PEOPLE)
        self.write("enterprises.csv", "\n".join([HEADER, *PLANTS, *venues()]) + "\n")

    def write(self, name: str, text: str, encoding: str = "utf-8") -> None:
        (self.path / name).write_bytes(text.encode(encoding))

    def text(self, name: str) -> str:
        return (self.path / name).read_text("utf-8")

    def settings(self, **changes: Any) -> None:
        file = self.path / "town.yaml"
        before = yaml.safe_load(file.read_text("utf-8")) if file.exists() else {}
        self.write("town.yaml", yaml.safe_dump(before | changes, allow_unicode=True))

    def features(self, features: Iterable[dict[str, Any]], name: str = "villages.geojson") -> None:
        self.write(name, json.dumps({"type": "FeatureCollection", "features": list(features)}, ensure_ascii=False))

    def edit_village(self, number: int, edit: Callable[[dict[str, Any]], Any], name: str = "villages.geojson") -> None:
        document = json.loads(self.text(name))
        edit(document["features"][number])
        self.features(document["features"], name)

    def responsibilities(self, *lines: str) -> None:
        self.write("responsibilities.csv", "\n".join(["sector,village,department,since,basis", *lines]) + "\n")

    def edit_cell(self, file: str, row: int, column: str, value: str) -> None:
        """`row` as a spreadsheet counts: the header is row 1."""
        lines = list(csv.reader(io.StringIO(self.text(file))))
        lines[row - 1][lines[0].index(column)] = value
        written = io.StringIO()
        csv.writer(written, lineterminator="\n").writerows(lines)
        self.write(file, written.getvalue())

    def replace(self, file: str, old: str, new: str) -> None:
        assert old in self.text(file)
        self.write(file, self.text(file).replace(old, new))
