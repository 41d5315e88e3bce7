"""What a hazard's history must show, read from the journal and the history lines alone: it knows nothing of the services.

Used by the made-up histories; `faults_of` names what is wrong with a row, in words.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from backend.accounts.models import RoleHeld, User
from backend.foundation import clock
from backend.hazards.models import Hazard
from backend.journal.models import Event
from backend.standards.models import Clause

ELEMENTS = ("responsible", "measures", "funds", "deadline", "emergency_plan")
MAY_JUDGE_MAJOR = {"department_lead", "enforcement_officer", "department_head"}


@dataclass(frozen=True)
class Told:
    """One thing that was said about the hazard, and by whom."""

    actor: str
    view: dict[str, Any]


def history(hazard: Hazard) -> list[Told]:
    kinds = ("hazard.reported", "hazard.moved", "hazard.changed")
    events = Event.objects.filter(target=str(hazard.pk), type__in=kinds).select_related("content").order_by("seq")
    return [Told(json.loads(e.header)["actor"], json.loads(e.content.body)["hazard"]) for e in events]


def faults_of(hazard: Hazard) -> list[str]:
    told = history(hazard)
    found = [*_row(hazard, told), *_rectifying(told), *_deadline(hazard, told), *_ends(hazard, told)]
    return [f"{hazard.number}: {fault}" for fault in found]


def _row(hazard: Hazard, told: list[Told]) -> Iterator[str]:
    """The row is what was last said; the history lines join; each was said."""
    if (hazard.state, hazard.version) != (told[-1].view["state"], told[-1].view["version"]):
        yield "the row is not what was last said"
    if [one.view["version"] for one in told] != list(range(1, len(told) + 1)):
        yield "a version was left out or said twice"
    said = [(a.view["state"], b.view["state"]) for a, b in pairwise(told) if a.view["state"] != b.view["state"]]
    lines = list(hazard.moves.order_by("id").values_list("from_state", "to_state"))
    if said != lines:
        yield f"moves {lines}, said {said}"


def _moves(told: list[Told], to: str) -> Iterator[tuple[Told, Told]]:
    return ((a, b) for a, b in pairwise(told) if b.view["state"] == to and a.view["state"] != to)


def _rectifying(told: list[Told]) -> Iterator[str]:
    for _, began in _moves(told, "rectifying"):
        order = began.view["rectification"] or {}
        if missing := [name for name in ELEMENTS if not str(order.get(name) or "").strip()]:
            yield f"rectifying without {missing}"
    for before, _ in _moves(told, "awaiting_recheck"):
        if before.view["state"] == "rectifying":
            continue
        if before.view["level"] != "general" or not _shown_on_the_spot(before.view, told):
            yield "awaits its re-check without an order, and was not fixed on the spot as a general one"


def _shown_on_the_spot(view: dict[str, Any], told: list[Told]) -> bool:
    photos = {photo["stage"] for one in told for photo in one.view["photos"]}
    reports = [one.view["report"] for one in told if one.view["report"]]
    return bool({"found", "before"} & photos) and "after" in photos and any(r["on_the_spot"] for r in reports)


def _deadline(hazard: Hazard, told: list[Told]) -> Iterator[str]:
    """Only an order sets it, and only a petition of one that another granted moves it."""
    granted = hazard.petitions.filter(kind="extension", state="granted")
    allowed = {p.deadline for p in granted if p.asked_by_id != p.decided_by_id}
    for before, after in pairwise(told):
        due, was = after.view["due"], before.view["due"]
        ordered = (before.view["state"], after.view["state"]) == ("judged", "rectifying")
        if due != was and not ordered and datetime.fromisoformat(due) not in allowed:
            yield f"the deadline moved from {was} to {due} by nobody's leave"


def _ends(hazard: Hazard, told: list[Told]) -> Iterator[str]:
    match hazard.state:
        case "closed":
            yield from _closed(hazard, told)
        case "cancelled":
            decided = hazard.petitions.filter(kind="cancellation", state="granted")
            if not any(p.reason.strip() and p.asked_by_id != p.decided_by_id for p in decided):
                yield "cancelled without a reason and two people"
        case "merged":
            yield from _merged(hazard)


def _merged(hazard: Hazard) -> Iterator[str]:
    seen, row = set(), hazard
    while row.merged_into_id:
        if row.pk in seen:
            yield "merged in a circle"
            return
        seen.add(row.pk)
        row = Hazard.objects.get(pk=row.merged_into_id)
    if row.state == "merged":
        yield "merged into nothing"
    if hazard.level == "major" and row.level != "major":
        yield "a major one was merged away"


def _closed(hazard: Hazard, told: list[Told]) -> Iterator[str]:
    yield from _judged(hazard, told)
    ((before, closing),) = list(_moves(told, "closed"))
    if before.view["state"] != "awaiting_recheck" or not before.view["report"]:
        yield "closed without a report of done"
        return
    yield from _rechecked(before, closing, told)


def _judged(hazard: Hazard, told: list[Told]) -> Iterator[str]:
    judged = [after for before, after in _moves(told, "judged") if before.view["state"] == "reported"]
    if len(judged) != 1 or not judged[0].view["clause"] or not judged[0].view["level"]:
        yield "closed without a judgement by a clause"
        return
    day, clause = clock.day_of(hazard.found_at), Clause.objects.select_related("standard").get(pk=hazard.clause_id)
    if not clause.standard.effective_from <= day <= (clause.standard.effective_to or day):
        yield "judged by a clause that was not in force"
    roles = set(RoleHeld.objects.filter(user=judged[0].actor).values_list("role", flat=True))
    if hazard.level == "major" and not roles & MAY_JUDGE_MAJOR:
        yield f"judged major by {roles}"


def _rechecked(before: Told, closing: Told, told: list[Told]) -> Iterator[str]:
    seen, who = closing.view["recheck"], User.objects.get(pk=closing.actor)
    if not seen or not seen["passed"] or {p["verdict"] for p in seen["points"]} - {"fixed", "na"}:
        yield "closed without a passed re-check"
        return
    if seen["report_id"] != before.view["report"]["id"]:
        yield "the re-check was of another report than the latest"
    if (seen["by"]["id"], seen["signed_name"]) != (closing.actor, who.name) or len(seen["signature"]) != 64:
        yield "the re-check is not signed by who closed it"
    if "recheck" not in {photo["stage"] for photo in closing.view["photos"] if photo["record"] == seen["id"]}:
        yield "the re-check has no photo"
    orders = [one.view["rectification"] for one in told if one.view["rectification"]]
    rectifiers = {order["rectifier"]["id"] for order in orders if order["rectifier"]}
    reporters = {one.view["report"]["by"]["id"] for one in told if one.view["report"]}
    if closing.actor in rectifiers | reporters:
        yield f"{who.name} re-checked their own work"
