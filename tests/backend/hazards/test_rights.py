"""Who may do what with a hazard: each act by everybody, over REST. Nothing is changed by who may not, and the try stands in
the chain."""

import json
from uuid import uuid4

import pytest

from backend.accounts.models import RoleHeld
from backend.foundation.problems import Problem
from backend.hazards.bodies import Cancellation, Extension, Merge, Receipt, ReportUp
from backend.hazards.models import Hazard, Source
from backend.hazards.queries import get_hazard
from backend.hazards.services import judge, report
from backend.hazards.states import HazardState, Level
from backend.journal.chain import verify_chain
from backend.journal.models import Delivery, Event
from tests.backend.hazards.loop import done, elements, finding, found, hazard_in, judgement, looked, order
from tests.backend.phone import Phone
from tests.cast import TOWN

GENERAL, MAJOR = Level.GENERAL, Level.MAJOR

ACTS = {
    "hazard.report": "boss chen expert guard head lead li mayor office officer other_lead stranger wang",
    "hazard.judge": "head lead office officer other_lead",
    "hazard.judge_major": "head lead officer other_lead",
    "hazard.plan": "boss guard head lead office officer other_lead",
    "hazard.order": "head lead office officer other_lead",
    "hazard.rectify": "boss guard",
    "hazard.recheck": "chen head lead li office officer other_lead stranger wang",
    "hazard.recheck_major": "head lead officer other_lead",
    "hazard.report_up": "boss guard",
    "hazard.receive": "head lead office officer other_lead",
    "hazard.propose_cancellation": "head lead office officer other_lead",
    "hazard.decide": "head lead office other_lead",
    "hazard.merge": "head lead office officer other_lead",
}


def test_each_act_on_hazards_belongs_to_exactly_these(cast):
    held = {name: {act for act in person.acts() if act.startswith("hazard.")} for name, person in cast.people.items()}
    assert {act: " ".join(sorted(name for name in held if act in held[name])) for act in ACTS} == ACTS
    assert set().union(*held.values()) == set(ACTS)


# the hazard: at the boss's shop in grid 1, which the fire station answers for; wang found it, nobody sent an inspection.
# lead and head are of another department: for them it does not exist. The officer enforces for the whole town.
IT_CAN = {
    "judge a general one": "office officer other_lead",
    "judge a major one": "officer other_lead",
    "plan": "boss guard office officer other_lead",
    "order": "office officer other_lead",
    "report a general one done": "boss guard",
    "recheck a general one": "office officer other_lead wang",
    "recheck a major one": "officer other_lead",
    "ask for more time": "boss guard",
    "propose to cancel": "office officer other_lead",
    "report it to the department": "boss guard",
    "confirm the report": "other_lead",
    "merge": "office officer other_lead",
}


def prepared(cast, what):
    """The hazard in its state, and (address, body for a person)."""
    reported, judged = HazardState.REPORTED, HazardState.JUDGED
    rectifying, waiting = HazardState.RECTIFYING, HazardState.AWAITING_RECHECK
    later = elements()["deadline"].replace(year=2100)
    match what:
        case "judge a general one":
            row = hazard_in(cast, reported)
            return row, "judgements", lambda _: judgement(cast, row, level="general")
        case "judge a major one":
            row = hazard_in(cast, reported)
            return row, "judgements", lambda _: judgement(cast, row)
        case "plan":
            row = hazard_in(cast, judged)
            return row, "plans", lambda _: {"hazard_id": row.pk, "funds": "100 元"}
        case "order":
            row = hazard_in(cast, judged)
            return row, "orders", lambda _: order(row, rectifier=cast.boss)
        case "report a general one done":
            row = hazard_in(cast, rectifying, level=GENERAL)
            return row, "rectification-reports", lambda _: done(row)
        case "recheck a general one":
            row = hazard_in(cast, waiting, level=GENERAL)
            return row, "rechecks", lambda by: looked(row, by)
        case "recheck a major one":
            row = hazard_in(cast, waiting)
            return row, "rechecks", lambda by: looked(row, by)
        case "ask for more time":
            row = hazard_in(cast, rectifying)
            return row, "extensions", lambda _: Extension(hazard_id=row.pk, deadline=later, reason="配件未到")
        case "propose to cancel":
            row = hazard_in(cast, judged)
            return row, "cancellations", lambda _: Cancellation(hazard_id=row.pk, reason="误判")
        case "report it to the department":
            row = hazard_in(cast, judged)
            return row, "department-reports", lambda _: ReportUp(hazard_id=row.pk)
        case "confirm the report":
            row = hazard_in(cast, judged)
            assert (
                Phone(cast.boss).post("/api/hazards/department-reports", ReportUp(hazard_id=row.pk)).status_code == 200
            )
            return row, "receipts", lambda _: Receipt(hazard_id=row.pk)
        case "merge":
            row, kept = hazard_in(cast, reported), hazard_in(cast, reported)
            return row, "merges", lambda _: Merge(hazard_id=row.pk, into=kept.pk, why="同一处")
    raise AssertionError(what)


