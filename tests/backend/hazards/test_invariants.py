"""The rules of the ledger, each with somebody who tries to get round it."""

from datetime import datetime, timedelta
from itertools import product

import pytest

from backend.foundation import clock
from backend.foundation.moves import move
from backend.foundation.problems import Problem
from backend.hazards.bodies import PointAnswer, Signed
from backend.hazards.models import Hazard, HazardMove, Recheck, Rectification, RectificationReport
from backend.hazards.queries import get_hazard
from backend.hazards.services import ask_recheck, judge, order_rectification, report
from backend.hazards.states import FINAL, MOVES, HazardState, Level
from backend.standards.models import Clause
from tests.backend.hazards.loop import (
    AFTER,
    SIGNATURE,
    done,
    elements,
    finding,
    hazard_in,
    judgement,
    order,
    picture,
    recheck,
)

WAITING = HazardState.AWAITING_RECHECK


def refused(code):
    return pytest.raises(Problem, match=f"^{code}:")


def test_who_rectified_does_not_close_it(cast):
    hazard = hazard_in(cast, WAITING)
    for passed in (True, False):
        with refused("own_recheck"):
            recheck(hazard, passed=passed, acting_user=cast.boss)
    assert get_hazard(hazard.pk).state == WAITING


def test_nor_an_official_who_was_named_to_rectify_it(cast):
    """li and the officer may both re-check; whoever of them was named as rectifier may not."""
    hazard = order_rectification(
        order(hazard_in(cast, HazardState.JUDGED), rectifier=cast.officer), acting_user=cast.officer
    )
    waiting = ask_recheck(done(hazard), acting_user=cast.boss)
    with refused("own_recheck"):
        recheck(waiting, acting_user=cast.officer)


def test_nor_does_who_was_ordered_to_when_somebody_else_says_it_is_done(cast):
    """The guard asks for the re-check in the boss's stead: neither of the two may do it."""
    hazard = ask_recheck(done(hazard_in(cast, HazardState.RECTIFYING)), acting_user=cast.guard)
    for person in (cast.boss, cast.guard):
        with refused("own_recheck"):
            recheck(hazard, acting_user=person)
    assert recheck(hazard, acting_user=cast.officer).state == "closed"


def test_nor_in_a_later_round_who_said_it_was_done_in_an_earlier_one(cast):
    hazard = ask_recheck(done(hazard_in(cast, HazardState.RECTIFYING)), acting_user=cast.guard)
    back = recheck(hazard, passed=False, acting_user=cast.officer)
    again = ask_recheck(done(back), acting_user=cast.boss)
    with refused("own_recheck"):
        recheck(again, acting_user=cast.guard)


@pytest.mark.parametrize("nothing", ["", "   "])
@pytest.mark.parametrize("missing", ["responsible", "measures", "funds", "deadline", "emergency_plan"])
def test_all_five_elements_are_there_before_rectifying_begins(cast, missing, nothing):
    hazard = hazard_in(cast, HazardState.JUDGED)
    given = None if missing == "deadline" else nothing
    with refused("five_elements_missing") as problem:
        order_rectification(order(hazard, **{missing: given}), acting_user=cast.officer)
    assert problem.value.fields["missing"] == [missing]
    assert not Rectification.objects.exists()
    assert get_hazard(hazard.pk).state == HazardState.JUDGED


def test_every_missing_element_is_named_at_once(cast):
    nothing = dict.fromkeys(elements(), "") | {"funds": "自筹", "deadline": None}
    with refused("five_elements_missing") as problem:
        order_rectification(order(hazard_in(cast, HazardState.JUDGED), **nothing), acting_user=cast.officer)
    assert problem.value.fields["missing"] == ["responsible", "measures", "deadline", "emergency_plan"]


def test_a_deadline_that_has_passed_is_no_deadline(cast):
    hazard = hazard_in(cast, HazardState.JUDGED)
    with refused("deadline_passed"):
        order_rectification(order(hazard, deadline=clock.now() - timedelta(hours=1)), acting_user=cast.officer)


