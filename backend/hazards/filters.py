"""The ledger as it is asked for: filters of the list, of its counts and of what is exported."""

from datetime import date, timedelta

from django.db.models import Q, QuerySet
from rest_framework.request import Request

from backend.foundation import clock
from backend.foundation.pagination import narrowed
from backend.foundation.problems import UNREADABLE
from backend.hazards import queries
from backend.hazards.models import Hazard, Source
from backend.hazards.states import HazardState

WORDS = ("level", "sector", "cause")
IDS = {"grid": "grid", "task": "task", "department": "department", "enterprise": "enterprise", "found_by": "found_by"}
FLAGS = {
    "open": queries.open_hazards,
    "overdue": queries.overdue_hazards,
    "awaiting_receipt": queries.awaiting_receipt,
    "unreported": queries.unreported_majors,
    "waiting_for_decision": queries.waiting_for_decision,
}
# what the OpenAPI schema says of them; `from` and `until` are days of finding in the town, both inclusive
DOCUMENTED: dict[str, type] = (
    dict.fromkeys(("state", "source", *WORDS, *IDS, "from", "until", "text"), str) | dict.fromkeys(FLAGS, bool)
)  # fmt: skip


def filtered(rows: QuerySet[Hazard], request: Request, *, to_enterprise: bool) -> QuerySet[Hazard]:
    """Raises unreadable and names the field. `state`: one or several, with commas. `text`: in the number, the description,
    the part, or the name of the enterprise. `to_enterprise`: as in views.hazard_view."""
    asked = request.query_params
    rows = narrowed(rows, request, words=WORDS, ids=IDS)
    if asked.get("state"):
        rows = rows.filter(state__in=_states(asked["state"]))
    if asked.get("source"):
        rows = rows.filter(source__in=_sources(asked["source"], to_enterprise))
    for name, only in FLAGS.items():
        if asked.get(name) and asked[name] != "false":
            rows = only(rows)
    if asked.get("from"):
        rows = rows.filter(found_at__gte=clock.start_of(_day(asked["from"], "from")))
    if asked.get("until"):
        rows = rows.filter(found_at__lt=clock.start_of(_day(asked["until"], "until") + timedelta(days=1)))
    return rows.filter(_holding(asked["text"].strip())) if asked.get("text", "").strip() else rows


def _states(text: str) -> list[str]:
    states = text.split(",")
    if strange := [state for state in states if state not in HazardState.values]:
        raise UNREADABLE.because(f"没有这种状态：{strange[0][:40]}", field="state")
    return states


def _sources(source: str, to_enterprise: bool) -> set[str]:
    """Asking must not tell an enterprise's people what reading does not: a tip is a department's finding for them."""
    if not to_enterprise:
        return {source}
    return {Source.DEPARTMENT, Source.TIP} if source == Source.DEPARTMENT else {source} - {Source.TIP}


def _day(text: str, field: str) -> date:
    """Within the years that a moment may have: the day after the last one of the calendar does not exist."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise UNREADABLE.because(f"{field} 应为日期，如 2026-11-24", field=field) from error
    if not 1900 <= day.year <= 2200:
        raise UNREADABLE.because(f"{field} 超出范围", field=field)
    return day


def _holding(text: str) -> Q:
    if "\x00" in text:
        raise UNREADABLE.because("text 含有不能识别的字符", field="text")
    words = ("number", "description", "part", "enterprise__name")
    found = Q()
    for column in words:
        found |= Q(**{f"{column}__icontains": text})
    return found
