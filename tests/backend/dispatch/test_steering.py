"""Handed over, withdrawn, returned, declined: by whom, when, and what becomes of what was done meanwhile."""

from datetime import timedelta
from uuid import uuid4

import pytest

from backend.accounts.roles import Role
from backend.dispatch.models import Assignment, Task, TaskMove
from backend.dispatch.queries import get_task
from backend.dispatch.services import Step, accept_task
from backend.dispatch.steering import Decline, Return, decline
from backend.foundation import clock
from backend.foundation.problems import Problem
from backend.inspections.models import Inspection
from backend.inspections.services import submit
from backend.journal.models import Event
from backend.journal.queries import after
from backend.rollups.services import rebuild
from tests.backend.dispatch.orders import also, refusals
from tests.backend.phone import Phone
from tests.cast import TOWN


@pytest.fixture
def task(cast):
    return cast.task_for(2)


def act(who, task, what, **body):
    return Phone(who).post(f"/api/tasks/{task.pk}/{what}", body)


def give_back(who, task, **body):
    return Phone(who).post("/api/tasks/returns", {"task_id": task.pk, "why": "照片不清"} | body)


def refuse(who, task, number=1, why="不在岗"):
    return Decline(task_id=task.pk, assignment_no=number, at=clock.now(), why=why)


def heard(user):
    return [event["t"] for event in after(f"p:{user.pk}", 0, 50)]


@pytest.mark.parametrize("who", ["lead", "head", "office"])
def test_those_who_send_hand_over(cast, task, who):
    answered = act(cast.people[who], task, "hand-over", to=cast.li.pk, why="请假")
    assert (answered.status_code, answered.json()["assignee"]["name"], answered.json()["assignment_no"]) == (
        200,
        "li",
        2,
    )
    assert heard(cast.wang)[-1] == "task.left"


ACTS = [("hand-over", {"why": "x"}), ("withdrawal", {"why": "x"})]


@pytest.mark.parametrize(("what", "body"), ACTS)
@pytest.mark.parametrize(
    ("who", "status", "code"),
    [
        ("wang", 403, "not_allowed"),
        ("officer", 403, "not_allowed"),
        ("mayor", 403, "not_allowed"),
        ("boss", 403, "not_allowed"),
        ("supervisor", 403, "not_allowed"),
        ("other_lead", 404, "not_found"),
    ],
)
def test_nobody_else_steers(cast, task, what, body, who, status, code):
    body = body | ({"to": cast.li.pk} if what == "hand-over" else {})
    answered = act(cast.people[who], task, what, **body)
    assert (answered.status_code, answered.json()["code"]) == (status, code)
    assert (get_task(task.pk).state, get_task(task.pk).assignment_no) == ("sent", 1)


def test_a_lead_who_sees_the_task_of_another_department_is_named_in_the_chain(cast, task):
    """A leader of the town sees everything; as the fire station's lead they steer only what it sent."""
    both = also(cast.other_lead, Role.TOWN_LEADER)
    answered = act(both, task, "withdrawal", why="不查了")
    assert (answered.status_code, answered.json()["code"]) == (403, "not_your_dispatch")
    assert refusals() == [("task.withdraw", "not_your_dispatch", str(both.pk))]
    assert get_task(task.pk).state == "sent"


def test_it_is_handed_over_only_to_who_may_do_it_there(cast, task):
    for who in ("boss", "stranger", "admin"):
        answered = act(cast.lead, task, "hand-over", to=cast.people[who].pk, why="x")
        assert (answered.status_code, answered.json()["code"]) == (422, "assignee_unfit"), who
    assert act(cast.lead, task, "hand-over", to=uuid4(), why="x").json()["code"] == "assignee_unfit"
    assert act(cast.lead, task, "hand-over", to=cast.wang.pk, why="x").json()["code"] == "already_theirs"
    assert [code for _, code, _ in refusals()] == ["assignee_unfit"] * 4


def test_what_the_former_holder_accepted_the_next_one_has_not(cast, task):
    accept_task(Step(task_id=task.pk, assignment_no=1, at=clock.now()), acting_user=cast.wang)
    act(cast.lead, task, "hand-over", to=cast.li.pk, why="请假")
    assert get_task(task.pk).state == "sent"
    assert list(TaskMove.objects.values_list("to_state", flat=True)) == ["accepted", "sent"]


def test_a_withdrawn_task_is_told_to_its_holder_and_completes_no_more(cast, task):
    answered = act(cast.lead, task, "withdrawal", why="重复下达")
    assert (answered.json()["state"], answered.json()["reason"]) == ("withdrawn", "重复下达")
    assert heard(cast.wang)[-1] == "task.changed"
    assert submit(cast.result(task), acting_user=cast.wang).late
    assert get_task(task.pk).state == "withdrawn"


