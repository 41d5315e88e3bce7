"""Where the table begins in a file, and which column is what: offices call the same thing by many names.

Above the headings there may be titles; headings may stand in two rows, the upper one merged ("负责人" over "姓名" and "电话").
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from backend.foundation.spreadsheets import Cell
from backend.territory.shifted import BD09, GCJ02

FIELDS: dict[str, tuple[str, ...]] = {
    "name": ("单位名称", "企业名称", "名称", "单位", "企业", "场所名称", "单位（企业）名称", "生产经营单位名称", "经营单位", "商户名称",
             "项目名称", "船名"),
    "uscc": ("统一社会信用代码", "社会信用代码", "信用代码", "统一信用代码", "统一社会信用代码证号", "组织机构代码", "营业执照号"),
    "kind": ("单位类型", "类型", "主体类型", "单位类别", "企业类型", "单位性质"),
    "sectors": ("行业领域", "行业", "所属行业", "行业类别", "重点行业领域", "所属行业领域", "行业分类"),
    "tags": ("高危标签", "标签", "重点标签", "高危行业"),
    "risk": ("风险等级", "风险", "风险分级", "安全风险等级"),
    "village": ("所属村（社区）", "所属村", "村居", "村（社区）", "村社区", "村", "社区", "村委会", "所在村", "村（居）委会", "所属村居"),
    "address": ("地址", "详细地址", "经营地址", "单位地址", "企业地址", "生产经营地址", "注册地址", "住所"),
    "lon": ("经度", "东经", "坐标经度", "lon", "lng", "longitude", "坐标经纬度经度", "位置经度", "x坐标"),
    "lat": ("纬度", "北纬", "坐标纬度", "lat", "latitude", "坐标经纬度纬度", "位置纬度", "y坐标"),
    "principal": ("主要负责人", "负责人", "负责人姓名", "主要负责人姓名", "法定代表人", "法人代表", "法人", "经营者", "法定代表人姓名",
                  "主要负责人信息姓名", "负责人信息姓名", "经营者姓名"),
    "principal_phone": ("主要负责人电话", "负责人电话", "联系电话", "电话", "手机", "手机号码", "手机号", "主要负责人手机", "负责人手机",
                        "负责人联系电话", "主要负责人联系电话", "法人电话", "负责人手机号码", "主要负责人信息电话", "负责人信息电话",
                        "主要负责人信息手机", "负责人信息手机", "法定代表人电话", "经营者电话", "联系方式"),
    "safety_manager": ("安全管理人员", "安管人员", "安全员", "安全管理员", "安全负责人", "安全管理人员姓名", "安管人员姓名", "安全员姓名",
                       "安全负责人姓名"),
    "safety_manager_phone": ("安全管理人员电话", "安管人员电话", "安全员电话", "安全负责人电话", "安全管理人员手机", "安管人员手机",
                             "安全管理人员联系电话", "安管人员联系电话", "安全员手机", "安全员联系电话"),
    "workers": ("从业人数", "人数", "员工人数", "从业人员", "职工人数", "从业人员数", "员工数"),
    "department": ("主管部门", "监管部门", "责任部门", "行业主管部门", "监管责任部门"),
    "opened_on": ("成立日期", "成立时间", "注册日期", "开业日期", "开业时间", "注册时间", "登记日期"),
    "park": ("所属园区", "园区", "所在园区", "出租方", "所属工业园"),
}  # fmt: skip

# the heading that the export writes for each field, in its order
EXPORTED = {field: names[0] for field, names in FIELDS.items()}
LOOKED_AT = 15
_DATUMS = (
    (BD09, ("bd09", "bd-09", "百度")),
    (GCJ02, ("gcj02", "gcj-02", "gcj", "火星", "高德", "腾讯")),
    ("EPSG:4326", ("wgs84", "wgs-84", "gps")),
    ("EPSG:4490", ("cgcs2000", "2000", "天地图")),
)
_ASIDE = re.compile(r"[（(【\[].*?[)）】\]]")
_NOISE = re.compile(r"[\s*＊：:，,、/_\-.。()（）【】\[\]]+")


def plain(text: str) -> str:
    """A heading without spaces, marks and widths."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text)).lower()