def test_an_order_that_nobody_could_report_done_is_refused(cast):
    """The second shop has nobody with an account: somebody must be named."""
    hazard = report(finding(cast, enterprise=1), acting_user=cast.wang)
    judge(judgement(cast, hazard), acting_user=cast.officer)
    with refused("nobody_to_rectify"):
        order_rectification(order(hazard), acting_user=cast.officer)
    assert order_rectification(order(hazard, rectifier=cast.li), acting_user=cast.officer).state == "rectifying"


@pytest.mark.parametrize(
    ("standard", "found_on", "in_force"),
    [
        ("gb35181-2017", "2025-10-31T23:59:00+08:00", True),  # its last day
        ("gb35181-2017", "2025-11-01T00:01:00+08:00", False),
        ("gb35181-2025", "2025-11-01T00:01:00+08:00", True),  # its first day
        ("gb35181-2025", "2025-10-31T23:59:00+08:00", False),
    ],
)
def test_a_clause_counts_if_it_was_in_force_on_the_day_it_was_found(cast, standard, found_on, in_force):
    hazard = report(finding(cast, found_at=datetime.fromisoformat(found_on)), acting_user=cast.wang)
    clause = Clause.objects.get(standard__key=standard, key="storage")
    if in_force:
        assert judge(judgement(cast, hazard, clause_id=clause.pk), acting_user=cast.officer).clause == clause
        return
    with refused("clause_not_in_force") as problem:
        judge(judgement(cast, hazard, clause_id=clause.pk), acting_user=cast.officer)
    assert problem.value.fields["day"] == found_on[:10]
    assert get_hazard(hazard.pk).level == ""


def test_a_clause_that_does_not_exist_judges_nothing(cast):
    hazard = hazard_in(cast, HazardState.REPORTED)
    with refused("not_found"):
        judge(judgement(cast, hazard, clause_id=cast.boss.pk), acting_user=cast.officer)


@pytest.mark.parametrize("opinion", ["", "  "])
def test_sending_it_back_needs_a_reason(cast, opinion):
    hazard = hazard_in(cast, WAITING)
    with refused("reason_missing") as problem:
        recheck(hazard, passed=False, acting_user=cast.officer, opinion=opinion)
    assert problem.value.fields["points"] == ["1"]
    assert get_hazard(hazard.pk).state == WAITING


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"signature": None}, "recheck_unsigned"),
        ({"signature": Signed(name="officer")}, "recheck_unsigned"),
        ({"signature": Signed(name=" ", sha256=SIGNATURE)}, "recheck_unsigned"),
        ({"signature": Signed(name="boss", sha256=SIGNATURE)}, "signature_not_own"),
        ({"points": []}, "points_incomplete"),
        ({"points": [PointAnswer(key="2", verdict="fixed")]}, "points_incomplete"),
        ({"points": [PointAnswer(key="1", verdict="fixed")] * 2}, "points_incomplete"),
        ({"photos": []}, "after_photo_missing"),
    ],
)
def test_a_recheck_lacks_nothing(cast, changes, code):
    hazard = hazard_in(cast, WAITING)
    with refused(code):
        recheck(hazard, acting_user=cast.officer, **changes)
    assert get_hazard(hazard.pk).state == WAITING
    assert not Recheck.objects.exists()


def test_one_point_that_is_not_fixed_keeps_it_open(cast):
    """Four accepted, one refused: it goes back, and the reason is that of the one."""
    hazard = hazard_in(cast, HazardState.JUDGED)
    five = [f"第 {n} 处" for n in range(1, 6)]
    ordered = order_rectification(order(hazard, rectifier=cast.boss, points=five), acting_user=cast.officer)
    waiting = ask_recheck(done(ordered), acting_user=cast.boss)
    answers = [PointAnswer(key=str(n), verdict="fixed") for n in range(1, 5)]
    answers.append(PointAnswer(key="5", verdict="partly", note="只清了一半"))
    back = recheck(waiting, acting_user=cast.officer, points=answers)
    assert (back.state, back.moves.latest("id").why) == ("rectifying", "只清了一半")
    assert [point["verdict"] for point in back.rechecks.get().points] == ["fixed"] * 4 + ["partly"]


