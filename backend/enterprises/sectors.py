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

# what files call them; the full names above are known without being listed here
ALSO: dict[str, tuple[str, ...]] = {
    "01": ("矿山", "采石场"), "02": ("危化品", "危化", "化工", "化工医药"), "03": ("道路",), "04": ("运输", "运输企业"),
    "05": ("水上", "船舶"), "06": ("建筑", "建筑工程", "隧道施工"), "07": ("消防安全",), "08": ("烟花", "爆竹"),
    "09": ("燃气安全", "液化气"), "10": ("渔船", "渔业"), "11": ("工贸行业", "工业", "工矿商贸", "制造业"),
    "12": ("校园", "学校", "教育", "校外培训机构"), "13": ("医疗", "医疗卫生", "医院"), "14": ("养老", "养老机构", "福利机构"),
    "15": ("文旅", "旅游", "文化旅游", "体育"), "16": ("水利",), "17": ("特种设备安全",), "18": ("密闭空间", "受限空间"),
    "19": ("农机", "农业机械"), "20": ("电力", "充电设施", "储能"), "21": ("市场", "农贸市场"), "22": ("再生资源", "废品回收"),
    "23": ("危废", "环保设施", "危险废物"), "99": ("其他", "新业态", "其他行业"),
}  # fmt: skip
