"""Who sees whose phone, and which phone stands first."""

from datetime import timedelta
from uuid import uuid4

import pytest

from backend.accounts.models import Device, RoleHeld
from backend.comms.queries import devices_visible_to
from backend.comms.verdicts import HOLDING_LONG, Verdict, place_of, verdicts_on
from backend.dispatch.steering import hand_over
from backend.foundation import clock
from tests.backend.phone import Phone
from tests.cast import OTHER_TOWN

VERSION = "0.1.0"


def device(user, *, days_silent=0.0, held_days=None, **more):
    now = clock.now()
    row = Device(id=uuid4(), user=user, app_version=VERSION, clock_skew_s=0, health_at=now, name="Android")
    row.unsent, row.oldest_unsent_at = (1, now - timedelta(days=held_days)) if held_days is not None else (0, None)
    for name, value in more.items():
        setattr(row, name, value)
    row.save()
    row.last_seen_at = now - timedelta(days=days_silent)
    row.save()
    return row


@pytest.fixture
def everybodys(cast):
    for person in cast.people.values():
        device(person)
    return cast


SEES = {
    "lead": "wang li chen lead head officer",
    "head": "wang li chen lead head officer",
    "other_lead": "wang li chen other_lead",
    "office": "wang li chen lead head officer other_lead office mayor expert admin boss guard",
    "mayor": "wang li chen lead head officer other_lead office mayor expert admin boss guard",
    "admin": "wang li chen lead head officer other_lead office mayor expert admin boss guard",
    **dict.fromkeys(("wang", "li", "chen", "officer", "expert", "boss", "guard", "stranger", "supervisor"), ""),
}


@pytest.mark.parametrize("who", SEES)
def test_everybody_sees_the_phones_of_their_people_and_no_others(everybodys, who):
    seen = devices_visible_to(everybodys.people[who])
    assert sorted(row.user.name for row in seen) == sorted(SEES[who].split())


def test_everybody_is_in_the_table(cast):
    assert set(SEES) == set(cast.people)


def test_who_holds_a_task_of_the_department_is_among_its_people(everybodys):
    """A stand-in from elsewhere: as long as the task is open, the lead must know whether it can reach the phone."""
    task = everybodys.task_for(1)
    hand_over(task, everybodys.stranger, acting_user=everybodys.lead, why="支援")
    assert "stranger" in {row.user.name for row in devices_visible_to(everybodys.lead)}
    assert "stranger" not in {row.user.name for row in devices_visible_to(everybodys.other_lead)}


def test_a_role_that_has_ended_shows_nobody(everybodys):
    RoleHeld.objects.filter(user=everybodys.wang).update(until=clock.today() - timedelta(days=1))
    assert "wang" not in {row.user.name for row in devices_visible_to(everybodys.office)}


@pytest.mark.parametrize("who", ["wang", "officer", "boss", "supervisor"])
def test_an_outsider_is_refused(cast, who):
    answered = Phone(cast.people[who]).get("/api/devices")
    assert (answered.status_code, answered.json()["code"]) == (403, "not_allowed")


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({}, ["ok"]),
        ({"held_days": 0.9}, ["ok"]),
        ({"held_days": 1.1}, ["holding"]),
        ({"days_silent": 2.9}, ["ok"]),
        ({"days_silent": 3.1}, ["silent"]),
        ({"clock_skew_s": 300}, ["ok"]),
        ({"clock_skew_s": -301}, ["clock"]),
        ({"app_version": "0.0.9"}, ["old_app"]),
        ({"app_version": "", "clock_skew_s": None, "health_at": None}, ["ok"]),
        (
            {"held_days": 5, "days_silent": 4, "clock_skew_s": 999, "app_version": "9"},
            ["holding", "silent", "clock", "old_app"],
        ),
    ],
)
def test_the_verdict_on_a_device(cast, state, expected):
    assert verdicts_on(device(cast.wang, **state), clock.now(), VERSION) == [Verdict(one) for one in expected]


def test_unsent_work_ages_although_the_phone_is_silent(cast):
    phone = device(cast.wang, held_days=0.5)
    assert verdicts_on(phone, clock.now() + timedelta(days=2), VERSION) == [Verdict.HOLDING]


def test_the_worst_stands_first(cast):
    """Seen failing with the order by verdict alone: a day of held work stood before four."""
    people = [cast.wang, cast.li, cast.chen, cast.officer, cast.lead, cast.head]
    states = [
        {}, {"days_silent": 9}, {"held_days": 1.5, "days_silent": 2}, {"clock_skew_s": 400}, {"app_version": "0"},
        {"held_days": HOLDING_LONG.days + 1},
    ]  # fmt: skip
    for person, state in zip(people, states, strict=True):
        device(person, **state)
    rows = Phone(cast.mayor).get("/api/devices").json()["results"]
    names = [row["person"]["name"] for row in rows if row["person"]["name"] != "mayor"]
    assert names == ["head", "chen", "li", "officer", "lead", "wang"]


def test_pages_hold_everything_once(everybodys):
    office, seen, cursor = Phone(everybodys.office), [], ""
    while cursor is not None:
        page = office.get("/api/devices", limit=4, cursor=cursor).json()
        seen += [row["id"] for row in page["results"]]
        cursor = page["next"]
    assert len(seen) == len(set(seen)) == devices_visible_to(everybodys.office).count()


def test_one_verdict_only(everybodys):
    device(everybodys.wang, days_silent=5)
    rows = Phone(everybodys.office).get("/api/devices", verdict="silent").json()["results"]
    assert [(row["person"]["name"], row["verdicts"]) for row in rows] == [("wang", ["silent"])]


def test_a_row_says_whose_phone_it_is_and_where_they_work(cast):
    device(cast.li, held_days=2)
    (row,) = Phone(cast.lead).get("/api/devices", verdict="holding").json()["results"]
    assert row["person"] == {"id": str(cast.li.pk), "name": "li", "phone": cast.li.phone}
    assert row["post"]["roles"] == ["grid_worker"]
    assert [grid["name"] for grid in row["post"]["grids"]] == ["石桥村第2网格"]


def test_a_device_given_up_long_ago_is_left_out_unless_it_holds_work(cast):
    device(cast.wang, days_silent=61)
    kept = device(cast.li, days_silent=61, held_days=70)
    assert list(devices_visible_to(cast.office).filter(user__in=[cast.wang, cast.li])) == [kept]


def test_the_neighbours_town_is_not_shown(cast):
    device(cast.stranger)
    assert not devices_visible_to(cast.office).filter(user=cast.stranger).exists()
    assert cast.stranger.held_today()[0].division == OTHER_TOWN


def test_a_list_of_many_phones_costs_as_many_queries_as_one_of_few(everybodys, django_assert_max_num_queries):
    office = Phone(everybodys.office)
    for _ in range(20):
        device(everybodys.wang)
    with django_assert_max_num_queries(8):
        office.get("/api/devices")


def test_the_order_is_one_for_all_pages(cast):
    """Two devices with the same verdict and the same moment: the id decides, so that no page repeats or skips."""
    now = clock.now()
    one, other = device(cast.wang), device(cast.wang)
    one.last_seen_at = other.last_seen_at = now
    assert place_of(one, now, VERSION) != place_of(other, now, VERSION)