def test_a_recheck_in_which_nothing_applies_passes_nothing(cast):
    hazard = hazard_in(cast, WAITING)
    na = [PointAnswer(key="1", verdict="na", note="已停业")]
    assert recheck(hazard, acting_user=cast.officer, points=na).state == "rectifying"


def test_a_recheck_of_an_earlier_report_closes_nothing(cast):
    """The officer looked on Monday and sends it on Wednesday; meanwhile it was sent back and reported done anew."""
    hazard = hazard_in(cast, WAITING)
    first = hazard.reports.get()
    recheck(hazard, passed=False, acting_user=cast.other_lead)
    ask_recheck(done(hazard), acting_user=cast.boss)
    with refused("report_superseded") as problem:
        recheck(hazard, acting_user=cast.officer, report_id=first.pk)
    assert problem.value.fields["report_id"] == str(RectificationReport.objects.latest("number").pk)


def test_done_is_shown_and_not_only_said(cast):
    hazard = hazard_in(cast, HazardState.RECTIFYING)
    with refused("after_photo_missing"):
        ask_recheck(done(hazard, photos=[]), acting_user=cast.boss)
    assert not RectificationReport.objects.exists()


def test_what_is_closed_moves_no_more(cast):
    hazard = hazard_in(cast, WAITING)
    closed = recheck(hazard, acting_user=cast.officer)
    attempts = [
        lambda: judge(judgement(cast, closed), acting_user=cast.officer),
        lambda: order_rectification(order(closed, rectifier=cast.guard), acting_user=cast.officer),
        lambda: ask_recheck(done(closed, photos=[picture(AFTER)]), acting_user=cast.boss),
        lambda: recheck(closed, passed=False, acting_user=cast.officer),
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


@pytest.mark.parametrize("state", [HazardState.REPORTED, HazardState.JUDGED, HazardState.RECTIFYING])
def test_what_was_never_reported_done_cannot_be_rechecked(cast, state):
    with refused("illegal_move"):
        recheck(hazard_in(cast, state, level=Level.GENERAL), acting_user=cast.officer)


@pytest.mark.parametrize("state", [HazardState.RECTIFYING, WAITING])
def test_what_waits_for_its_recheck_is_neither_ordered_nor_judged_anew(cast, state):
    """The table knows moves from awaiting_recheck to rectifying and to judged: a failed re-check makes them, and an order or
    a judgement may not pass for one. The made-up histories found it."""
    hazard = hazard_in(cast, state)
    with refused("illegal_move"):
        order_rectification(order(hazard, rectifier=cast.guard), acting_user=cast.officer)
    with refused("illegal_move"):
        judge(judgement(cast, hazard, level="general"), acting_user=cast.officer)
    assert (get_hazard(hazard.pk).state, get_hazard(hazard.pk).due) == (state, hazard.due)


@pytest.mark.parametrize("act", ["judge", "order", "recheck"])
def test_of_two_who_act_at_once_the_second_is_told(cast, act):
    """Both looked at the same version; the second learns that it is another now, and which."""
    state = {"judge": HazardState.REPORTED, "order": HazardState.JUDGED, "recheck": WAITING}[act]
    hazard = hazard_in(cast, state)
    acts = {
        "judge": lambda by: judge(judgement(cast, hazard, version=hazard.version), acting_user=by),
        "order": lambda by: order_rectification(
            order(hazard, rectifier=cast.boss, version=hazard.version), acting_user=by
        ),
        "recheck": lambda by: recheck(hazard, acting_user=by, version=hazard.version),
    }
    moved = acts[act](cast.officer)
    with refused("somebody_was_faster") as problem:
        acts[act](cast.other_lead)
    assert problem.value.fields == {"version": moved.version, "state": moved.state}
    assert get_hazard(hazard.pk).version == moved.version
