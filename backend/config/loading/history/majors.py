"""Major hazards of plants and larger places: the checklist of small venues does not reach them, offices report them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from backend.config.loading.history.agenda import Agenda
from backend.config.loading.history.hours import Hours
from backend.config.loading.history.offices import Offices
from backend.config.loading.history.pictures import photo_of
from backend.config.loading.history.rectifying import Course, Rectifying
from backend.enterprises.models import Enterprise
from backend.foundation import clock
from backend.hazards.models import Source
from backend.hazards.services import Finding, report
from backend.hazards.states import Level
from backend.standards.queries import clauses_in_force


@dataclass(frozen=True)
class Major:
    sector: str
    days_ago: int
    source: Source
    clause: str | None
    """family of the standard / key; None where no shipped standard says it, so that it waits to be judged"""
    description: str
    measures: str
    funds: str
    days_given: int
    ends: Literal["closed", "overdue", "in_time"] = "closed"


MAJORS = (
    Major("08", 55, Source.DEPARTMENT, "gb35181/mixed_use", "零售点与住宅在同一建筑内，二层住有 3 人，现场库存超过许可数量",
          "住宿人员全部搬离，超量产品退回批发企业，封闭通往二层的楼梯", "自筹 0.3 万元", 7),
    Major("02", 50, Source.SELF_CHECK, "gb35181/mixed_use", "稀释剂存放间与员工休息室同在一栋，只隔一道轻质墙",
          "稀释剂移入专用仓库，休息室迁至办公楼，原房间停用", "自筹 4.5 万元", 15),
    Major("21", 45, Source.LEADER, "gb35181/exits", "市场东侧两个安全出口被固定档口封堵，营业时实际只有一个出口可用",
          "拆除封堵出口的档口，恢复三个安全出口并设标识", "自筹 6 万元", 15),
    Major("22", 41, Source.DEPARTMENT, "gb35181/mixed_use", "分拣车间二层住 7 人，楼下堆放废油桶和废稀料，没有防火分隔",
          "住宿人员搬离，废油桶和废稀料交有资质单位处置，拆除二层床铺和隔间", "自筹 8 万元", 20, "overdue"),
    Major("09", 36, Source.SELF_CHECK, "gb35181/mixed_use", "供应站值班室夜间住人，与瓶库在同一建筑内，门窗相距不足 3 米",
          "值班室迁出瓶库所在建筑，夜间值班改用视频监控和报警", "自筹 2.8 万元", 10),
    Major("14", 30, Source.LEADER, "gb35181/sandwich_panel", "三层露台用聚苯乙烯夹芯彩钢板加建 4 间居室，已住入 6 名老人",
          "老人当日转至一、二层，拆除彩钢板加建部分", "自筹 5 万元", 10),
    Major("12", 24, Source.EXPERT, "gb35181/storage", "食堂储藏间存放 6 瓶 15 公斤液化气和两桶稀释剂，与学生活动室仅一墙之隔",
          "气瓶和稀释剂当天清出，食堂改用管道或电灶，储藏间封闭", "财政 3 万元", 10),
    Major("11", 18, Source.SELF_CHECK, "gb35181/mixed_use", "柴油和稀料存放间设在员工宿舍楼一层，与居住部分没有防火分隔",
          "油料移至厂区专用储存间，原房间清空封门", "自筹 1.6 万元", 10),
    Major("15", 9, Source.DEPARTMENT, "gb35181/storage", "营地服务用房内存放 10 瓶 15 公斤液化气，与客房木屋相邻不足 4 米",
          "气瓶移至独立瓶组间，加装报警和切断装置，木屋间距按规定调整", "自筹 12 万元", 30, "in_time"),
    Major("01", 2, Source.DEPARTMENT, None, "采场东侧工作面没有自上而下分台阶开采，坡面高约 18 米，局部有浮石", "", "", 0),
)  # fmt: skip


class MajorFindings:
    def __init__(self, town: str, agenda: Agenda, hours: Hours, offices: Offices, rectifying: Rectifying) -> None:
        self._agenda, self._hours, self._offices, self._rectifying = agenda, hours, offices, rectifying
        rows = Enterprise.objects.filter(village__code__startswith=town).select_related("grid", "department")
        self._places = [place for place in rows.order_by("pk") if "small_venue" not in place.tags]

    def plan(self) -> None:
        for major in MAJORS:
            if place := self._place_of(major):
                day = self._hours.roll(self._hours.today - timedelta(days=major.days_ago))
                self._agenda.put(self._hours.some_moment(day), partial(self._find, major, place))

    def _place_of(self, major: Major) -> Enterprise | None:
        """A place counted under the sector, for a self-check one whose principal has an account; the longest name first,
        since screens must stand it."""
        fitting = [place for place in self._places if place.sector == major.sector]
        if major.source == Source.SELF_CHECK:
            fitting = [place for place in fitting if self._offices.principal_of(place)] or fitting
        return max(fitting, key=lambda place: len(place.name), default=None)

    def _find(self, major: Major, place: Enterprise) -> None:
        """Seen now; written down when the visit is over."""
        found_at = clock.now()
        self._agenda.put(found_at + timedelta(minutes=40), partial(self._report, major, place, found_at))

    def _report(self, major: Major, place: Enterprise, found_at: datetime) -> None:
        source, finder = self._offices.finder(major.source, place)
        clause = clauses_in_force(clock.day_of(found_at)).get(major.clause) if major.clause else None
        finding = Finding(
            enterprise=place, description=major.description, source=source, found_at=found_at, clause=clause,
            photos=(photo_of(f"major {major.sector}", 0),),
        )  # fmt: skip
        hazard = report(finding, acting_user=finder)
        if clause:
            course = Course(Level.MAJOR, clause, major.measures, major.funds, major.days_given, major.ends)
            self._rectifying.follow(hazard, course)