_KNOWN = {plain(name): field for field, names in FIELDS.items() for name in (*names, field)}
# one that stands alone over several columns says nothing of each
_DATUM_WORDS = re.compile("百度|高德|腾讯|火星|gps|wgs84|cgcs2000|gcj02|bd09|天地图|坐标")


@dataclass(frozen=True)
class Headings:
    first: int
    last: int
    """indexes of the rows of headings"""
    columns: dict[str, int]
    """field → index of its column"""
    labels: list[str]
    """of every column, as it stands in the file"""
    datum: str | None
    """coordinate system that the heading of the position names"""

    @property
    def ignored(self) -> list[str]:
        used = set(self.columns.values())
        return [label for n, label in enumerate(self.labels) if label and n not in used]


def find_headings(rows: Sequence[Sequence[Cell]]) -> Headings | None:
    """The headings that name most fields, a name of the unit among them; None if no row among the first looks like it."""
    tried = [h for n in range(min(LOOKED_AT, len(rows))) for h in (_single(rows, n), _double(rows, n)) if h]
    fitting = [h for h in tried if "name" in h.columns and len(h.columns) >= 3]
    return max(fitting, key=lambda h: (len(h.columns), -h.last, -h.first), default=None)


def _single(rows: Sequence[Sequence[Cell]], n: int) -> Headings:
    texts = [_text(cell) for cell in rows[n]]
    return _headings(n, n, texts, [(text,) for text in texts])


def _double(rows: Sequence[Sequence[Cell]], n: int) -> Headings | None:
    if n + 1 >= len(rows):
        return None
    upper, lower = _spread([_text(c) for c in rows[n]], rows[n + 1]), [_text(c) for c in rows[n + 1]]
    width = max(len(upper), len(lower))
    upper, lower = upper + [""] * (width - len(upper)), lower + [""] * (width - len(lower))
    pairs = list(zip(upper, lower, strict=True))
    labels = [above if below in ("", above) else f"{above}{below}" for above, below in pairs]
    names = [(label,) if below in ("", above) else (label, below) for label, (above, below) in zip(labels, pairs, strict=True)]
    return _headings(n, n + 1, labels, names)


def _spread(upper: list[str], lower: Sequence[Cell]) -> list[str]:
    """In CSV a merged cell is its text and then blanks: they belong to it where the row below says something."""
    spread: list[str] = []
    for n, text in enumerate(upper):
        below = _text(lower[n]) if n < len(lower) else ""
        spread.append(text if text or not below or not spread else spread[-1])
    return spread


def _headings(first: int, last: int, labels: list[str], names: Sequence[tuple[str, ...]]) -> Headings:
    columns: dict[str, int] = {}
    for n, candidates in enumerate(names):
        field = next((f for f in map(_field_of, candidates) if f), None)
        if field and field not in columns:
            columns[field] = n
    of_position = [labels[columns[f]] for f in ("lon", "lat") if f in columns]
    return Headings(first, last, columns, labels, next((d for d in map(_datum_in, of_position) if d), None))


def _field_of(label: str) -> str | None:
    shortened = _ASIDE.sub("", unicodedata.normalize("NFKC", label))
    tried = (plain(label), plain(shortened), _DATUM_WORDS.sub("", plain(shortened)))
    return next((_KNOWN[name] for name in tried if name in _KNOWN), None)


def _datum_in(label: str) -> str | None:
    text = unicodedata.normalize("NFKC", label).lower()
    return next((datum for datum, words in _DATUMS if any(word in text for word in words)), None)


def _text(cell: Cell) -> str:
    return " ".join(str(cell).split()) if cell is not None else ""
