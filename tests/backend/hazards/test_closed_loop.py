"""The loop closes: found, judged, ordered, rectified, re-checked by somebody else; each step told and written down."""

import json

import pytest

from backend.foundation import clock
from backend.foundation.problems import Problem
from backend.hazards.services import order_rectification, report
from backend.hazards.states import HazardState, is_overdue
from backend.journal.chain import verify_chain
from backend.journal.models import Delivery, Event
from tests.backend.hazards.loop import finding, hazard_in, order, recheck
from tests.cast import TOWN

WAITING = HazardState.AWAITING_RECHECK


def lines(hazard):
    return [(move.from_state, move.to_state, move.who) for move in hazard.moves.order_by("id")]


def test_from_found_to_closed(cast):
    closed = recheck(hazard_in(cast, WAITING), passed=True, acting_user=cast.officer)
    assert (closed.state, closed.level) == ("closed", "major")
    assert closed.closed_at is not None
    assert lines(closed) == [
        ("reported", "judged", cast.officer.pk),
        ("judged", "rectifying", cast.officer.pk),
        ("rectifying", "awaiting_recheck", cast.boss.pk),
        ("awaiting_recheck", "closed", cast.officer.pk),
    ]


def test_the_deadline_of_the_order_is_when_it_is_due(cast):
    hazard = hazard_in(cast, HazardState.RECTIFYING)
    assert hazard.due == hazard.rectification.deadline


def test_every_step_is_heard_where_it_belongs(cast):
    hazard = recheck(hazard_in(cast, WAITING), passed=True, acting_user=cast.officer)
    said = Event.objects.filter(target=str(hazard.pk)).order_by("seq")
    bodies = [json.loads(event.content.body)["hazard"] for event in said]
    assert [event.type for event in said] == ["hazard.reported"] + ["hazard.moved"] * 4
    assert [body["state"] for body in bodies] == ["reported", "judged", "rectifying", "awaiting_recheck", "closed"]
    assert [body["version"] for body in bodies] == [1, 2, 3, 4, 5]
    audience = set(Delivery.objects.filter(event__in=said).values_list("stream", flat=True))
    assert audience == {f"g:{hazard.grid_id}", f"o:{TOWN}", f"d:{cast.departments['xf'].pk}"}
    assert verify_chain(TOWN).ok


def test_what_did_not_pass_goes_back_and_may_pass_later(cast):
    back = recheck(hazard_in(cast, WAITING), passed=False, acting_user=cast.officer)
    assert back.state == "rectifying"
    assert back.moves.latest("id").why == "插座仍在楼道"
    assert back.closed_at is None


def test_what_is_recorded_later_carries_both_dates(cast):
    found_at = clock.days_ago(3)
    hazard = report(finding(cast, found_at=found_at), acting_user=cast.wang)
    assert hazard.found_at == found_at
    assert clock.day_of(hazard.recorded_at) == clock.today()


@pytest.mark.parametrize(
    ("state", "due_in_days", "overdue"),
    [
        ("rectifying", -1, True),
        ("awaiting_recheck", -1, True),
        ("rectifying", 1, False),
        ("closed", -1, False),
        ("cancelled", -1, False),
        ("reported", None, False),
    ],
)
def test_overdue(state, due_in_days, overdue):
    due = None if due_in_days is None else clock.days_ago(-due_in_days)
    assert is_overdue(state, due, clock.now()) is overdue


def test_ordering_anew_is_refused_once_it_is_ordered(cast):
    hazard = hazard_in(cast, HazardState.RECTIFYING)
    with pytest.raises(Problem, match="illegal_move"):
        order_rectification(order(hazard, rectifier=cast.guard, funds="0"), acting_user=cast.officer)
    hazard.rectification.refresh_from_db()
    assert (hazard.rectification.funds, hazard.rectification.rectifier) == ("3000 元自筹", cast.boss)
