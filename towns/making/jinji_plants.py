"""The thirty larger supervised objects of the demo town. Every name is invented."""

from typing import NamedTuple


class Plant(NamedTuple):
    """``place``: street (of the market town), road, hamlet or remote. ``category`` opens the credit code."""

    name: str
    kind: str
    category: str
    sectors: tuple[str, ...]
    tags: tuple[str, ...]
    village: str
    place: str
    department: str
    workers: int
    risk: str


MARKET = "金鸡墟社区居委会"
TRANSPORT, BUILD, HAZCHEM = ("transport",), ("construction",), ("hazchem",)

# fmt: off
PLANTS = [
    Plant("开平市砺峣建筑石料有限公司石迳采石场", "enterprise", "91", ("01", "11", "17"), ("mine",),
          "石迳村委会", "remote", "zr", 46, "red"),
    Plant("开平市垣砌新型墙体材料有限公司", "enterprise", "91", ("11", "18", "23"), (),
          "高镇村委会", "road", "yj", 82, "orange"),
    Plant("开平市塬筑混凝土制品有限公司", "enterprise", "91", ("11", "17", "18"), (),
          "红光村委会", "road", "yj", 54, "yellow"),
    Plant("开平市铧岑五金制品有限公司", "enterprise", "91", ("11", "07", "23"), (),
          "金鸡村委会", "road", "yj", 67, "orange"),
    Plant("开平市禾芃饲料有限公司", "enterprise", "91", ("11", "18"), (),
          "大同村委会", "road", "yj", 38, "orange"),
    Plant("开平市味蔼食品有限公司金鸡腊味加工厂", "enterprise", "91", ("11", "17", "07"), (),
          "五联村委会", "road", "sj", 41, "orange"),
    Plant("开平市恒盛再生资源回收有限公司", "enterprise", "91", ("22", "07"), (),
          "高镇村委会", "road", "jj", 19, "yellow"),
    Plant("开平市金鸡镇恒盛再生资源回收有限公司第二分拣中心", "enterprise", "91", ("22", "07", "11"), (),
          "红光村委会", "road", "jj", 26, "orange"),
    Plant("开平市焱宓燃气有限公司金鸡瓶装液化石油气供应站", "enterprise", "91", ("09", "02", "17"), HAZCHEM,
          MARKET, "edge", "gj", 8, "red"),
    Plant("开平市驿畅加油站", "enterprise", "91", ("02", "07"), HAZCHEM, "游东村委会", "road", "yj", 11, "orange"),
    Plant("开平市穗谷家禽屠宰有限公司", "enterprise", "91", ("11", "17", "18", "23"), (),
          "锦湖村委会", "hamlet", "ny", 93, "orange"),
    Plant("开平市绛釉涂料有限公司", "enterprise", "91", ("02", "11", "23"), HAZCHEM,
          "五联村委会", "road", "yj", 35, "red"),
    Plant("开平市樟序木业家具有限公司", "enterprise", "91", ("11", "07"), (), "金鸡村委会", "road", "yj", 58, "orange"),
    Plant("开平市铄钧再生铝熔铸有限公司", "enterprise", "91", ("11", "17", "23"), ("smelting",),
          "五联村委会", "road", "yj", 44, "orange"),
    Plant("开平市廪泽仓储服务有限公司", "enterprise", "91", ("07", "04"), (), "大同村委会", "road", "jj", 16, "yellow"),
    Plant("开平市驰陌货物运输有限公司", "enterprise", "91", ("04", "03"), TRANSPORT,
          "游东村委会", "road", "gj", 33, "yellow"),
    Plant("金鸡镇喜焰烟花爆竹零售点", "individual", "92", ("08", "07"), ("fireworks",),
          "向北村委会", "hamlet", "yj", 2, "yellow"),
    Plant("金鸡镇钢弧铁艺焊接加工店", "individual", "92", ("11", "07"), (), MARKET, "street", "yj", 4, "yellow"),
    Plant("金鸡镇轮骥汽车钣金维修厂", "individual", "92", ("07", "03", "17"), (), MARKET, "edge", "jj", 9, "yellow"),
    Plant("开平市金鸡镇育蕖学校", "institution", "12", ("12", "07"), (), MARKET, "edge", "gf", 74, "yellow"),
    Plant("开平市金鸡镇杏圃门诊部", "institution", "12", ("13", "07", "17"), (), MARKET, "street", "gf", 31, "yellow"),
    Plant("开平市金鸡镇颐棠养老服务中心", "institution", "52", ("14", "07"), (),
          "向北村委会", "hamlet", "gf", 22, "orange"),
    Plant("110千伏凤岑变电站", "institution", "91", ("20", "07"), (), "石湾村委会", "remote", "gd", 6, "yellow"),
    Plant("开平市电澜新能源汽车充电服务有限公司金鸡充电站", "enterprise", "91", ("20",), (),
          MARKET, "edge", "gd", 5, "yellow"),
    Plant("金鸡镇龙汜水库除险加固工程", "project", "91", ("16", "06"), BUILD,
          "石迳村委会", "remote", "sl", 37, "orange"),
    Plant("金鸡镇乡道Y417线危桥改造及配套涵洞工程", "project", "91", ("06", "03"), BUILD,
          "联庆村委会", "hamlet", "gj", 28, "yellow"),
    Plant("金鸡镇稻浦农机专业合作社", "enterprise", "93", ("19",), (), "联庆村委会", "hamlet", "ny", 14, "yellow"),
    Plant("金鸡镇墟岸综合农贸市场", "venue", "91", ("21", "07", "09"), (), MARKET, "street", "sj", 63, "orange"),
    Plant("开平市竹隐营地休闲旅游有限公司", "enterprise", "91", ("15", "07"), (),
          "石湾村委会", "remote", "gf", 17, "yellow"),
    Plant("金鸡镇蚬冈河巡查自用船01号", "vessel", "93", ("05", "10"), (), "锦湖村委会", "hamlet", "ny", 2, "blue"),
]
# fmt: on

# Larger objects whose principal and safety officer have accounts of their own.
WITH_ACCOUNTS = [
    "开平市绛釉涂料有限公司",
    "开平市垣砌新型墙体材料有限公司",
    "开平市焱宓燃气有限公司金鸡瓶装液化石油气供应站",
    "开平市穗谷家禽屠宰有限公司",
    "开平市金鸡镇恒盛再生资源回收有限公司第二分拣中心",
]
