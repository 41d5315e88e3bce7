"""责令限期整改指令书: the hazards of one enterprise whose rectification was ordered, each with its deadline."""

from typing import Any

from backend.hazards.models import Hazard
from backend.hazards.states import HazardState
from backend.hazards.views import HazardView, RectificationView, hazard_view
from backend.papers.facts import words
from backend.papers.facts.pictures import FOUND, pictures_of
from backend.papers.problems import NOT_ORDERED

ORDERED = (HazardState.RECTIFYING, HazardState.AWAITING_RECHECK)


def facts_of(hazards: list[Hazard]) -> dict[str, Any]:
    """Of one enterprise, which is handed the paper. Needs everything of hazards.queries.with_all at hand. Raises not_ordered
    and names the hazards that nobody has ordered to be rectified by a deadline, or that are closed."""
    shown = [hazard_view(hazard, to_enterprise=True) for hazard in hazards]
    if early := [one.number for one in shown if _ordered(one) is None]:
        raise NOT_ORDERED.because("、".join(early), hazards=early)
    last = max(one.due for one in shown if one.due)
    return words.place(hazards[0].enterprise) | {
        "hazards": [_row(number, *both) for number, both in enumerate(zip(hazards, shown, strict=True), start=1)],
        "deadline": words.day_of(last), "many": len(hazards), "photos": pictures_of(shown, FOUND),
    }  # fmt: skip


def _ordered(shown: HazardView) -> RectificationView | None:
    elements = shown.rectification
    open_and_due = shown.state in ORDERED and shown.due is not None
    return elements if open_and_due and elements is not None and elements.ordered_at else None


def _row(number: int, hazard: Hazard, shown: HazardView) -> dict[str, Any]:
    elements = _ordered(shown)
    assert elements is not None
    return {
        "no": number, "number": shown.number, "description": shown.description, "level": words.level(hazard),
        "part": shown.part, "cause": words.cause(shown), "document": words.document(shown.document),
        "basis": words.basis(shown.clause), "found_at": words.moment(shown.found_at), "measures": elements.measures,
        "deadline": words.day_of(shown.due), "responsible": elements.responsible, "phone": elements.responsible_phone,
        "funds": elements.funds, "emergency_plan": elements.emergency_plan, "interim": elements.interim,
        "points": "；".join(point.text for point in elements.points),
    }  # fmt: skip
