"""What the law counts before an enterprise goes unpunished (三要素): found by itself, reported, being rectified in time.

Worked out from the ledger each time, with the evidence beside it. It decides nothing: an officer does.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from backend.accounts.models import User
from backend.accounts.views import PersonView, person_view
from backend.foundation import clock
from backend.foundation.shapes import View
from backend.hazards.models import Hazard, Petition, PetitionKind, Source
from backend.hazards.states import HazardState, PetitionState, is_overdue


@dataclass(frozen=True)
class Params:
    """The law says promptly and names no hours: what a town holds to be prompt."""

    report_within_hours: int = 24


class Evidence(View):
    what: str
    at: datetime | None = None
    who: PersonView | None = None
    text: str = ""


class Condition(View):
    """`met` is null while it cannot be told yet."""

    key: str
    zh: str
    en: str
    met: bool | None
    evidence: list[Evidence]


class ExemptionView(View):
    hazard_id: UUID
    as_of: datetime
    conditions: list[Condition]
    all_met: bool
    note: dict[str, str]


NOTE = {
    "zh": "系统只列出事实和依据，是否不予处罚由执法人员依法决定。",
    "en": "Facts and evidence only; whether there is a penalty is an officer's decision.",
}


def exemption(hazard: Hazard, params: Params | None = None) -> ExemptionView:
    """Needs everything of queries.with_all at hand."""
    now, params = clock.now(), params or Params()
    conditions = [_found_by_itself(hazard), _reported(hazard, now, params), _in_time(hazard, now)]
    return ExemptionView(
        hazard_id=hazard.pk, as_of=now, conditions=conditions, all_met=all(one.met for one in conditions), note=NOTE
    )


def _found_by_itself(hazard: Hazard) -> Condition:
    """By the enterprise, and nobody else had found it before: rows that were merged into it count too."""
    evidence = [_seen("found", hazard)]
    doubles = Hazard.objects.filter(merged_into=hazard).select_related("found_by").order_by("found_at")
    evidence += [_seen("double", double) for double in doubles]
    seen = sorted([hazard, *doubles], key=lambda one: one.found_at)
    return Condition(
        key="found_by_itself", zh="企业自查发现", en="Found by the enterprise's own check",
        met=seen[0].source == Source.SELF_CHECK, evidence=evidence,
    )  # fmt: skip


def _seen(what: str, hazard: Hazard) -> Evidence:
    """A tip's row names no source here: an enterprise's people read this too."""
    source = Source.DEPARTMENT if hazard.source == Source.TIP else Source(hazard.source)
    return Evidence(
        what=what, at=hazard.found_at, who=person_view(hazard.found_by), text=f"{hazard.number} {source.label}"
    )


def _reported(hazard: Hazard, now: datetime, params: Params) -> Condition:
    until = hazard.found_at + timedelta(hours=params.report_within_hours)
    report = getattr(hazard, "department_report", None)
    evidence = [Evidence(what="due", at=until, text=f"{params.report_within_hours} h")]
    if report is None:
        met = False if now > until else None
    else:
        met = report.reported_at <= until
        to = report.department.name if report.department else ""
        evidence.append(_word("reported", report.reported_at, report.reported_by, to))
        if report.received_by:
            evidence.append(_word("received", report.received_at, report.received_by, report.receipt_note))
    return Condition(
        key="reported_in_time", zh="已按规定报告", en="Reported to the department in time", met=met, evidence=evidence
    )


def _in_time(hazard: Hazard, now: datetime) -> Condition:
    order, reports = getattr(hazard, "rectification", None), list(hazard.reports.all())
    evidence = []
    if order and order.ordered_at:
        evidence.append(Evidence(what="ordered", at=order.ordered_at, text=order.measures))
    if hazard.due:
        evidence.append(Evidence(what="deadline", at=hazard.due))
    granted = Petition.objects.filter(hazard=hazard, kind=PetitionKind.EXTENSION, state=PetitionState.GRANTED)
    evidence += [_word("extended", p.decided_at, p.decided_by, p.reason) for p in granted.select_related("decided_by")]
    evidence += [_word("reported_done", r.at, r.by, r.note) for r in reports]
    if hazard.closed_at:
        evidence.append(Evidence(what="closed", at=hazard.closed_at))
    return Condition(
        key="rectified_in_time", zh="正采取有效措施整改", en="Being rectified, in time", met=_timely(hazard, now),
        evidence=evidence,
    )  # fmt: skip


def _timely(hazard: Hazard, now: datetime) -> bool | None:
    if hazard.state == HazardState.CLOSED:
        return hazard.due is None or (hazard.closed_at is not None and hazard.closed_at <= hazard.due)
    if is_overdue(hazard.state, hazard.due, now):
        return False
    under_way = hazard.state in (HazardState.RECTIFYING, HazardState.AWAITING_RECHECK)
    return True if under_way or hazard.fixed_on_spot else None


def _word(what: str, at: datetime | None, who: User | None, text: str) -> Evidence:
    return Evidence(what=what, at=at, who=person_view(who) if who else None, text=text)
