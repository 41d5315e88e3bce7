"""The register unit by unit: registered, edited, closed, struck off, organised; each an event, each with its outsider."""

from uuid import uuid4

import msgspec
import pytest

from backend.dispatch.models import Task
from backend.enterprises.models import Enterprise, Standing
from backend.enterprises.problems import ALREADY_REGISTERED, REGISTER_FIELD_WRONG, REGISTER_ID_REUSED, STILL_TIED
from backend.enterprises.queries import longest_unvisited
from backend.enterprises.services import (
    EnterpriseEdit,
    NewEnterprise,
    NewStanding,
    Organisation,
    StaffGiven,
    UnitGiven,
    edit,
    organise,
    register,
    set_standing,
)
from backend.enterprises.ties import ties_of
from backend.foundation.problems import NOT_FOUND, SOMEBODY_WAS_FASTER, Problem
from backend.journal.models import Delivery, Event
from tests.backend.enterprises.files import uscc
from tests.backend.phone import Phone
from tests.cast import OTHER_TOWN, TOWN


def refused_with(kind):
    return pytest.raises(Problem, match=kind.code)


def facts(**changes):
    return {
        "name": "演示纸箱厂", "uscc": uscc(1), "kind": "enterprise", "sectors": ["11", "07"], "lon": 110.0051, "lat": 22.0052,
        "principal": "演示人", "principal_phone": "10000010077",
    } | changes  # fmt: skip


def new(**changes):
    return NewEnterprise(**({"id": uuid4(), "town": TOWN} | facts(**changes)))


def registered(cast, **changes):
    return register(new(**changes), acting_user=cast.office)


def changed(unit, **changes):
    return EnterpriseEdit(version=unit.version, **facts(**changes))


def standing(unit, to):
    return NewStanding(version=unit.version, standing=to, reason="演示")


def test_the_grid_and_the_village_follow_from_the_position(cast):
    unit = registered(cast, lon=110.025)
    assert (unit.grid, unit.village) == (cast.grids[2], cast.grids[2].village)


def test_it_is_an_event_for_the_phones_of_the_grid(cast):
    unit = registered(cast)
    event = Event.objects.get(type="enterprise.registered")
    assert event.target == str(unit.pk)
    assert list(Delivery.objects.filter(event=event).values_list("stream", flat=True)) == [f"g:{unit.grid_id}"]


def test_the_same_request_again_returns_what_it_made(cast):
    wanted = new()
    assert register(wanted, acting_user=cast.office) == register(wanted, acting_user=cast.office)
    with refused_with(REGISTER_ID_REUSED):
        register(new(id=wanted.id, workers=5), acting_user=cast.office)
    assert Event.objects.filter(type="enterprise.registered").count() == 1