def test_out_of_order_it_is_refused_changes_nothing_and_stands_in_the_chain(cast, task):
    submit(cast.result(task), acting_user=cast.wang)
    before = get_task(task.pk).version
    for what, body in (("withdrawal", {"why": "x"}), ("hand-over", {"to": cast.li.pk, "why": "x"})):
        answered = act(cast.lead, task, what, **body)
        assert (answered.status_code, answered.json()["code"]) == (409, "illegal_move")
    assert get_task(task.pk).version == before
    assert [act for act, _, _ in refusals()] == ["task.withdraw", "task.hand_over"]
    assert {actor for *_, actor in refusals()} == {str(cast.lead.pk)}


def test_a_reason_is_asked_for(cast, task):
    for why in ("", "   "):
        assert act(cast.lead, task, "withdrawal", why=why).status_code == 400
    assert get_task(task.pk).state == "sent"


def test_a_returned_task_is_done_again_under_the_next_number(cast, task):
    first = submit(cast.result(task), acting_user=cast.wang)
    answered = give_back(cast.lead, task)
    assert (answered.json()["state"], answered.json()["assignment_no"], answered.json()["inspection_id"]) == (
        "returned", 2, None,
    )  # fmt: skip
    assert submit(cast.result(task), acting_user=cast.wang).late, (
        "made under the old number: it is not the second visit"
    )
    second = submit(cast.result(task, assignment_no=2), acting_user=cast.wang)
    done = get_task(task.pk)
    assert (done.state, done.inspection_id, second.late) == ("completed", second.pk, False)
    assert Inspection.objects.filter(pk=first.pk).exists(), "the record that was not enough is kept"


def test_a_task_counts_as_done_once_however_often_it_is_returned(cast, task):
    submit(cast.result(task), acting_user=cast.wang)
    give_back(cast.lead, task)
    submit(cast.result(task, assignment_no=2), acting_user=cast.wang)
    assert Event.objects.filter(type="task.completed").count() == 1
    rebuild(TOWN)


def test_a_return_may_set_a_new_deadline_but_not_one_that_has_passed(cast, task):
    submit(cast.result(task), acting_user=cast.wang)
    assert give_back(cast.lead, task, deadline=clock.days_ago(1)).json()["code"] == "deadline_passed"
    later = clock.now() + timedelta(days=9)
    give_back(cast.lead, task, deadline=later)
    assert get_task(task.pk).deadline == later


def test_what_has_no_result_cannot_be_returned(cast, task):
    assert give_back(cast.lead, task).json()["code"] == "illegal_move"
    assert Assignment.objects.filter(task=task).count() == 1


def test_who_holds_it_may_decline_with_a_reason(cast, task):
    declined = decline(refuse(cast.wang, task), acting_user=cast.wang)
    assert (declined.state, declined.reason) == ("declined", "不在岗")
    assert heard(cast.wang)[-1] == "task.changed"
    assert act(cast.lead, task, "hand-over", to=cast.li.pk, why="改派").json()["state"] == "sent"


def test_a_declined_task_may_come_back_to_the_same_person(cast, task):
    decline(refuse(cast.wang, task), acting_user=cast.wang)
    assert act(cast.lead, task, "hand-over", to=cast.wang.pk, why="请再去").json()["state"] == "sent"


def test_a_result_after_declining_is_kept_as_late(cast, task):
    decline(refuse(cast.wang, task), acting_user=cast.wang)
    assert submit(cast.result(task), acting_user=cast.wang).late
    assert get_task(task.pk).state == "declined"


@pytest.mark.parametrize("who", ["li", "chen", "lead", "boss", "stranger"])
def test_nobody_declines_for_somebody_else(cast, task, who):
    with pytest.raises(Problem, match="not_your_task"):
        decline(refuse(cast.people[who], task), acting_user=cast.people[who])
    assert get_task(task.pk).state == "sent"


def test_what_has_gone_to_somebody_else_is_declined_no_more(cast, task):
    act(cast.lead, task, "hand-over", to=cast.li.pk, why="请假")
    with pytest.raises(Problem, match="handed_over_meanwhile"):
        decline(refuse(cast.wang, task), acting_user=cast.wang)


def test_from_a_phone_declining_and_returning_are_operations(cast, task):
    phone, lead = Phone(cast.wang), Phone(cast.lead)
    assert phone.submit(phone.op("task.decline", refuse(cast.wang, task)))[0]["status"] == "applied"
    (again,) = phone.submit(phone.op("task.decline", refuse(cast.wang, task)))
    assert (again["status"], again["code"]) == ("conflict", "illegal_move")
    other = cast.task_for(1)
    submit(cast.result(other), acting_user=cast.wang)
    back = Return(task_id=other.pk, why="照片不清")
    assert phone.submit(phone.op("task.return", back))[0]["code"] == "not_allowed"
    assert lead.submit(lead.op("task.return", back))[0]["status"] == "applied"
    assert refusals() == [], "a refused operation is kept as an operation"
    assert Task.objects.get(pk=other.pk).state == "returned"
