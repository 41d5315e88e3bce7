"""Sending: each task to its holder, once, however often the button is pressed."""

from datetime import timedelta
from uuid import uuid4

import pytest

from backend.dispatch.models import Assignment, Dispatch, Task
from backend.dispatch.services import NewDispatch, send
from backend.enterprises.models import Enterprise
from backend.foundation import clock
from backend.foundation.problems import Problem
from backend.journal.models import Delivery, Event
from backend.territory.models import Posting
from tests.backend.journal.writers import all_at_once, on_disk
from tests.backend.phone import Phone
from tests.cast import TOWN, make_cast

__all__ = ["on_disk"]


def wanted(cast, *grids, **changes):
    whole = {
        "id": uuid4(), "title": "小场所消防检查", "grid_uids": [cast.grids[n - 1].uid for n in grids],
        "checklist_id": cast.checklist.pk, "per_grid": 1, "deadline": clock.now() + timedelta(days=1),
    }  # fmt: skip
    return NewDispatch(**(whole | changes))


def test_everybody_gets_their_tasks(cast):
    sent = send(wanted(cast, 1, 2, 3, note="带上灭火器检查单"), acting_user=cast.lead)
    tasks = Task.objects.filter(dispatch=sent)
    assert sorted(task.assignee.name for task in tasks) == ["chen", "wang", "wang"]
    assert {task.state for task in tasks} == {"sent"}
    assert Assignment.objects.filter(task__in=tasks, number=1).count() == 3
    assert (sent.town, sent.department) == (TOWN, cast.departments["yj"])


def test_it_is_heard_by_holder_department_and_office_and_by_nobody_else(cast):
    send(wanted(cast, 3), acting_user=cast.lead)
    heard = set(Delivery.objects.values_list("stream", flat=True))
    assert heard == {f"p:{cast.chen.pk}", f"d:{cast.departments['yj'].pk}", f"o:{TOWN}"}


def test_the_same_again_is_the_same_dispatch(cast):
    order = wanted(cast, 1, 2)
    first = send(order, acting_user=cast.lead)
    events = Event.objects.count()
    assert send(order, acting_user=cast.lead) == first
    assert (Task.objects.count(), Event.objects.count()) == (2, events)


def test_the_same_again_is_answered_even_after_the_deadline(cast):
    order = wanted(cast, 1)
    first = send(order, acting_user=cast.lead)
    with clock.at(clock.now() + timedelta(days=2)):
        assert send(order, acting_user=cast.lead) == first


def test_other_content_or_another_sender_under_a_used_id_is_refused(cast):
    order = wanted(cast, 1)
    send(order, acting_user=cast.lead)
    for again, by in ((wanted(cast, 2, id=order.id), cast.lead), (order, cast.office)):
        with pytest.raises(Problem, match="dispatch_id_reused"):
            send(again, acting_user=by)
    assert Task.objects.count() == 1


def test_pressed_twice_at_the_same_moment_it_is_sent_once(on_disk):
    cast = make_cast()
    order = wanted(cast, 1, 2)
    sent = all_at_once(lambda _: send(order, acting_user=cast.lead).pk, 4)
    assert set(sent) == {order.id}
    assert Task.objects.count() == 2


def test_a_deadline_that_has_passed_is_refused(cast):
    with pytest.raises(Problem, match="deadline_passed"):
        send(wanted(cast, 1, deadline=clock.now()), acting_user=cast.lead)
    assert not Dispatch.objects.exists()


def test_with_nobody_to_send_to_it_says_why_for_each_grid(cast):
    Posting.objects.filter(grid=cast.grids[0]).delete()
    Enterprise.objects.filter(grid=cast.grids[2]).update(tags=[])
    with pytest.raises(Problem, match="nothing_to_send") as refused:
        send(wanted(cast, 1, 3), acting_user=cast.lead)
    assert [detail.split("：")[0] for detail in refused.value.fields["skipped"]] == ["石桥村第1网格", "河口村第3网格"]
    assert not Dispatch.objects.exists()


def test_what_was_skipped_is_kept_with_the_dispatch(cast):
    Posting.objects.filter(grid=cast.grids[2]).delete()
    sent = send(wanted(cast, 1, 3), acting_user=cast.lead)
    assert [row["code"] for row in Dispatch.objects.get(pk=sent.pk).skipped] == ["nobody_holds_grid"]


def test_over_http(cast):
    order = wanted(cast, 1, 2)
    answered = Phone(cast.lead).post("/api/dispatches", order)
    assert (answered.status_code, answered.json()["task_count"]) == (201, 2)
    assert answered.json()["dispatch"]["submitted_count"] == 0


@pytest.mark.parametrize("outsider", ["wang", "officer", "mayor", "boss", "expert", "stranger"])
def test_who_may_not_send_sends_nothing(cast, outsider):
    answered = Phone(cast.people[outsider]).post("/api/dispatches", wanted(cast, 1))
    assert (answered.status_code, answered.json()["code"]) == (403, "not_allowed")
    assert not Dispatch.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [{"title": ""}, {"priority": "whenever"}, {"deadline": "2030-01-01T00:00:00"}, {"per_grid": -1}, {"colour": "red"}],
    ids=lambda changes: next(iter(changes)),
)
def test_what_makes_no_sense_is_named_and_nothing_is_sent(cast, changes):
    order = {
        "id": str(uuid4()), "title": "检查", "grid_uids": [str(cast.grids[0].uid)], "checklist_id": str(cast.checklist.pk),
        "deadline": "2030-01-01T00:00:00+08:00",
    }  # fmt: skip
    answered = Phone(cast.lead).post("/api/dispatches", order | changes)
    assert (answered.status_code, answered.json()["code"]) == (400, "unreadable")
    assert next(iter(changes)) in answered.json()["detail"]
    assert not Dispatch.objects.exists()
