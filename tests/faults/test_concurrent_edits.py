"""Scenario 13: two phones of one person and a desk change one task; nothing is overwritten, everything is kept."""

import asyncio

from client.phone import Phone
from client.shapes import Json
from tests.faults.invariants import check_invariants
from tests.faults.town import OFFICE, Town, long

GIVE_AWAY = """
from uuid import UUID
from backend.accounts.models import User
from backend.dispatch.queries import get_task
from backend.dispatch.steering import hand_over
from backend.foundation.problems import Problem
office, other = (User.objects.get(phone=p) for p in {people!r})
try:
    hand_over(get_task(UUID({task!r})), other, acting_user=office, why='busy')
    answer = 'given'
except Problem as problem:
    answer = problem.kind.code
"""
RESULTS = """
from backend.inspections.models import Inspection
answer = list(Inspection.objects.filter(task={task!r}).values('id', 'late', 'assignment_no'))
"""


async def two_phones(town: Town, n: int) -> tuple[Phone, Phone, Json]:
    """Two devices of one person with the same open task."""
    one, other = await town.phone(n), await town.phone(n)
    await town.send()
    await one.sync()
    await other.sync()
    task = next(t for t in one.replica.rows("task") if t["state"] == "sent")
    return one, other, task


def give_away(town: Town, task: Json, to: str) -> str:
    return str(town.inside(GIVE_AWAY.format(people=(OFFICE, to), task=task["id"])))


async def test_the_first_result_completes_the_task_and_the_second_is_kept_as_late(town: Town):
    """What protects: the task is locked and moved by compare-and-set; a result is never refused for being second."""
    one, other, task = await two_phones(town, 0)
    first, second = town.answer(one, task), town.answer(other, task)
    await one.send()
    await other.send()
    stored = {row["id"]: row["late"] for row in town.inside(RESULTS.format(task=task["id"]))}
    assert stored == {first: False, second: True}
    await check_invariants(town)


async def test_the_desk_gives_the_task_away_between_two_phones(town: Town):
    """Accepted on one phone, given away by the desk, answered on the other phone that had not heard of it."""
    one, other, task = await two_phones(town, 1)
    one.do("task.accept", {"task_id": task["id"], "assignment_no": 1, "at": task["sent_at"]}, target=task["id"])
    await one.send()
    assert give_away(town, task, (await town.workers())[2]) == "given"
    late = town.answer(other, task)
    await other.send()
    assert town.inside(RESULTS.format(task=task["id"])) == [{"id": late, "late": True, "assignment_no": 1}]
    new = await town.phone(2)
    held = new.replica.row("task", task["id"])
    assert held is not None and (held["assignment_no"], held["state"]) != (1, "completed")
    on_time = town.answer(new, held)
    await new.send()
    stored = {row["id"]: row["late"] for row in town.inside(RESULTS.format(task=task["id"]))}
    assert stored == {late: True, on_time: False}
    await check_invariants(town)


async def test_all_three_at_the_same_moment(town: Town):
    """Whoever wins, both results are stored, at most one is in time, and the task tells one story."""
    for n in range(long(1, 10)):
        one, other, task = await two_phones(town, 3 + n % 4)
        both = {town.answer(one, task), town.answer(other, task)}
        to = (await town.workers())[8]
        outcomes = await asyncio.gather(one.send(), other.send(), asyncio.to_thread(give_away, town, task, to))
        assert outcomes[2] in ("given", "illegal_move", "somebody_was_faster")
        stored = town.inside(RESULTS.format(task=task["id"]))
        assert {row["id"] for row in stored} == both
        assert sum(not row["late"] for row in stored) <= 1
    await check_invariants(town)