@pytest.mark.parametrize("what", IT_CAN)
def test_the_act_is_done_by_these_and_by_nobody_else(cast, what):
    row, address, body = prepared(cast, what)
    allowed = IT_CAN[what].split()
    before = get_hazard(row.pk).version
    for name in sorted(set(cast.people) - set(allowed)):
        answered = Phone(cast.people[name]).post(f"/api/hazards/{address}", body(cast.people[name]))
        assert answered.status_code in (403, 404), (name, answered.content)
        assert answered.json()["code"], name
    assert get_hazard(row.pk).version == before, "who may not has changed nothing"
    answered = Phone(cast.people[allowed[-1]]).post(f"/api/hazards/{address}", body(cast.people[allowed[-1]]))
    assert answered.status_code == 200, answered.content
    assert answered.json()["version"] > before


@pytest.mark.parametrize(
    ("what", "name"), [(what, name) for what, names in IT_CAN.items() for name in names.split()[:-1]]
)
def test_nor_is_anybody_of_these_kept_out(cast, what, name):
    _, address, body = prepared(cast, what)
    answered = Phone(cast.people[name]).post(f"/api/hazards/{address}", body(cast.people[name]))
    assert answered.status_code == 200, answered.content


def test_the_department_that_sent_the_inspection_may_judge_too(cast):
    row = report(finding(cast, task=cast.task_for(1)), acting_user=cast.wang)
    assert judge(judgement(cast, row), acting_user=cast.lead).state == "judged"


@pytest.mark.parametrize(
    ("state", "address", "body"),
    [
        (HazardState.REPORTED, "judgements", lambda cast, row: judgement(cast, row)),
        (HazardState.JUDGED, "orders", lambda cast, row: order(row, rectifier=cast.boss)),
        (HazardState.AWAITING_RECHECK, "rechecks", lambda cast, row: looked(row, cast.lead)),
        (HazardState.JUDGED, "cancellations", lambda cast, row: Cancellation(hazard_id=row.pk, reason="误判")),
    ],
)
def test_a_lead_of_another_department_who_found_it_sees_it_and_does_nothing(cast, state, address, body):
    """Seen failing with `return True` as the first line of permissions._reaches."""
    row = hazard_in(cast, state)
    Hazard.objects.filter(pk=row.pk).update(found_by=cast.lead)
    answered = Phone(cast.lead).post(f"/api/hazards/{address}", body(cast, row))
    assert (answered.status_code, answered.json()["code"]) == (403, "not_your_hazard")
    assert get_hazard(row.pk).state == state


def test_the_next_grids_worker_does_not_see_it(cast):
    row = hazard_in(cast, HazardState.AWAITING_RECHECK, level=GENERAL)
    answered = Phone(cast.chen).post("/api/hazards/rechecks", looked(row, cast.chen))
    assert (answered.status_code, answered.json()["code"]) == (404, "not_found")


def test_a_worker_who_found_it_and_has_left_the_grid_sees_it_and_rechecks_nothing(cast):
    row = hazard_in(cast, HazardState.AWAITING_RECHECK, level=GENERAL)
    Hazard.objects.filter(pk=row.pk).update(found_by=cast.chen)
    answered = Phone(cast.chen).post("/api/hazards/rechecks", looked(row, cast.chen))
    assert (answered.status_code, answered.json()["code"]) == (403, "not_your_hazard")


