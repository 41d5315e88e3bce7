"""A task moves as the table says and in no other way; whoever read an older copy is told; overdue is worked out."""

from datetime import datetime, timedelta
from itertools import product

import pytest

from backend.dispatch.models import Task, TaskMove
from backend.dispatch.states import FINAL, MOVES, OPEN, TaskState, is_overdue
from backend.foundation import clock
from backend.foundation.moves import move
from backend.foundation.problems import Problem

NOW = datetime(2026, 11, 23, 8, tzinfo=clock.ZONE)
HOUR = timedelta(hours=1)


@pytest.fixture
def in_state(cast):
    """`in_state("sent")`: the task, put into that state."""
    task = cast.task_for(1)

    def put(state):
        Task.objects.filter(pk=task.pk).update(state=state)
        return Task.objects.get(pk=task.pk)

    return put


def test_every_move_of_the_table_leaves_its_line(cast, in_state):
    for before, targets in MOVES.items():
        for after in targets:
            moved = move(in_state(before), after, who=cast.lead.pk, why="测试")
            line = TaskMove.objects.latest("id")
            assert (line.from_state, line.to_state, line.who, line.why) == (before, after, cast.lead.pk, "测试")
            assert Task.objects.get(pk=moved.pk).state == after


def test_every_other_move_is_refused_and_leaves_nothing(cast, in_state):
    illegal = [pair for pair in product(TaskState, TaskState) if pair[1] not in MOVES.get(pair[0], ())]
    assert len(illegal) == len(TaskState) ** 2 - sum(map(len, MOVES.values()))
    for before, after in illegal:
        task = in_state(before)
        with pytest.raises(Problem, match="illegal_move") as refused:
            move(task, after, who=cast.lead.pk)
        assert refused.value.fields == {"state": before, "wanted": after}
        assert Task.objects.get(pk=task.pk).state == before
    assert not TaskMove.objects.exists()


def test_what_is_final_moves_no_more():
    """But a result that was not enough: who completed the task goes again."""
    assert FINAL & set(MOVES) == {TaskState.COMPLETED}
    assert MOVES[TaskState.COMPLETED] == {TaskState.RETURNED}
    assert not FINAL & OPEN


def test_of_two_copies_the_second_is_told(cast, in_state):
    mine, yours = in_state("sent"), in_state("sent")
    move(mine, TaskState.ACCEPTED, who=cast.wang.pk)
    with pytest.raises(Problem, match="somebody_was_faster"):
        move(yours, TaskState.WITHDRAWN, who=cast.lead.pk)
    assert Task.objects.get(pk=mine.pk).state == TaskState.ACCEPTED
    assert TaskMove.objects.count() == 1
    assert yours.state == TaskState.SENT, "the copy says what was read, not what was wished"


@pytest.mark.parametrize(
    ("state", "deadline", "overdue"),
    [
        ("sent", NOW - HOUR, True),
        ("accepted", NOW - HOUR, True),
        ("returned", NOW - HOUR, True),
        ("declined", NOW - HOUR, True),
        ("sent", NOW, False),
        ("sent", NOW + HOUR, False),
        ("submitted", NOW - HOUR, False),
        ("completed", NOW - HOUR, False),
        ("withdrawn", NOW - HOUR, False),
    ],
)
def test_overdue(state, deadline, overdue):
    assert is_overdue(state, deadline, NOW) is overdue
