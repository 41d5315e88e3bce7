"""The columns of the hazard ledger in their order. A column without `of` is not in the data: it stays blank, to be written by
hand."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backend.foundation import clock
from backend.hazards.models import PetitionKind, Source, Stage
from backend.hazards.states import HazardState, PetitionState, is_overdue
from backend.hazards.views import DepartmentReportView, RecheckView
from backend.papers.facts import words
from backend.papers.facts.recheck import conclusion, reported_done
from backend.papers.ledger.reading import Shown
from backend.standards.models import Method


@dataclass(frozen=True)
class Column:
    group: str
    name: str
    width: float
    of: Callable[[Shown], Any] | None = None


def overdue_days(row: Shown) -> int | None:
    """Whole days over the deadline, at least 1; None while it is not overdue."""
    due = row.view.due
    if due is None or not is_overdue(row.view.state, due, row.now):
        return None
    return max((clock.day_of(row.now) - clock.day_of(due)).days, 1)


def _elements(*names: str) -> Callable[[Shown], str]:
    def read(row: Shown) -> str:
        given = row.view.rectification
        return " ".join(filter(None, (getattr(given, name) for name in names))) if given else ""

    return read


def _tags(row: Shown) -> str:
    return "、".join(words.TAGS.get(tag, tag) for tag in row.hazard.enterprise.tags)


def _spot(row: Shown) -> str:
    """Where it was seen, else where the place is."""
    place = row.view.position or row.hazard.enterprise
    return f"{row.hazard.enterprise.address}（{place.lon:.6f}，{place.lat:.6f}）"


def _method(row: Shown) -> str:
    cited = row.hazard.cited
    return Method(cited["method"]).label if cited else ""


def _photos(*stages: Stage) -> Callable[[Shown], str]:
    def read(row: Shown) -> str:
        photos = [photo for photo in row.view.photos if photo.stage in stages]
        missing = sum(not photo.stored for photo in photos)
        return f"{len(photos)} 张" + (f"（{missing} 张未到）" if missing else "") if photos else ""

    return read


def _recheck(read: Callable[[RecheckView], Any]) -> Callable[[Shown], Any]:
    return lambda row: read(row.view.recheck) if row.view.recheck else ""


def _report(read: Callable[[DepartmentReportView], Any]) -> Callable[[Shown], Any]:
    return lambda row: read(row.view.department_report) if row.view.department_report else ""


def _received(told: DepartmentReportView) -> str:
    to = told.department.name if told.department else ""
    by = f"{words.moment(told.received_at)}{told.received_by.name}签收" if told.received_by else "尚无回执"
    return f"{to}（{by}）"


def _approver(row: Shown) -> str:
    """Who agreed that the row be cancelled; for closing there is nobody beside who re-checked."""
    granted = [one for one in row.petitions(PetitionKind.CANCELLATION) if one.state == PetitionState.GRANTED]
    return "、".join(one.decided_by.name for one in granted if one.decided_by)


def _extensions(row: Shown) -> str:
    asked = row.petitions(PetitionKind.EXTENSION)
    granted = sum(one.state == PetitionState.GRANTED for one in asked)
    return f"{granted} 次；{'；'.join(words.petition(one) for one in asked)}" if asked else ""


def _remark(row: Shown) -> str:
    shown = row.view
    late = clock.day_of(shown.recorded_at) != clock.day_of(shown.found_at)
    told = [f"{words.day_of(shown.recorded_at)}补录"] * late + ["演示数据"] * shown.demo
    told += [f"并入 {row.hazard.merged_into.number}"] if row.hazard.merged_into else []
    told += [words.petition(one) for one in row.petitions(PetitionKind.CANCELLATION)]
    told += [f"报告整改完成：{reported_done(shown)}"] if shown.report else []
    told += [f"复查意见：{shown.recheck.opinion}"] if shown.recheck and shown.recheck.opinion else []
    return "；".join(told)


COLUMNS = (
    Column("隐患", "编号", 20, lambda row: row.view.number),
    Column("隐患", "上级库编号", 10),
    Column("单位", "单位名称", 20, lambda row: row.view.enterprise.name),
    Column("单位", "统一社会信用代码", 20, lambda row: row.hazard.enterprise.uscc),
    Column("单位", "行业领域", 10, lambda row: words.sector(row.view.sector)),
    Column("单位", "高危标签", 9, _tags),
    Column("单位", "所属村、网格", 16, lambda row: f"{row.hazard.grid.village.name} {row.hazard.grid.name}"),
    Column("单位", "地址与坐标", 24, _spot),
    Column("隐患", "等级", 7, lambda row: words.level(row.hazard).removesuffix("隐患")),
    Column("隐患", "隐患部位", 12, lambda row: row.view.part),
    Column("隐患", "隐患描述", 34, lambda row: row.view.description),
    Column("隐患", "成因类别", 10, lambda row: words.cause(row.view)),
    Column("判定", "判定依据（标准、版本、条款）", 34, lambda row: words.basis(row.view.clause)),
    Column("判定", "判定方式", 9, _method),
    Column("发现", "来源", 12, lambda row: words.source(row.view)),
    Column("发现", "发现时间", 17, lambda row: row.view.found_at),
    Column("发现", "发现人", 9, lambda row: row.view.found_by.name),
    Column("上报", "是否自查", 6, lambda row: "是" if row.view.source == Source.SELF_CHECK else "否"),
    Column("上报", "上报时间", 17, _report(lambda told: told.reported_at)),
    Column("上报", "接收部门", 16, _report(_received)),
    Column("上报", "是否立行立改", 7, lambda row: "是" if row.view.fixed_on_spot else "否"),
    Column("五落实", "责任人及电话", 13, _elements("responsible", "responsible_phone")),
    Column("五落实", "整改措施", 26, _elements("measures")),
    Column("五落实", "资金", 11, _elements("funds")),
    Column("五落实", "期限", 11, lambda row: row.view.due and clock.day_of(row.view.due)),
    Column("五落实", "应急预案", 18, _elements("emergency_plan")),
    Column("整改", "临时防控措施", 16, _elements("interim")),
    Column("整改", "整改前照片", 9, _photos(Stage.FOUND, Stage.BEFORE)),
    Column("整改", "整改后照片", 9, _photos(Stage.AFTER)),
    Column("整改", "状态", 9, lambda row: HazardState(row.view.state).label),
    Column("整改", "逾期天数", 6, overdue_days),
    Column("监管", "监管部门", 14, lambda row: row.view.department.name if row.view.department else ""),
    Column("监管", "监管责任人", 9),
    Column("监管", "包联领导", 9),
    Column("监管", "挂牌督办（级别、文号、日期、摘牌日期）", 14),
    Column("监管", "执法文书号", 18, lambda row: row.order),
    Column("监管", "处罚情况", 10),
    Column("复查与销号", "复查时间", 17, _recheck(lambda made: made.at)),
    Column("复查与销号", "复查结论", 9, _recheck(conclusion)),
    Column("复查与销号", "复查人", 9, _recheck(lambda made: made.signed_name or made.by.name)),
    Column("复查与销号", "销号日期", 11, lambda row: row.view.closed_at and clock.day_of(row.view.closed_at)),
    Column("复查与销号", "审批人", 8, _approver),
    Column("复查与销号", "延期次数与理由", 22, _extensions),
    Column("复查与销号", "备注", 22, _remark),
)
