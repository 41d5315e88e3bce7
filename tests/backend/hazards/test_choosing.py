"""What an officer's screen asks before an act: which acts are open, by which clauses, and whom an order may name."""

from datetime import date
from uuid import uuid4

import pytest

from backend.accounts.models import RoleHeld
from backend.accounts.roles import Role
from backend.hazards.bodies import Cancellation, ReportUp
from backend.hazards.models import Hazard
from backend.hazards.petitions import propose_cancellation
from backend.hazards.reporting_up import report_up
from backend.hazards.services import ask_recheck, order_rectification
from backend.hazards.states import HazardState, Level
from backend.inspections.services import submit
from backend.standards.models import Standard
from tests.backend.hazards.loop import done, hazard_in, order, recheck
from tests.backend.phone import Phone

REPORTED, JUDGED = HazardState.REPORTED, HazardState.JUDGED
RECTIFYING, WAITING = HazardState.RECTIFYING, HazardState.AWAITING_RECHECK


def may(cast, who, hazard):
    answered = Phone(cast.people[who]).get(f"/api/hazards/{hazard.pk}")
    assert answered.status_code == 200, answered.content
    return set(answered.json()["may"])


# at the boss's shop, which the fire station answers for; wang found it
@pytest.mark.parametrize(
    ("state", "level", "expected"),
    [
        (REPORTED, Level.MAJOR, {
            "other_lead": {"judge", "judge_major", "propose_cancellation", "merge"},
            "office": {"judge", "propose_cancellation", "merge"}, "mayor": set(), "wang": set(), "boss": set(),
        }),
        (JUDGED, Level.MAJOR, {
            "other_lead": {"order", "propose_cancellation", "merge"}, "boss": set(), "mayor": set(),
        }),
        (RECTIFYING, Level.MAJOR, {"other_lead": {"merge"}, "boss": {"ask_recheck"}, "wang": set()}),
        (WAITING, Level.MAJOR, {"officer": {"recheck", "merge"}, "office": {"merge"}, "wang": set(), "boss": set()}),
        (WAITING, Level.GENERAL, {"office": {"recheck", "merge"}, "wang": {"recheck"}, "boss": set()}),
    ],
)  # fmt: skip
def test_only_acts_that_would_be_done_are_open(cast, state, level, expected):
    hazard = hazard_in(cast, state, level=level)
    assert {who: may(cast, who, hazard) for who in expected} == expected


def test_nothing_is_open_on_a_closed_one(cast):
    closed = recheck(hazard_in(cast, WAITING, level=Level.GENERAL), acting_user=cast.officer)
    assert [may(cast, who, closed) for who in ("office", "other_lead", "officer", "boss", "wang")] == [set()] * 5


def test_whoever_said_it_was_done_is_not_asked_to_recheck_it(cast):
    hazard = order_rectification(order(hazard_in(cast, JUDGED), rectifier=cast.officer), acting_user=cast.other_lead)
    assert may(cast, "officer", hazard) == {"ask_recheck", "merge"}
    ask_recheck(done(hazard), acting_user=cast.officer)
    assert may(cast, "officer", hazard) == {"merge"}
    assert may(cast, "other_lead", hazard) == {"recheck", "merge"}


def test_a_petition_is_decided_by_somebody_else_and_a_report_received_by_its_department(cast):
    hazard = hazard_in(cast, JUDGED)
    report_up(ReportUp(hazard_id=hazard.pk), acting_user=cast.boss)
    propose_cancellation(Cancellation(hazard_id=hazard.pk, reason="误判"), acting_user=cast.other_lead)
    assert {"receive"} <= may(cast, "other_lead", hazard)
    assert "decide" not in may(cast, "other_lead", hazard)
    assert "decide" in may(cast, "office", hazard)
    assert "receive" not in may(cast, "office", hazard)


