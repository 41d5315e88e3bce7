"""How papers write moments, days and places."""

from datetime import date, datetime
from typing import Any

from backend.enterprises.models import Enterprise
from backend.enterprises.sectors import SECTORS
from backend.enterprises.tags import tags_of_plan
from backend.foundation import clock
from backend.hazards.models import Cause, Hazard, Source, Stage
from backend.hazards.states import Level, PetitionState
from backend.hazards.views import DocumentView, HazardView, PetitionView
from backend.standards.views import CitedClause

TAGS = {tag.key: tag.zh for tag in tags_of_plan()}


def moment(at: datetime | None) -> str:
    if at is None:
        return ""
    here = at.astimezone(clock.ZONE)
    return f"{day(here.date())}{here:%H:%M}"


def day(on: date | None) -> str:
    return f"{on.year}年{on.month}月{on.day}日" if on else ""


def day_of(at: datetime | None) -> str:
    return day(clock.day_of(at)) if at else ""


def sector(code: str) -> str:
    return SECTORS[code][0] if code in SECTORS else code


def level(hazard: Hazard) -> str:
    return f"{Level(hazard.level).label}隐患" if hazard.level else "待判定"


def basis(cited: CitedClause | None) -> str:
    """Standard, its number and the clause; nothing while nobody has cited one. `cited`: as the hazard's view tells it."""
    if cited is None:
        return ""
    number = cited.number or ""
    told = f"第{number}条" if number.isdigit() else number
    return f"《{cited.title}》（{cited.standard}）{told}：{cited.text}"


def cause(shown: HazardView) -> str:
    return Cause(shown.cause).label if shown.cause else ""


def source(shown: HazardView) -> str:
    """As the view names it, with the paper by which it was handed down."""
    return Source(shown.source).label + (f"（{document(shown.document)}）" if shown.document else "")


def document(paper: DocumentView | None) -> str:
    return f"{paper.issuer} {paper.number}，{day(paper.dated)}" if paper else ""


def stage(key: str) -> str:
    return Stage(key).label


def reported_up(shown: HazardView) -> str:
    """The report to the department and its receipt."""
    told = shown.department_report
    if told is None:
        return ""
    to = f"向{told.department.name}报告" if told.department else "报告"
    sent = f"{moment(told.reported_at)}{told.reported_by.name}{to}"
    if told.received_by is None:
        return f"{sent}，尚无回执"
    note = f"（{told.receipt_note}）" if told.receipt_note else ""
    return f"{sent}，{moment(told.received_at)}{told.received_by.name}签收{note}"


def petition(asked: PetitionView) -> str:
    """An extension or a cancellation: who asked why, who decided what and why."""
    what = f"申请延期至{moment(asked.deadline)}" if asked.deadline else "申请撤销"
    told = f"{moment(asked.asked_at)}{asked.asked_by.name}{what}：{asked.reason}"
    if asked.decided_by is None:
        return f"{told}；{PetitionState(asked.state).label}"
    why = f"：{asked.why}" if asked.why else ""
    return f"{told}；{moment(asked.decided_at)}{asked.decided_by.name}{PetitionState(asked.state).label.removeprefix('已')}{why}"


def place(enterprise: Enterprise) -> dict[str, Any]:
    """Needs grid and department at hand."""
    return {
        "enterprise": enterprise.name, "uscc": enterprise.uscc, "address": enterprise.address, "principal": enterprise.principal,
        "principal_phone": enterprise.principal_phone, "sector": "、".join(map(sector, enterprise.sectors)),
        "grid": f"{enterprise.grid.name}（{enterprise.grid.code}）",
        "department": enterprise.department.name if enterprise.department else "",
    }  # fmt: skip
