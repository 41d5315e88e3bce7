"""Scenario 2: the worker dies in the middle of a job, between taking and beginning one, or just stands still."""

import asyncio
import signal

import pytest
from redis import Redis

from tests.faults.invariants import check_invariants, everything_sent, verify
from tests.faults.town import Town, long, until

FORGET_THE_COUNTERS = """
from backend.journal.models import Outbox
from backend.rollups.models import DayCount, Progress
DayCount.objects.all().delete(); Progress.objects.all().update(seq=0)
Outbox.objects.all().update(done_at=None, leased_until=None)
"""
A_MINUTE_LATER = """
from datetime import timedelta
from backend.foundation import clock
from backend.journal.models import Outbox
answer = Outbox.objects.filter(done_at=None).exclude(leased_until=None).update(leased_until=clock.now() - timedelta(seconds=1))
"""
DIE_HALF_WAY = """
import os, signal
from backend.journal.jobs import drain
from backend.rollups.models import Progress
Progress.save = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
drain()
"""
TAKE_AND_DIE = """
from backend.journal.jobs import _lease
answer = len(_lease(200))
"""


async def work(town: Town, n: int) -> None:
    """Something for the worker to count."""
    phone = await town.phone(n)
    await town.send()
    await phone.sync()
    waiting = [task for task in phone.replica.rows("task") if task["state"] != "completed"]
    for task in waiting[:2]:
        town.answer(phone, task)
    await everything_sent([phone])


async def test_a_worker_that_dies_in_the_middle_of_a_job(town: Town):
    """Killed again and again while it counts the whole chain anew; in the end every figure is counted once.

    What protects: counters and how far they have read are one transaction, and the row in the outbox stays undone until the
    handler has returned.
    """
    await work(town, 0)
    town.stop("clock")
    town.inside(FORGET_THE_COUNTERS)
    for _ in range(long(3, 20)):
        pid = town.pid("worker")
        await work(town, 1)
        await asyncio.sleep(town.random.uniform(0, 0.3))
        town.kill("worker")
        await asyncio.to_thread(until, lambda pid=pid: town.pid("worker") != pid, "another worker")
    town.inside(A_MINUTE_LATER)
    town.start("clock")
    await check_invariants(town)


async def test_a_worker_that_dies_between_the_figures_and_how_far_they_have_read(town: Town):
    """The worst moment there is, on purpose: the counters are written, the position is not.

    What protects: both are one transaction. Seen failing without it in `rollups.services._advance_batch`: what was counted
    before the kill was counted again.
    """
    town.stop("worker")
    town.stop("clock")
    await work(town, 5)
    with pytest.raises(AssertionError):  # it did not live to answer
        town.inside(DIE_HALF_WAY)
    town.inside(A_MINUTE_LATER)
    town.start("clock")
    await check_invariants(town)
    town.start("worker")


async def test_rows_that_a_dead_worker_had_taken(town: Town):
    """Taken and never begun: what dies with the process is a lease of a minute, not the work.

    What protects: the lease runs out, and the clock's sweep looks every five seconds.
    Seen failing: without `sweep_outbox` in the schedule the outbox had not drained after 90 s.
    """
    town.stop("worker")
    town.stop("clock")
    await work(town, 2)
    assert town.inside(TAKE_AND_DIE) > 0
    town.start("clock")
    assert verify(town)["waiting"]["outbox"] > 0
    if long(True, False):
        assert town.inside(A_MINUTE_LATER) > 0  # the long form waits for it
    await check_invariants(town)
    town.start("worker")


async def test_a_job_that_was_taken_from_the_store_and_lost(town: Town):
    """Between dequeue and start: the store gave the job away, and nobody has it.

    What protects: the job only wakes; the rows in the outbox are the queue.
    """
    town.stop("worker")
    await work(town, 3)
    with Redis.from_url(f"unix://{town.server.home / 'store.sock'}") as store:
        store.delete("rq:queue:default")
    await check_invariants(town)
    town.start("worker")


async def test_a_worker_that_stands_still(town: Town):
    """Alive for the supervisor, dead for the work: the clock does it meanwhile.

    Seen failing: without `sweep_outbox` in the schedule the outbox had not drained after 90 s.
    """
    pid = town.kill("worker", signal.SIGSTOP)
    try:
        await work(town, 4)
        await check_invariants(town)
    finally:
        town.kill("worker", signal.SIGCONT)
    assert town.pid("worker") == pid
