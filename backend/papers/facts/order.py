"""责令限期整改指令书: the hazards of one enterprise whose rectification was ordered, each with its deadline."""

from typing import Any

from backend.hazards.models import Hazard, Rectification
from backend.hazards.states import HazardState
from backend.papers.facts import words
from backend.papers.problems import NOT_ORDERED

ORDERED = (HazardState.RECTIFYING, HazardState.AWAITING_RECHECK)


def facts_of(hazards: list[Hazard]) -> dict[str, Any]:
    """Of one enterprise. Raises not_ordered and names the hazards that nobody has set a deadline for, or that are closed."""
    ordered = {row.hazard_id: row for row in Rectification.objects.filter(hazard__in=hazards)}
    if early := [h.number for h in hazards if h.state not in ORDERED or h.due is None or h.pk not in ordered]:
        raise NOT_ORDERED.because("、".join(early), hazards=early)
    last = max(hazard.due for hazard in hazards if hazard.due)
    return words.place(hazards[0].enterprise) | {
        "hazards": [_row(number, hazard, ordered[hazard.pk]) for number, hazard in enumerate(hazards, start=1)],
        "deadline": words.day_of(last), "many": len(hazards),
    }  # fmt: skip


def _row(number: int, hazard: Hazard, elements: Rectification) -> dict[str, Any]:
    return {
        "no": number, "number": hazard.number, "description": hazard.description, "level": words.level(hazard),
        "basis": words.basis(hazard), "found_at": words.moment(hazard.found_at), "measures": elements.measures,
        "deadline": words.day_of(hazard.due), "responsible": elements.responsible, "funds": elements.funds,
        "emergency_plan": elements.emergency_plan,
    }  # fmt: skip
