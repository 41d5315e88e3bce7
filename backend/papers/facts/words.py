"""How papers write moments, days and places."""

from datetime import date, datetime
from typing import Any

from backend.enterprises.models import Enterprise
from backend.enterprises.sectors import SECTORS
from backend.enterprises.tags import tags_of_plan
from backend.foundation import clock
from backend.hazards.models import Hazard
from backend.hazards.states import Level

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


def basis(hazard: Hazard) -> str:
    """Standard, its number and the clause; nothing while nobody has cited one."""
    if hazard.clause is None:
        return ""
    clause, standard = hazard.clause, hazard.clause.standard
    number = f"第{clause.number}条" if clause.number.isdigit() else clause.number
    return f"《{standard.title}》（{standard.number}）{number}：{clause.text}"


def place(enterprise: Enterprise) -> dict[str, Any]:
    """Needs grid and department at hand."""
    return {
        "enterprise": enterprise.name, "uscc": enterprise.uscc, "address": enterprise.address, "principal": enterprise.principal,
        "principal_phone": enterprise.principal_phone, "sector": "、".join(map(sector, enterprise.sectors)),
        "grid": f"{enterprise.grid.name}（{enterprise.grid.code}）",
        "department": enterprise.department.name if enterprise.department else "",
    }  # fmt: skip
