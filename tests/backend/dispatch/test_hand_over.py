"""A task changes hands: the next number, the new holder told, the former one told, their late work still theirs."""

import pytest

from backend.dispatch.models import Assignment
from backend.dispatch.permissions import require_held
from backend.dispatch.queries import get_task
from backend.dispatch.services import Step, accept_task
from backend.dispatch.steering import hand_over
from backend.foundation import clock
from backend.foundation.problems import Problem
from backend.inspections.services import submit
from backend.journal.queries import after


@pytest.fixture
def task(cast):
    return cast.task_for(2)


def heard_by(user):
    return [(event["t"], event["b"]) for event in after(f"p:{user.pk}", 0, 50)]


def test_the_number_rises_and_the_new_holder_has_it(cast, task):
    handed = hand_over(task, cast.li, acting_user=cast.lead, why="请假")
    assert (handed.assignee, handed.assignment_no) == (cast.li, 2)
    assert list(Assignment.objects.order_by("number").values_list("user__name", flat=True)) == ["wang", "li"]


def test_both_hear_of_it(cast, task):
    handed = hand_over(task, cast.li, acting_user=cast.lead, why="请假")
    kind, body = heard_by(cast.wang)[-1]
    assert (kind, body["task_id"], body["reason"]) == ("task.left", str(task.pk), "请假")
    kind, body = heard_by(cast.li)[-1]
    assert (kind, body["task"]["assignment_no"], body["task"]["version"]) == ("task.changed", 2, handed.version)


def test_the_former_holder_hears_nothing_more_of_it(cast, task):
    hand_over(task, cast.li, acting_user=cast.lead, why="请假")
    known = len(heard_by(cast.wang))
    accept_task(Step(task_id=task.pk, assignment_no=2, at=clock.now()), acting_user=cast.li)
    assert len(heard_by(cast.wang)) == known


def test_the_old_number_is_still_known_as_held_before(cast, task):
    handed = hand_over(task, cast.li, acting_user=cast.lead, why="请假")
    assert require_held(handed, cast.li, 2) is True
    assert require_held(handed, cast.wang, 1) is False
    for user, number in ((cast.wang, 2), (cast.li, 1), (cast.chen, 1)):
        with pytest.raises(Problem, match="not_your_task"):
            require_held(handed, user, number)


def test_news_from_the_former_holder_does_not_move_the_task(cast, task):
    hand_over(task, cast.li, acting_user=cast.lead, why="请假")
    late = accept_task(Step(task_id=task.pk, assignment_no=1, at=clock.now()), acting_user=cast.wang)
    assert late.state == "sent"
    assert late.facts.get().assignment_no == 1


def test_what_is_answered_changes_hands_no_more(cast, task):
    submit(cast.result(task), acting_user=cast.wang)
    with pytest.raises(Problem, match="illegal_move"):
        hand_over(get_task(task.pk), cast.li, acting_user=cast.lead, why="请假")
    assert get_task(task.pk).assignee == cast.wang


def test_two_who_hand_it_over_at_once_the_second_is_told(cast, task):
    mine, yours = get_task(task.pk), get_task(task.pk)
    hand_over(mine, cast.li, acting_user=cast.lead, why="请假")
    with pytest.raises(Problem, match="somebody_was_faster"):
        hand_over(yours, cast.chen, acting_user=cast.head, why="换片")
    assert get_task(task.pk).assignee == cast.li
    assert Assignment.objects.filter(task=task).count() == 2
