"""The small venues (九小场所) and charging sheds of the demo town: how many, where, what they are called."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class VenueSort(NamedTuple):
    """``in_market`` of the ``number`` stand in the market town; ``risks`` = parts of orange, yellow, blue."""

    sort: str
    number: int
    in_market: int
    kind: str
    category: str
    sectors: tuple[str, ...]
    department: str
    workers: tuple[int, int]
    risks: tuple[float, float, float]
    calling: str
    forms: tuple[str, ...]


# fmt: off
SORTS = [
    VenueSort("小商店", 100, 34, "individual", "92", ("07",), "sj", (1, 4), (0.02, 0.28, 0.70), "trade",
              ("士多", "士多店", "便利店", "百货商店", "日用品商店", "农资经营部", "五金店", "粮油店", "文具店", "药店",
               "服装店", "家电经营部", "水果店", "建材店", "手机店", "种子店")),
    VenueSort("小餐饮", 58, 25, "individual", "92", ("07", "09"), "sj", (2, 9), (0.08, 0.62, 0.30), "cook",
              ("大排档", "茶餐厅", "烧腊店", "饭店", "农家菜馆", "肠粉店", "云吞面馆", "濑粉店", "甜品店", "凉茶铺",
               "早餐店", "狗仔粉店", "黄鳝饭店")),
    VenueSort("小旅馆", 10, 7, "individual", "92", ("07", "15"), "pc", (2, 6), (0.20, 0.70, 0.10), "trade",
              ("旅馆", "宾馆", "招待所", "民宿", "客栈")),
    VenueSort("小歌舞娱乐", 6, 5, "individual", "92", ("15", "07"), "gf", (4, 12), (0.40, 0.60, 0.0), "trade",
              ("卡拉OK歌舞厅", "歌舞娱乐城", "棋牌室", "音乐酒吧")),
    VenueSort("小网吧", 4, 4, "individual", "92", ("15", "07"), "gf", (2, 5), (0.25, 0.75, 0.0), "trade",
              ("网吧", "网咖", "电竞馆")),
    VenueSort("小美容洗浴", 24, 16, "individual", "92", ("07",), "gf", (1, 6), (0.04, 0.40, 0.56), "trade",
              ("美发店", "理发店", "美容店", "足浴店", "沐足阁", "养生馆")),
    VenueSort("小生产加工", 40, 6, "individual", "92", ("11", "07"), "yj", (3, 16), (0.12, 0.66, 0.22), "trade",
              ("铝合金门窗加工店", "木工坊", "豆制品作坊", "酿酒坊", "制衣作坊", "电焊加工店", "竹器加工场",
               "大米加工厂", "花生油榨油坊", "水泥砖预制场", "摩托车维修店", "石材加工场", "腐竹加工场", "农机修理店")),
    VenueSort("小学校", 14, 6, "institution", "52", ("12", "07"), "gf", (4, 18), (0.10, 0.70, 0.20), "child",
              ("幼儿园", "托管中心", "艺术培训中心", "午托班", "书法培训班")),
    VenueSort("小诊所", 18, 5, "individual", "92", ("13", "07"), "gf", (2, 6), (0.0, 0.40, 0.60), "heal",
              ("诊所", "中医诊所", "口腔诊所", "西医内科诊所")),
    VenueSort("电动自行车充电棚", 26, 8, "venue", "91", ("20", "07"), "xf", (1, 1), (0.10, 0.60, 0.30), "place",
              ("电动自行车充电棚",)),
]

HEADS = "旺福兴顺荣昌裕广永丰宏泰康瑞祥华明新嘉利德信诚益聚鸿庆吉"
TAILS = "发隆盛达来源兴丰顺和利安泰茂记昌华源通景乐宁佳"
COOKS = (
    "阿强", "阿珍", "肥仔", "细佬", "芳姐", "明叔", "九叔", "四婶", "谭记", "黎记", "司徒记", "关氏",
    "胜记", "祥记", "波记", "金姐", "老友", "塘边", "榕树头", "河边", "村口", "镇前", "满园",
    "稻香村头", "渔家", "好味", "一品", "喜来", "同福", "大树下", "石桥", "老灶", "柴火", "阿婆",
    "江边", "鸡煲", "侨乡", "碉楼", "北约", "南约",
)
CHILD = (
    "小燕子", "金摇篮", "春苗", "蓝天", "启慧", "童星", "向日葵", "乐童", "育英才", "小榕树", "晨曦",
    "彩虹桥", "新芽", "博雅", "小白鸽", "七色花",
)
HEAL = (
    "仁济堂", "康民", "杏春", "惠民", "百草", "安怡", "益寿", "同康", "德仁", "泰宁", "保和", "春晖",
    "和安", "济众", "永康", "爱牙", "善医", "本草",
)
# fmt: on
# Names of real businesses seen in the news of the town must not come out of the draw.
REAL_BUSINESSES = ("恒海", "金源", "和美")


class CallingNames:
    """Draws a name for each venue; no two are equal and none is that of a business known to be real."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._used: set[str] = set()

    def draw(self, sort: VenueSort, form: str, village_short: str, spot: str) -> str:
        """``spot`` is the street or hamlet; charging sheds are called after it."""
        if sort.calling == "place":
            return self._numbered(f"{village_short}{spot}{form}")
        while True:
            name = self._prefix(village_short) + self._calling(sort.calling) + form
            if name not in self._used and not any(real in name for real in REAL_BUSINESSES):
                self._used.add(name)
                return name

    def _numbered(self, base: str) -> str:
        number = 1
        while (name := f"{base}{number}号") in self._used:
            number += 1
        self._used.add(name)
        return name

    def _prefix(self, village_short: str) -> str:
        options: Sequence[str] = ("开平市金鸡镇", "金鸡镇", "", f"金鸡镇{village_short}", village_short)
        return str(self._rng.choice(options, p=[0.30, 0.28, 0.16, 0.14, 0.12]))

    def _calling(self, calling: str) -> str:
        words = {"cook": COOKS, "child": CHILD, "heal": HEAL}.get(calling)
        if words:
            return str(self._rng.choice(words))
        head, tail = str(self._rng.choice(list(HEADS))), str(self._rng.choice(list(TAILS)))
        return head + (tail if tail != head else "记")
