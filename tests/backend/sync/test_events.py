"""Events out: in order, without gaps, to nobody else; and old state + events is the fresh state."""

from datetime import timedelta
from uuid import uuid4

import pytest

from backend.comms.services import Answer, Confirmation, NewTest, start_test, take_answer, take_confirmation
from backend.dispatch.steering import hand_over
from backend.foundation import clock
from backend.inspections.services import submit
from backend.journal.models import Epoch
from tests.backend.phone import Phone
from tests.cast import TOWN


@pytest.fixture
def phone(cast):
    return Phone(cast.wang)


def everything(phone):
    """Replica and cursors of a surface that begins now."""
    rows, cursors = {}, {}
    for stream in phone.pull({})["reset"]:
        taken = phone.snapshot(stream)
        cursors[stream] = taken["as_of"]
        for row in taken["rows"]:
            _keep(rows, row["k"], row["v"])
    return rows, cursors


def catch_up(phone, rows, cursors):
    """The reducer that every surface must be equal to: newest version wins, task.left removes."""
    while True:
        page = phone.pull(cursors, limit=3)
        for event in page["events"]:
            assert event["q"] == cursors[event["s"]] + 1, "a gap"
            cursors[event["s"]] = event["q"]
            _apply(rows, event["t"], event["b"])
        if not page["more"]:
            return rows


def _apply(rows, kind, body):
    if kind == "task.left":
        held = rows.get(("task", body["task_id"]))
        if held and held["version"] < body["version"]:
            del rows[("task", body["task_id"])]
        return
    for name, view in body.items():
        _keep(rows, name, view)


def _keep(rows, kind, view):
    key = (kind, view.get("id"))
    if key not in rows or rows[key].get("version", 0) <= view.get("version", 0):
        rows[key] = view


def of_kind(rows, *kinds):
    return {key: view for key, view in rows.items() if key[0] in kinds}


def test_a_new_stream_begins_with_a_snapshot(cast, phone):
    page = phone.pull({})
    grids = [f"g:{grid.uid}" for grid in cast.grids[:2]]
    assert set(page["reset"]) == {f"p:{cast.wang.pk}", *grids, f"a:{TOWN}"}
    assert page["events"] == []


@pytest.mark.parametrize("who", ["wang", "office", "lead"])
def test_old_state_and_events_are_the_fresh_state(cast, who):
    surface = Phone(cast.people[who])
    cast.send(1, 2, 3, per_grid=1)
    rows, cursors = everything(surface)
    first, second = cast.send(1, 2).tasks.filter(assignee=cast.wang)[:2]
    submit(cast.result(first, fails=("gas", "wiring")), acting_user=cast.wang)
    hand_over(second, cast.li, acting_user=cast.lead, why="请假")
    _test_communication(cast)
    kinds = ("task", "hazard", "communication_test")
    catch_up(surface, rows, cursors)
    catch_up(surface, rows, cursors)  # the first one told the server what is stored, which is news again
    fresh, _ = everything(surface)
    assert of_kind(rows, *kinds) == of_kind(fresh, *kinds)


def _test_communication(cast):
    """One test that is answered and confirmed, and one that waits."""
    answered, _ = (start_test(NewTest(id=uuid4(), town=TOWN), acting_user=cast.office) for _ in range(2))
    for person in (cast.wang, cast.lead):
        take_answer(Answer(test_id=answered.pk, heard_at=clock.now(), way="live"), acting_user=person)
        take_confirmation(Confirmation(test_id=answered.pk, at=clock.now()), acting_user=person)


def test_a_phone_that_comes_later_than_its_events_still_finds_the_test(cast, phone):
    start_test(NewTest(id=uuid4(), town=TOWN, within_minutes=10), acting_user=cast.office)
    (row,) = [row["v"] for row in phone.snapshot(f"p:{cast.wang.pk}")["rows"] if row["k"] == "communication_test"]
    assert (row["heard_at"], row["version"]) == (None, 1)
    with clock.at(clock.now() + timedelta(minutes=11)):
        assert phone.snapshot(f"p:{cast.wang.pk}")["rows"] == [], "closed: nothing to answer in time"


def test_a_worker_hears_only_what_is_theirs(cast):
    chen = Phone(cast.chen)
    rows, cursors = everything(chen)
    cast.send(1, 2, 3, per_grid=1)
    tasks = of_kind(catch_up(chen, rows, cursors), "task").values()
    assert [task["assignee"]["name"] for task in tasks] == ["chen"]


def test_a_stream_of_others_is_dropped_or_not_found(cast, phone):
    foreign = f"p:{cast.chen.pk}"
    assert phone.pull({foreign: 0})["drop"] == [foreign]
    answered = phone.get("/api/snapshot", stream=foreign)
    assert (answered.status_code, answered.json()["code"]) == (404, "not_your_stream")


def test_a_cursor_above_the_head_is_another_history(cast, phone):
    own = f"p:{cast.wang.pk}"
    answered = phone.get("/api/sync", epoch=phone.me["epoch"], c=f"{own}:99")
    assert (answered.status_code, answered.json()["code"]) == (409, "epoch_changed")


def test_a_new_epoch_is_said(cast, phone):
    Epoch.objects.create()
    answered = phone.get("/api/sync", epoch=phone.me["epoch"], c="")
    assert answered.json()["code"] == "epoch_changed"


def test_what_the_phone_has_stored_shows_on_the_ladder(cast, phone):
    task = cast.task_for(1)
    own = f"p:{cast.wang.pk}"
    phone.pull({own: 0})
    assert not task.facts.exists(), "sent is not stored"
    phone.pull({own: 1})
    assert task.facts.get().fact == "on_phone"


def test_a_malformed_cursor_is_named(phone):
    answered = phone.get("/api/sync", epoch="", c="p")
    assert (answered.status_code, answered.json()["fields"]) == (400, {"field": "c"})
