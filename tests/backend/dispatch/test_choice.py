"""Planning by condition: who is meant, who gets it, who is left out and why; sent twice it is sent once."""

import hashlib

import msgspec
import pytest

from backend.dispatch.models import Task
from backend.dispatch.planning import plan
from backend.dispatch.services import send
from backend.enterprises.models import Enterprise
from backend.foundation import clock
from backend.foundation.problems import Problem
from backend.journal.chain import canonical
from tests.backend.dispatch.orders import order
from tests.backend.phone import Phone
from tests.cast import OTHER_TOWN


def planned(cast, by="lead", **condition):
    return plan(cast.people[by], order(cast, **({"per_grid": None} | condition)))


def names(made):
    return sorted(enterprise.name for enterprise, _, _ in made.chosen)


def told(made):
    return sorted((skipped.code, skipped.detail.split("：")[0]) for skipped in made.skipped)


def test_an_empty_choice_is_a_mistake_and_not_the_whole_town(cast):
    with pytest.raises(Problem, match="nothing_chosen"):
        planned(cast)


def test_by_village(cast):
    village = cast.grids[2].village_id
    assert names(planned(cast, village_codes=[village])) == ["河口村第3网格小店1", "河口村第3网格小店2"]


def test_by_sector_and_tag(cast):
    assert len(planned(cast, sectors=["07"]).chosen) == 6
    assert not planned(cast, sectors=["07"], tags=["mine"]).chosen
    assert len(planned(cast, sectors=["07", "11"], tags=["small_venue"]).chosen) == 6


def test_by_risk(cast):
    Enterprise.objects.filter(pk=cast.enterprises[4].pk).update(risk="red")
    assert names(planned(cast, risks=["red", "orange"])) == [cast.enterprises[4].name]


def test_by_how_long_nobody_was_there(cast):
    Enterprise.objects.update(last_visit=clock.days_ago(10))
    Enterprise.objects.filter(pk=cast.enterprises[0].pk).update(last_visit=clock.days_ago(40))
    Enterprise.objects.filter(pk=cast.enterprises[1].pk).update(last_visit=None)
    assert names(planned(cast, unvisited_days=30)) == sorted(e.name for e in cast.enterprises[:2])


def test_all_conditions_must_hold(cast):
    Enterprise.objects.filter(pk=cast.enterprises[4].pk).update(risk="red")
    assert not planned(cast, risks=["red"], grid_uids=[cast.grids[0].uid]).chosen


def test_of_a_list_the_good_ones_are_planned_and_the_others_explained(cast):
    """One under way, the brickyard the checklist is not for, one that does not exist."""
    nobody = cast.grids[3].uid
    cast.send(2, per_grid=1)
    busy = Task.objects.get().enterprise
    ids = [cast.enterprises[0].pk, busy.pk, cast.enterprises[6].pk, nobody]
    made = planned(cast, enterprise_ids=ids)
    assert names(made) == [cast.enterprises[0].name]
    assert told(made) == sorted(
        [
            ("all_under_way", busy.name),
            ("not_fitting", "石桥砖厂"),
            ("unknown_subject", "名录里没有这个单位，或不在您的范围内。"),
        ]
    )


def test_another_town_does_not_exist(cast):
    far = cast.enterprises[1]
    Enterprise.objects.filter(pk=far.pk).update(grid=cast.grids[3], village=cast.grids[3].village)
    assert cast.grids[3].code.startswith(OTHER_TOWN)
    assert [code for code, _ in told(planned(cast, enterprise_ids=[far.pk]))] == ["unknown_subject"]
    assert far.name not in names(planned(cast, sectors=["07"]))


def test_another_kind_by_the_same_checklist_is_not_under_way(cast):
    cast.send(1)
    assert len(planned(cast, grid_uids=[cast.grids[0].uid], kind="patrol").chosen) == 2


def test_a_self_inspection_goes_to_the_principal_and_who_has_none_is_named(cast):
    made = planned(cast, grid_uids=[cast.grids[0].uid], kind="self_inspection")
    assert [(e.name, user.name) for e, _, user in made.chosen] == [(cast.enterprises[0].name, "boss")]
    assert told(made) == [("no_principal", cast.enterprises[1].name)]


def test_an_enterprise_sees_and_answers_its_own_self_inspection(cast):
    sent = send(order(cast, enterprise_ids=[cast.enterprises[0].pk], kind="self_inspection"), acting_user=cast.lead)
    phone = Phone(cast.boss)
    (row,) = phone.get("/api/tasks").json()["results"]
    assert (row["kind"], row["id"]) == ("self_inspection", str(sent.tasks.get().pk))
    (answered,) = phone.submit(phone.op("inspection.submit", cast.result(sent.tasks.get())))
    assert answered["status"] == "awaiting_blob"


@pytest.mark.parametrize(
    ("kind", "who", "fits"),
    [
        ("leader_led", "mayor", True),
        ("leader_led", "head", True),
        ("leader_led", "wang", False),
        ("joint", "officer", True),
        ("joint", "wang", False),
        ("unannounced", "officer", True),
        ("unannounced", "expert", False),
        ("inspection", "expert", True),
        ("inspection", "boss", False),
        ("drill", "boss", True),
        ("drill", "wang", False),
        ("inspection", "stranger", False),
    ],
)
def test_who_may_be_named_for_what(cast, kind, who, fits):
    made = planned(cast, enterprise_ids=[cast.enterprises[0].pk], kind=kind, assignee_id=cast.people[who].pk)
    if fits:
        assert [user.name for *_, user in made.chosen] == [who]
    else:
        assert made.chosen == []
        assert {skipped.code for skipped in made.skipped} <= {"assignee_unfit", "own_enterprise"}


def test_the_same_request_twice_is_sent_once(cast):
    wanted = order(cast, sectors=["07"], per_grid=None, kind="patrol")
    first = send(wanted, acting_user=cast.lead)
    assert send(wanted, acting_user=cast.lead) == first
    assert Task.objects.count() == 6


def test_a_request_of_the_first_form_keeps_its_fingerprint(cast):
    """What was sent before there were conditions is known again after an update. The digest is that of the first version."""
    wanted = order(cast, grid_uids=[cast.grids[0].uid])
    names = ("grid_uids", "checklist_id", "per_grid", "id", "title", "deadline", "priority", "note")
    asked = msgspec.to_builtins(wanted)
    expected = hashlib.sha256(canonical({name: asked[name] for name in names}).encode()).hexdigest()
    assert send(wanted, acting_user=cast.lead).request == expected


def test_over_http_the_preview_shows_loads_and_sends_nothing(cast):
    cast.send(1, per_grid=1)
    body = {"checklist_id": cast.checklist.pk, "sectors": ["07"], "per_grid": None, "kind": "patrol"}
    answered = Phone(cast.lead).post("/api/dispatches/preview", body).json()
    loads = {load["user"]["name"]: (load["new"], load["open"]) for load in answered["workers"]}
    assert loads == {"wang": (4, 1), "chen": (2, 0)}
    assert Task.objects.count() == 1


@pytest.mark.parametrize(
    "condition", [{"kind": "party"}, {"unvisited_days": -1}, {"grid_uids": ["x"]}, {"risks": ["a", "b", "c", "d", "e"]}]
)
def test_what_makes_no_sense_is_named(cast, condition):
    body = {"checklist_id": str(cast.checklist.pk)} | condition
    answered = Phone(cast.lead).post("/api/dispatches/preview", body)
    assert (answered.status_code, answered.json()["code"]) == (400, "unreadable")
    assert next(iter(condition)) in answered.json()["detail"]
