"""整改复查意见书: what the last re-check of each hazard found, and by whom."""

from collections import Counter
from typing import Any
from uuid import UUID

from backend.accounts.models import User
from backend.hazards.models import Hazard, HazardMove
from backend.hazards.states import HazardState
from backend.papers.facts import words
from backend.papers.filling import ImageOf
from backend.papers.problems import NOT_RECHECKED
from backend.papers.queries import orders_about

PHOTO_MM = 72
DONE, NOT_DONE = "已整改", "未整改"
PASSED = "recheck_passed"


def facts_of(hazards: list[Hazard]) -> dict[str, Any]:
    """Of one enterprise. Raises not_rechecked and names the hazards that were never re-checked."""
    rechecks = last_rechecks(hazards)
    if unchecked := [hazard.number for hazard in hazards if hazard.pk not in rechecks]:
        raise NOT_RECHECKED.because("、".join(unchecked), hazards=unchecked)
    people = User.objects.in_bulk({move.who for move in rechecks.values() if move.who})
    rows = [_row(number, hazard, rechecks[hazard.pk], people) for number, hazard in enumerate(hazards, start=1)]
    orders = orders_about([str(hazard.pk) for hazard in hazards])
    counted = Counter(row["conclusion"] for row in rows)
    return words.place(hazards[0].enterprise) | {
        "order_number": "、".join(sorted(set(orders.values()))),
        "rechecked_on": "、".join(dict.fromkeys(words.day_of(move.at) for move in rechecks.values())),
        "hazards": rows, "photos": _photos(hazards), "summary": "，".join(f"{name} {n} 项" for name, n in counted.items()),
    }  # fmt: skip


def last_rechecks(hazards: list[Hazard]) -> dict[UUID, HazardMove]:
    """Hazard → the move by which its last re-check ended."""
    ended = HazardMove.objects.filter(
        subject__in=hazards,
        from_state=HazardState.AWAITING_RECHECK,
        to_state__in=(HazardState.CLOSED, HazardState.RECTIFYING),
    )
    return {move.subject_id: move for move in ended.order_by("pk")}


def conclusion(move: HazardMove) -> str:
    return DONE if move.to_state == HazardState.CLOSED else NOT_DONE


def _row(number: int, hazard: Hazard, move: HazardMove, people: dict[Any, User]) -> dict[str, Any]:
    return {
        "no": number, "number": hazard.number, "description": hazard.description, "level": words.level(hazard),
        "deadline": words.day_of(hazard.due), "conclusion": conclusion(move), "rechecked_at": words.moment(move.at),
        "rechecked_by": people[move.who].name if move.who in people else "", "why": "" if move.why == PASSED else move.why,
    }  # fmt: skip


def _photos(hazards: list[Hazard]) -> list[dict[str, Any]]:
    return [
        {"no": f"{number}-{n}", "item": hazard.number, "picture": ImageOf(photo.sha256, PHOTO_MM)}
        for number, hazard in enumerate(hazards, start=1)
        for n, photo in enumerate(hazard.photos.all(), start=1)
    ]
