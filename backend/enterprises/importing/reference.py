"""What a file is held against: the villages, grids, departments and tags of the town, and who is on the register."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from uuid import UUID

from backend.accounts.models import Department
from backend.enterprises.models import Enterprise, Kind, Risk, Standing
from backend.enterprises.queries import with_staff
from backend.enterprises.sectors import ALSO, SECTORS
from backend.enterprises.tags import tags_known_in
from backend.territory.models import Division, Grid, Level

Names = dict[str, list[str]]
# a village is called 石桥, 石桥村 or 石桥村委会; longest first, as 社区居委会 ends in 居委会 too
_ENDINGS = re.compile("(社区居民委员会|社区居委会|居民委员会|村民委员会|居委会|村委会|社区|居|村)$")
_NAME_NOISE = re.compile(r"[\s()（）·.,，、\-]+")


def name_key(name: str) -> str:
    """Under which two spellings of a unit's name are the same: widths, brackets and spaces do not count."""
    return _NAME_NOISE.sub("", unicodedata.normalize("NFKC", name)).lower()


@dataclass
class Reference:
    town: str
    villages: Names
    village_names: dict[str, str]
    grids: dict[str, UUID]
    departments: Names
    sectors: Names
    tags: Names
    kinds: Names
    risks: Names
    by_uscc: dict[str, Enterprise] = field(default_factory=dict)
    by_name: dict[tuple[str, str], list[Enterprise]] = field(default_factory=dict)
    parks: set[str] = field(default_factory=set)

    def village_of(self, text: str) -> list[str]:
        """Codes of the villages that `text` can mean."""
        exact = self.villages.get(name_key(text))
        return exact or self.villages.get(_village_key(text, self.village_names.get(f"{self.town}000", "")), [])


def reference_for(town: str) -> Reference:
    nodes = dict(Division.objects.filter(code__startswith=town).values_list("code", "name"))
    villages = Division.objects.filter(code__startswith=town, level=Level.VILLAGE)
    departments = Department.objects.filter(division=town)
    known = Reference(
        town=town, villages=_villages(villages), village_names=nodes,
        grids=dict(Grid.objects.filter(code__startswith=town, valid_to=None).values_list("code", "uid")),
        departments=_names((d.pk, (d.name, d.short, d.code)) for d in departments),
        sectors=_names((c, (c, str(int(c)), names[0], *ALSO.get(c, ()))) for c, names in SECTORS.items()),
        tags=_names((t.key, (t.key, t.zh, *t.also)) for t in tags_known_in(town)),
        kinds=_names((kind.value, (kind.value, *_KINDS[kind])) for kind in Kind),
        risks=_names((risk.value, (risk.value, *_RISKS[risk])) for risk in Risk),
    )  # fmt: skip
    remember_registered(known)
    return known


def remember_registered(known: Reference) -> None:
    """Who is on the register now. Codes are unique over all towns, names within a village."""
    listed = Enterprise.objects.exclude(standing=Standing.STRUCK)
    of_town = list(with_staff(listed.filter(village__code__startswith=known.town)))
    by_name = defaultdict(list)
    for unit in of_town:
        by_name[name_key(unit.name), unit.village_id].append(unit)
    known.by_name = dict(by_name)
    elsewhere = listed.exclude(uscc="").exclude(village__code__startswith=known.town)
    known.by_uscc = {unit.uscc: unit for unit in (*elsewhere, *of_town) if unit.uscc}
    known.parks = {name_key(unit.name) for unit in of_town if unit.park_id is None}


def nearest(text: str, names: Iterable[str]) -> str:
    """“，是不是××？”, or nothing."""
    found = get_close_matches(text, list(names), n=1, cutoff=0.5)
    return f"，是不是“{found[0]}”？" if found else ""


_KINDS: dict[Kind, tuple[str, ...]] = {
    Kind.ENTERPRISE: ("企业", "公司", "有限责任公司", "有限公司", "生产经营单位"),
    Kind.INDIVIDUAL: ("个体工商户", "个体", "个体户"),
    Kind.INSTITUTION: ("经营性事业单位", "事业单位", "事业"),
    Kind.VENUE: ("场所", "经营场所", "公共场所"),
    Kind.PROJECT: ("工程项目", "项目", "工程", "工地"),
    Kind.VESSEL: ("船舶", "船", "渔船"),
}
_RISKS: dict[Risk, tuple[str, ...]] = {
    Risk.RED: ("红", "红色", "重大", "重大风险", "红（重大）", "一级", "A"),
    Risk.ORANGE: ("橙", "橙色", "较大", "较大风险", "橙（较大）", "二级", "B"),
    Risk.YELLOW: ("黄", "黄色", "一般", "一般风险", "黄（一般）", "三级", "C"),
    Risk.BLUE: ("蓝", "蓝色", "低", "低风险", "蓝（低）", "四级", "D"),
}


def _names(rows: Iterable[tuple[object, Iterable[str]]]) -> Names:
    found: Names = {}
    for value, names in rows:
        for name in names:
            if str(value) not in found.setdefault(name_key(name), []):
                found[name_key(name)].append(str(value))
    return found


def _villages(villages: Iterable[Division]) -> Names:
    """By code, by name, and by the name without what kind of village it is."""
    return _names((v.code, {v.code, v.name, _village_key(v.name, "")}) for v in villages)


def _village_key(text: str, town_name: str) -> str:
    key = name_key(text).removeprefix(name_key(town_name)) if town_name else name_key(text)
    return _ENDINGS.sub("", key) or key