def test_a_worker_does_not_recheck_a_major_one(cast):
    row = hazard_in(cast, HazardState.AWAITING_RECHECK)
    answered = Phone(cast.wang).post("/api/hazards/rechecks", looked(row, cast.wang))
    assert (answered.status_code, answered.json()["code"]) == (403, "major_needs_right")


def test_a_role_that_has_ended_gives_no_right(cast):
    row = hazard_in(cast, HazardState.REPORTED)
    RoleHeld.objects.filter(user=cast.officer).update(until="2026-01-01")
    assert Phone(cast.officer).post("/api/hazards/judgements", judgement(cast, row)).status_code == 403


@pytest.mark.parametrize("try_it", ["major_needs_right", "clause_not_in_force", "own_recheck", "five_elements_missing"])
def test_who_tried_what_a_rule_forbids_stands_in_the_chain_and_nobody_hears_of_it(cast, try_it):
    """Seen failing with the call of _note taken out of steps.acting."""
    from backend.standards.models import Clause

    old = Clause.objects.filter(standard__key="gb35181-2017").first()
    states = {"own_recheck": HazardState.AWAITING_RECHECK, "five_elements_missing": HazardState.JUDGED}
    row = hazard_in(cast, states.get(try_it, HazardState.REPORTED))
    who, address, body = {
        "major_needs_right": (cast.office, "judgements", judgement(cast, row)),
        "clause_not_in_force": (cast.officer, "judgements", judgement(cast, row, clause_id=old.pk)),
        "five_elements_missing": (cast.officer, "orders", order(row, funds="")),
        "own_recheck": (cast.officer, "rechecks", looked(row, cast.officer)),
    }[try_it]
    if try_it == "own_recheck":
        row.rectification.rectifier = cast.officer
        row.rectification.save()
    before = get_hazard(row.pk).version
    answered = Phone(who).post(f"/api/hazards/{address}", body)
    assert answered.json()["code"] == try_it, answered.content
    noted = Event.objects.latest("seq")
    assert (noted.type, noted.target) == ("hazard.refused", str(row.pk))
    assert json.loads(noted.header)["actor"] == str(who.pk)
    refusal = json.loads(noted.content.body)["refusal"]
    assert (refusal["hazard_id"], refusal["code"]) == (str(row.pk), try_it)
    assert not Delivery.objects.filter(event=noted).exists()
    assert get_hazard(row.pk).version == before
    assert verify_chain(TOWN).ok


def test_being_late_or_elsewhere_is_no_breach(cast):
    row = hazard_in(cast, HazardState.JUDGED)
    Phone(cast.officer).post("/api/hazards/judgements", judgement(cast, row))  # illegal_move
    Phone(cast.chen).post("/api/hazards/rechecks", looked(row, cast.chen))  # not_found
    assert not Event.objects.filter(type="hazard.refused").exists()


# who may say where a hazard comes from; all of it at the boss's shop in grid 1
SOURCES = {
    "self_check": "boss guard",
    "department": "head lead officer other_lead",
    "patrol": "wang",
    "leader": "head mayor office",
    "expert": "expert head lead officer other_lead",
    "tip": "head lead office officer other_lead",
    "accident": "head lead office officer other_lead",
}


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_is_named_by_whose_it_is(cast, source):
    got = set()
    for name, person in cast.people.items():
        answered = Phone(person).post("/api/hazards", found(cast, uuid4(), source=source))
        assert answered.status_code in (201, 403, 404), answered.content
        if answered.status_code == 201:
            got.add(name)
    assert " ".join(sorted(got)) == SOURCES[source]
    assert Hazard.objects.filter(source=source).count() == len(got)


def test_every_source_is_somebodys():
    assert set(SOURCES) | {"handed_down"} == set(Source.values)


def test_a_service_asks_for_the_right_itself(cast):
    """An operation of a phone goes by no address that could ask."""
    row = hazard_in(cast, HazardState.REPORTED)
    for person in (cast.wang, cast.boss, cast.mayor):
        with pytest.raises(Problem, match=r"^not_allowed"):
            judge(judgement(cast, row, level="general"), acting_user=person)