WRONG = {
    "outside": ({"lon": 110.9}, "lon", "position_outside"),
    "check sign": ({"uscc": uscc(1)[:17] + "0"}, "uscc", "uscc_wrong"),
    "phone": ({"principal_phone": "138"}, "principal_phone", "phone_wrong"),
    "sector": ({"sectors": ["77"]}, "sectors", "unknown_sector"),
    "tag": ({"tags": ["dragon"]}, "tags", "unknown_tag"),
    "blank name": ({"name": " \n"}, "name", "missing"),
    "department": ({"department_id": uuid4()}, "department_id", "unknown_department"),
    "park": ({"park_id": uuid4()}, "park_id", "unknown_park"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_field_is_named_and_nothing_is_saved(cast, kind):
    changes, field, reason = WRONG[kind]
    with refused_with(REGISTER_FIELD_WRONG) as caught:
        registered(cast, **changes)
    assert caught.value.fields.items() >= {"field": field, "reason": reason}.items()
    assert caught.value.fields["todo"]
    assert not Event.objects.filter(type="enterprise.registered").exists()


def test_a_code_is_on_the_register_once(cast):
    unit = registered(cast)
    with refused_with(ALREADY_REGISTERED):
        registered(cast, name="另一个")
    set_standing(unit, standing(unit, "struck"), acting_user=cast.office)
    assert registered(cast, name="另一个").uscc == unit.uscc


@pytest.mark.parametrize("who", ["wang", "mayor", "officer", "supervisor", "expert", "admin", "boss", "stranger"])
def test_who_may_not_change_the_register(cast, who):
    with refused_with(NOT_FOUND):
        register(new(), acting_user=cast.people[who])


def test_nobody_registers_in_another_town(cast):
    with refused_with(NOT_FOUND):
        register(new(town=OTHER_TOWN), acting_user=cast.office)


def test_a_lead_edits_and_the_old_grid_hears_of_the_move(cast):
    unit = registered(cast)
    before = unit.grid_id
    edit(unit, changed(unit, lon=110.025, workers=9), acting_user=cast.lead)
    unit.refresh_from_db()
    assert (unit.version, unit.workers, unit.grid) == (2, 9, cast.grids[2])
    streams = Delivery.objects.filter(event__type="enterprise.changed").values_list("stream", flat=True)
    assert set(streams) == {f"g:{before}", f"g:{cast.grids[2].pk}"}


def test_who_edits_an_old_version_is_told(cast):
    unit = registered(cast)
    stale = changed(unit)
    edit(unit, changed(unit, workers=9), acting_user=cast.office)
    with refused_with(SOMEBODY_WAS_FASTER):
        edit(unit, stale, acting_user=cast.office)
    unit.refresh_from_db()
    assert unit.workers == 9


def test_closed_units_get_no_new_tasks_and_stay_in_the_list(cast):
    unit = registered(cast)
    assert unit in longest_unvisited(Enterprise.objects.filter(grid=unit.grid_id), "11", "")
    set_standing(unit, standing(unit, "closed"), acting_user=cast.office)
    assert unit not in longest_unvisited(Enterprise.objects.filter(grid=unit.grid_id), "11", "")
    listed = Phone(cast.office).get("/api/enterprises", q="纸箱").json()["results"]
    assert [(row["standing"], row["standing_why"]) for row in listed] == [("closed", "演示")]


def test_struck_off_units_are_gone_from_the_list_and_not_from_the_database(cast):
    unit = registered(cast)
    set_standing(unit, standing(unit, "struck"), acting_user=cast.office)
    phone = Phone(cast.office)
    assert phone.get("/api/enterprises", q="纸箱").json()["results"] == []
    assert phone.get(f"/api/enterprises/{unit.pk}").status_code == 404
    assert Enterprise.objects.get(pk=unit.pk).standing == Standing.STRUCK


def test_a_unit_with_a_task_cannot_be_struck_off(cast):
    cast.task_for(1)
    unit = Enterprise.objects.get(pk=Task.objects.get().enterprise_id)
    with refused_with(STILL_TIED) as caught:
        set_standing(unit, standing(unit, "struck"), acting_user=cast.office)
    assert "已有任务" in caught.value.fields["ties"]


def test_every_tie_is_noticed(cast):
    """The first enterprise has a principal with an account; a park has tenants."""
    park = registered(cast)
    registered(cast, uscc=uscc(2), name="租户", park_id=park.pk)
    found = ties_of([cast.enterprises[0].pk, park.pk, cast.enterprises[1].pk])
    assert found[cast.enterprises[0].pk] == ["已有本单位的人员账号"]
    assert found[park.pk] == ["已有租户登记在它名下"]
    assert found[cast.enterprises[1].pk] == []


def test_a_park_and_its_tenants(cast):
    park = registered(cast)
    tenant = registered(cast, uscc=uscc(2), name="租户", park_id=park.pk)
    shown = Phone(cast.office).get(f"/api/enterprises/{park.pk}").json()
    assert shown["tenants"] == [{"id": str(tenant.pk), "name": "租户"}]
    listed = Phone(cast.office).get("/api/enterprises", park=str(park.pk)).json()["results"]
    assert [row["id"] for row in listed] == [str(tenant.pk)]


def test_a_tenant_is_no_park_and_a_park_no_tenant(cast):
    park = registered(cast)
    tenant = registered(cast, uscc=uscc(2), name="租户", park_id=park.pk)
    with refused_with(REGISTER_FIELD_WRONG):
        registered(cast, uscc=uscc(3), name="三层", park_id=tenant.pk)
    with refused_with(REGISTER_FIELD_WRONG):
        edit(park, changed(park, park_id=cast.enterprises[1].pk), acting_user=cast.office)
    with refused_with(REGISTER_FIELD_WRONG):
        edit(tenant, changed(tenant, uscc=uscc(2), park_id=tenant.pk), acting_user=cast.office)


WORKSHOP, TEAM, HEAD, SAFETY = (uuid4() for _ in range(4))


def tree(version=1, **changes):
    return Organisation(**({
        "version": version,
        "units": [
            UnitGiven(id=TEAM, parent_id=WORKSHOP, kind="team", name="早班"),
            UnitGiven(id=WORKSHOP, kind="workshop", name="一车间"),
        ],
        "staff": [
            StaffGiven(id=HEAD, unit_id=TEAM, post="unit_head", name="班长"),
            StaffGiven(id=SAFETY, post="safety", name="安管", phone="0750-2223334"),
        ],
    } | changes))  # fmt: skip


def test_workshops_teams_and_who_answers_for_them(cast):
    unit = organise(registered(cast), tree(), acting_user=cast.lead)
    shown = Phone(cast.office).get(f"/api/enterprises/{unit.pk}").json()
    assert {row["name"]: row["parent_id"] for row in shown["units"]} == {"一车间": None, "早班": str(WORKSHOP)}
    assert {row["name"]: (row["unit_id"], row["phone"]) for row in shown["staff"]} == {
        "班长": (str(TEAM), ""), "安管": (None, "07502223334"),
    }  # fmt: skip
    event = Event.objects.get(type="enterprise.organised")
    assert not Delivery.objects.filter(event=event).exists()


def test_who_is_left_out_has_ended_and_is_kept(cast):
    unit = organise(registered(cast), tree(), acting_user=cast.lead)
    organise(unit, tree(2, staff=[], units=[]), acting_user=cast.lead)
    shown = Phone(cast.office).get(f"/api/enterprises/{unit.pk}").json()
    assert (shown["units"], shown["staff"]) == ([], [])
    assert unit.staff.filter(until=None).count() == 0
    assert unit.staff.count() == 2


TREES = {
    "a workshop in a workshop": {"units": [UnitGiven(id=WORKSHOP, kind="workshop", name="一"),
                                           UnitGiven(id=TEAM, parent_id=WORKSHOP, kind="workshop", name="二")]},
    "a team in a team": {"units": [UnitGiven(id=WORKSHOP, kind="team", name="一"),
                                   UnitGiven(id=TEAM, parent_id=WORKSHOP, kind="team", name="二")]},
    "a parent that is not there": {"units": [UnitGiven(id=TEAM, parent_id=uuid4(), kind="team", name="二")]},
    "staff of a unit that is not there": {"units": []},
    "the head of nothing": {"staff": [StaffGiven(id=HEAD, post="unit_head", name="班长")]},
    "a phone that is none": {"staff": [StaffGiven(id=SAFETY, post="safety", name="安管", phone="12")]},
}  # fmt: skip


@pytest.mark.parametrize("kind", TREES)
def test_a_tree_that_makes_no_sense_changes_nothing(cast, kind):
    unit = registered(cast)
    with refused_with(REGISTER_FIELD_WRONG):
        organise(unit, tree(**TREES[kind]), acting_user=cast.lead)
    assert (unit.units.count(), unit.staff.count()) == (0, 0)
    assert Enterprise.objects.get(pk=unit.pk).version == 1


def test_units_of_another_enterprise_are_not_taken_over(cast):
    organise(registered(cast), tree(), acting_user=cast.lead)
    other = registered(cast, uscc=uscc(2), name="别家")
    with refused_with(REGISTER_ID_REUSED):
        organise(other, tree(), acting_user=cast.lead)
    assert other.units.count() == 0


def test_over_rest(cast):
    phone = Phone(cast.office)
    key = str(uuid4())
    answered = phone.post("/api/enterprises", {"id": key, "town": TOWN} | facts())
    assert answered.status_code == 201, answered.content
    assert phone.post("/api/enterprises", {"id": key, "town": TOWN} | facts()).json() == answered.json()
    address = f"/api/enterprises/{key}"
    put(phone, address, {"version": 1} | facts(workers=7), 200)
    put(phone, address, {"version": 1} | facts(workers=8), 409)
    put(phone, f"{address}/organisation", {"version": 2, "units": [], "staff": []}, 200)
    assert (
        put(phone, f"{address}/standing", {"version": 3, "standing": "closed", "reason": "停产"}, 200)["version"] == 4
    )
    assert phone.post("/api/enterprises", {"id": key} | facts()).json()["code"] == "unreadable"


def put(phone, path, body, status):
    answered = phone._send("put", path, msgspec.json.encode(body), "application/json")
    assert answered.status_code == status, answered.content
    return answered.json()


def test_a_unit_outside_ones_scope_does_not_exist(cast):
    unit = registered(cast)
    assert Phone(cast.chen).get(f"/api/enterprises/{unit.pk}").status_code == 404
    assert Phone(cast.wang).get(f"/api/enterprises/{unit.pk}").status_code == 200
