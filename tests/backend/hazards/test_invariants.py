"""The rules of the ledger, each with somebody who tries to get round it."""

from datetime import datetime
from itertools import product

import pytest

from backend.foundation.moves import move
from backend.foundation.problems import Problem
from backend.hazards.models import Hazard, HazardMove, Rectification
from backend.hazards.queries import get_hazard
from backend.hazards.services import ask_recheck, judge, order_rectification, recheck, report
from backend.hazards.states import FINAL, MOVES, HazardState, Level
from backend.standards.models import Clause
from tests.backend.hazards.loop import elements, finding, hazard_in

WAITING = HazardState.AWAITING_RECHECK


def refused(code):
    return pytest.raises(Problem, match=code)


def test_who_rectified_does_not_close_it(cast):
    hazard = hazard_in(cast, WAITING)
    for passed in (True, False):
        with refused("own_recheck"):
            recheck(hazard, passed=passed, acting_user=cast.boss, why="没问题")
    assert get_hazard(hazard.pk).state == WAITING


def test_nor_does_who_was_ordered_to_when_somebody_else_says_it_is_done(cast):
    """The guard asks for the re-check in the boss's stead: neither of the two may do it."""
    hazard = ask_recheck(hazard_in(cast, HazardState.RECTIFYING), acting_user=cast.guard)
    for person in (cast.boss, cast.guard):
        with refused("own_recheck"):
            recheck(hazard, passed=True, acting_user=person)
    assert recheck(hazard, passed=True, acting_user=cast.officer).state == "closed"


def test_nor_through_a_copy_from_before_they_rectified(cast):
    hazard = hazard_in(cast, HazardState.RECTIFYING)
    ask_recheck(get_hazard(hazard.pk), acting_user=cast.guard)
    hazard.state = WAITING
    with pytest.raises(Problem):
        recheck(hazard, passed=True, acting_user=cast.guard)
    assert get_hazard(hazard.pk).state == WAITING


def test_nor_in_a_later_round_who_said_it_was_done_in_an_earlier_one(cast):
    hazard = ask_recheck(hazard_in(cast, HazardState.RECTIFYING), acting_user=cast.guard)
    back = recheck(hazard, passed=False, acting_user=cast.officer, why="插座仍在楼道")
    again = ask_recheck(back, acting_user=cast.boss)
    with refused("own_recheck"):
        recheck(again, passed=True, acting_user=cast.guard)


@pytest.mark.parametrize("nothing", [None, "", "   "])
@pytest.mark.parametrize("missing", ["responsible", "measures", "funds", "deadline", "emergency_plan"])
def test_all_five_elements_are_there_before_rectifying_begins(cast, missing, nothing):
    hazard = hazard_in(cast, HazardState.JUDGED)
    with refused("five_elements_missing") as problem:
        order_rectification(hazard, elements(**{missing: nothing}), acting_user=cast.officer, rectifier=None)
    assert problem.value.fields["missing"] == [missing]
    assert not Rectification.objects.exists()


def test_every_missing_element_is_named_at_once(cast):
    with refused("five_elements_missing") as problem:
        order_rectification(
            hazard_in(cast, HazardState.JUDGED), {"funds": "自筹"}, acting_user=cast.officer, rectifier=None
        )
    assert problem.value.fields["missing"] == ["responsible", "measures", "deadline", "emergency_plan"]


@pytest.mark.parametrize(
    ("standard", "found_on", "in_force"),
    [
        ("gb35181-2017", "2025-10-31T23:59:00+08:00", True),  # its last day
        ("gb35181-2017", "2025-11-01T00:01:00+08:00", False),
        ("gb35181-2025", "2025-10-31T23:59:00+08:00", False),
        ("gb35181-2025", "2025-11-01T00:01:00+08:00", True),  # still 31 October in UTC
    ],
)
def test_a_clause_counts_if_it_was_in_force_on_the_day_it_was_found(cast, standard, found_on, in_force):
    hazard = report(finding(cast, found_at=datetime.fromisoformat(found_on)), acting_user=cast.wang)
    clause = Clause.objects.get(standard__key=standard, key="storage")
    if in_force:
        assert judge(hazard, level=Level.MAJOR, clause=clause, acting_user=cast.officer).clause == clause
        return
    with refused("clause_not_in_force") as problem:
        judge(hazard, level=Level.MAJOR, clause=clause, acting_user=cast.officer)
    assert problem.value.fields["day"] == found_on[:10]
    assert get_hazard(hazard.pk).level == ""


@pytest.mark.parametrize("why", ["", "  "])
def test_sending_it_back_needs_a_reason(cast, why):
    hazard = hazard_in(cast, WAITING)
    with refused("reason_missing"):
        recheck(hazard, passed=False, acting_user=cast.officer, why=why)
    assert get_hazard(hazard.pk).state == WAITING


def test_what_is_closed_moves_no_more(cast):
    closed = recheck(hazard_in(cast, WAITING), passed=True, acting_user=cast.officer)
    attempts = [
        lambda: judge(closed, level=Level.GENERAL, clause=cast.clause(), acting_user=cast.office),
        lambda: order_rectification(closed, elements(), acting_user=cast.office, rectifier=None),
        lambda: ask_recheck(closed, acting_user=cast.office),
        lambda: recheck(closed, passed=False, acting_user=cast.office, why="再看一次"),
    ]
    for attempt in attempts:
        with refused("illegal_move"):
            attempt()
    assert get_hazard(closed.pk).version == closed.version
    closed.rectification.refresh_from_db()
    assert closed.rectification.rectifier == cast.boss, "a refused step leaves nothing behind"


def test_no_step_is_left_out(cast):
    hazard = hazard_in(cast, HazardState.REPORTED)
    for state, target in product(HazardState, HazardState):
        if target in MOVES.get(state, ()):
            continue
        Hazard.objects.filter(pk=hazard.pk).update(state=state)
        with refused("illegal_move"):
            move(get_hazard(hazard.pk), target, who=cast.office.pk)
    assert not HazardMove.objects.exists()
    assert not FINAL & set(MOVES)


def test_what_was_never_ordered_cannot_be_rechecked(cast):
    with refused("illegal_move"):
        recheck(hazard_in(cast, HazardState.REPORTED), passed=True, acting_user=cast.officer)


def test_of_two_who_recheck_the_second_is_told(cast):
    hazard = hazard_in(cast, WAITING)
    mine, yours = get_hazard(hazard.pk), get_hazard(hazard.pk)
    recheck(mine, passed=True, acting_user=cast.officer)
    with refused("somebody_was_faster"):
        recheck(yours, passed=False, acting_user=cast.office, why="未整改")
    assert get_hazard(hazard.pk).state == "closed"
