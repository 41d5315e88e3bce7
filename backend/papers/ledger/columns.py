"""The columns of the hazard ledger in their order. A column without `of` is not in the data: it stays blank, to be written by
hand."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backend.foundation import clock
from backend.hazards.models import Hazard, Rectification, Source
from backend.hazards.states import HazardState, is_overdue
from backend.papers.facts import words
from backend.papers.facts.recheck import PASSED, conclusion
from backend.papers.ledger.reading import Known
from backend.standards.models import Method


@dataclass(frozen=True)
class Column:
    group: str
    name: str
    width: float
    of: Callable[[Hazard, Known], Any] | None = None


def overdue_days(hazard: Hazard, known: Known) -> int | None:
    """Whole days over the deadline, at least 1; None while it is not overdue."""
    if hazard.due is None or not is_overdue(hazard.state, hazard.due, known.now):
        return None
    return max((clock.day_of(known.now) - clock.day_of(hazard.due)).days, 1)


def _elements(name: str) -> Callable[[Hazard, Known], Any]:
    def read(hazard: Hazard, known: Known) -> Any:
        elements: Rectification | None = known.elements.get(hazard.pk)
        return getattr(elements, name) if elements else ""

    return read


def _tags(hazard: Hazard, _: Known) -> str:
    return "、".join(words.TAGS.get(tag, tag) for tag in hazard.enterprise.tags)


def _spot(hazard: Hazard, _: Known) -> str:
    place = hazard.enterprise
    return f"{place.address}（{place.lon:.6f}，{place.lat:.6f}）"


def _method(hazard: Hazard, _: Known) -> str:
    return Method(hazard.clause.method).label if hazard.clause else ""


def _photos(hazard: Hazard, _: Known) -> str:
    photos = hazard.photos.all()
    missing = sum(not photo.stored for photo in photos)
    return f"{len(photos)} 张" + (f"（{missing} 张未到）" if missing else "") if photos else ""


def _recheck_of(read: Callable[[Any, Known], Any]) -> Callable[[Hazard, Known], Any]:
    def column(hazard: Hazard, known: Known) -> Any:
        move = known.rechecks.get(hazard.pk)
        return read(move, known) if move else ""

    return column


def _remark(hazard: Hazard, known: Known) -> str:
    late = clock.day_of(hazard.recorded_at) != clock.day_of(hazard.found_at)
    told = [f"{words.day_of(hazard.recorded_at)}补录"] * late + ["演示数据"] * hazard.is_demo
    move = known.rechecks.get(hazard.pk)
    return "；".join(told + ([move.why] if move and move.why != PASSED else []))


COLUMNS = (
    Column("隐患", "编号", 20, lambda h, _: h.number),
    Column("隐患", "上级库编号", 10),
    Column("单位", "单位名称", 20, lambda h, _: h.enterprise.name),
    Column("单位", "统一社会信用代码", 20, lambda h, _: h.enterprise.uscc),
    Column("单位", "行业领域", 10, lambda h, _: words.sector(h.sector)),
    Column("单位", "高危标签", 9, _tags),
    Column("单位", "所属村、网格", 16, lambda h, _: f"{h.grid.village.name} {h.grid.name}"),
    Column("单位", "地址与坐标", 24, _spot),
    Column("隐患", "等级", 7, lambda h, _: words.level(h).removesuffix("隐患")),
    Column("隐患", "隐患部位", 10),
    Column("隐患", "隐患描述", 34, lambda h, _: h.description),
    Column("隐患", "成因类别", 9),
    Column("判定", "判定依据（标准、版本、条款）", 34, lambda h, _: words.basis(h)),
    Column("判定", "判定方式", 9, _method),
    Column("发现", "来源", 9, lambda h, _: Source(h.source).label),
    Column("发现", "发现时间", 17, lambda h, _: h.found_at),
    Column("发现", "发现人", 9, lambda h, _: h.found_by.name),
    Column("上报", "是否自查", 6, lambda h, _: "是" if h.source == Source.SELF_CHECK else "否"),
    Column("上报", "上报时间", 10),
    Column("上报", "接收部门", 10),
    Column("上报", "是否立行立改", 7),
    Column("五落实", "责任人及电话", 13, _elements("responsible")),
    Column("五落实", "整改措施", 26, _elements("measures")),
    Column("五落实", "资金", 11, _elements("funds")),
    Column("五落实", "期限", 11, lambda h, _: h.due and clock.day_of(h.due)),
    Column("五落实", "应急预案", 18, _elements("emergency_plan")),
    Column("整改", "临时防控措施", 12),
    Column("整改", "整改前照片", 9, _photos),
    Column("整改", "整改后照片", 9),
    Column("整改", "状态", 9, lambda h, _: HazardState(h.state).label),
    Column("整改", "逾期天数", 6, overdue_days),
    Column("监管", "监管部门", 14, lambda h, _: h.department.name if h.department else ""),
    Column("监管", "监管责任人", 9),
    Column("监管", "包联领导", 9),
    Column("监管", "挂牌督办（级别、文号、日期、摘牌日期）", 14),
    Column("监管", "执法文书号", 18, lambda h, known: known.orders.get(str(h.pk), "")),
    Column("监管", "处罚情况", 10),
    Column("复查与销号", "复查时间", 17, _recheck_of(lambda move, _: move.at)),
    Column("复查与销号", "复查结论", 8, _recheck_of(lambda move, _: conclusion(move))),
    Column("复查与销号", "复查人", 9, _recheck_of(lambda move, known: known.people.get(move.who, ""))),
    Column("复查与销号", "销号日期", 11, lambda h, _: h.closed_at and clock.day_of(h.closed_at)),
    Column("复查与销号", "审批人", 8),
    Column("复查与销号", "延期次数与理由", 12),
    Column("复查与销号", "备注", 16, _remark),
)