def test_who_took_each_step_is_named(cast):
    moves = Phone(cast.office).get(f"/api/hazards/{hazard_in(cast, RECTIFYING).pk}").json()["moves"]
    assert [(move["to_state"], move["by"]["name"]) for move in moves] == [
        ("judged", "officer"), ("rectifying", "officer")
    ]  # fmt: skip


@pytest.fixture
def failed(cast):
    """The item "charging" failed in an inspection by the fire checklist."""
    task = cast.task_for(1)
    submit(cast.result(task, fails=("charging",)), acting_user=cast.wang)
    return Hazard.objects.get(task=task)


def clauses(cast, hazard, who="lead", **query):
    answered = Phone(cast.people[who]).get(f"/api/hazards/{hazard.pk}/clauses", **query)
    assert answered.status_code == 200, answered.content
    return answered.json()


def test_the_clauses_of_the_failed_item_stand_first_and_nowhere_else(cast, failed):
    choice = clauses(cast, failed)
    assert str(cast.clause().pk) in {one["id"] for one in choice["of_item"]}
    assert not {one["id"] for one in choice["of_item"]} & {one["id"] for one in choice["others"]}
    assert choice["others"], "an officer may cite another one of the sector"


def test_what_was_no_longer_in_force_on_the_day_is_not_offered(cast, failed):
    Standard.objects.filter(key="fire-key-items").update(effective_to=date(2020, 1, 1))
    offered = clauses(cast, failed)
    assert str(cast.clause().pk) not in {one["id"] for one in offered["of_item"] + offered["others"]}


def test_clauses_of_any_sector_are_found_by_their_words(cast, failed):
    found = clauses(cast, failed, text="粉尘")
    assert found["others"]
    assert all("粉尘" in one["text"] + one["title"] for one in found["others"])
    assert clauses(cast, failed, text="没有这样的话")["others"] == []
    assert len(clauses(cast, failed, text="的")["others"]) <= 50


def test_a_text_no_column_holds_is_named(cast, failed):
    answered = Phone(cast.lead).get(f"/api/hazards/{failed.pk}/clauses", text="a\x00")
    assert (answered.status_code, answered.json()["fields"]["field"]) == (400, "text")


def rectifiers(cast, hazard, who="other_lead"):
    answered = Phone(cast.people[who]).get(f"/api/hazards/{hazard.pk}/rectifiers")
    assert answered.status_code == 200, answered.content
    return answered.json()


def test_people_of_the_enterprise_stand_first_and_nobody_of_another_is_named(cast):
    RoleHeld.objects.create(
        user=cast.stranger, role=Role.ENTERPRISE_STAFF, division=cast.grids[0].town_code,
        enterprise_id=cast.enterprises[1].pk,
    )  # fmt: skip
    choice = rectifiers(cast, hazard_in(cast, JUDGED))
    names = [one["name"] for one in choice["people"]]
    assert choice["enterprise_can"]
    assert names[:2] == ["boss", "guard"]
    assert {"wang", "officer"} <= set(names)
    assert "stranger" not in names
    assert len(names) == len(set(names))


def test_where_the_enterprise_has_no_account_somebody_must_be_named(cast):
    RoleHeld.objects.filter(enterprise_id=cast.enterprises[0].pk).delete()
    hazard = hazard_in(cast, JUDGED)
    assert not rectifiers(cast, hazard)["enterprise_can"]
    body = order(hazard)
    assert Phone(cast.other_lead).post("/api/hazards/orders", body).json()["code"] == "nobody_to_rectify"


@pytest.mark.parametrize("what", ["clauses", "rectifiers"])
def test_a_hazard_out_of_sight_does_not_exist_and_a_worker_is_not_asked(cast, what):
    hazard = hazard_in(cast, REPORTED)
    assert Phone(cast.lead).get(f"/api/hazards/{hazard.pk}/{what}").status_code == 404
    assert Phone(cast.other_lead).get(f"/api/hazards/{uuid4()}/{what}").status_code == 404
    assert Phone(cast.wang).get(f"/api/hazards/{hazard.pk}/{what}").status_code == 403
