"""The 23 sectors of the plan, in its order, and 99 for new and other ones. 07, 17 and 18 cut across the rest."""

SECTORS: dict[str, tuple[str, str]] = {
    "01": ("非煤矿山", "Non-coal mines"),
    "02": ("危险化学品", "Hazardous chemicals"),
    "03": ("道路交通", "Road traffic"),
    "04": ("交通运输", "Transport enterprises"),
    "05": ("水上交通", "Water traffic"),
    "06": ("建筑施工", "Construction"),
    "07": ("消防", "Fire safety"),
    "08": ("烟花爆竹", "Fireworks"),
    "09": ("燃气", "Gas"),
    "10": ("渔业船舶", "Fishing vessels"),
    "11": ("工贸", "Industry and trade"),
    "12": ("校园安全", "Campus safety"),
    "13": ("医疗机构", "Medical institutions"),
    "14": ("养老福利机构", "Elderly care"),
    "15": ("文体旅游", "Culture, sports, tourism"),
    "16": ("水利工程", "Water works"),
    "17": ("特种设备", "Special equipment"),
    "18": ("有限空间", "Confined space"),
    "19": ("农机设备", "Farm machinery"),
    "20": ("电力设施", "Power facilities"),
    "21": ("集贸市场", "Markets"),
    "22": ("再生资源回收", "Recycling"),
    "23": ("危废与环保设施", "Hazardous waste and environmental facilities"),
    "99": ("其他与新业态", "Other and new trades"),
}

HIGH_RISK_TAGS = frozenset(
    {"mine", "hazchem", "fireworks", "transport", "construction", "explosives", "smelting", "fishery"}
)
TAGS = HIGH_RISK_TAGS | {"small_venue"}
