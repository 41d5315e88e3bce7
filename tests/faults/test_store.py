"""Scenarios 3 and 4: the store (Redis, Valkey) is killed, empty, away, hangs, or loses its subscribers."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from backend.config.scratch import DEMO_PASSWORD
from client.phone import Phone
from tests.faults.invariants import check_invariants, everything_sent
from tests.faults.proxy import Proxy
from tests.faults.town import OFFICE, Town, long, running_town, soon

PUSH_WITHIN_S = 30


@pytest.fixture(scope="module")
def link() -> Iterator[Proxy]:
    """Between the town's processes and their store."""
    with tempfile.TemporaryDirectory(prefix="awg-") as folder, Proxy(Path("unset"), Path(folder) / "store") as link:
        yield link


@pytest.fixture(scope="module")
def running(link: Proxy) -> Iterator[Town]:
    with running_town(redis=link.listening) as town:
        link.target = town.server.home / "store.sock"
        yield town


async def live(phones: list[Phone]) -> list[asyncio.Task[None]]:
    listeners = [asyncio.create_task(phone.listen()) for phone in phones]
    await asyncio.gather(*(asyncio.wait_for(phone.live.wait(), 60) for phone in phones))
    return listeners


async def hang_up(listeners: list[asyncio.Task[None]]) -> None:
    for listener in listeners:
        listener.cancel()
    await asyncio.gather(*listeners, return_exceptions=True)


async def a_round(town: Town, phones: list[Phone]) -> float:
    """The office sends, the phones hear of it, answer, and are answered; seconds until the last phone had its tasks."""
    office = await town.office()
    dispatch = await town.send(office=office)
    sent_at = time.monotonic()
    tasks = (await office.get("/api/tasks", dict, dispatch=dispatch, limit=500))["results"]
    await office.close()
    for phone in phones:
        own = {task["id"] for task in tasks if task["assignee"]["id"] == phone.user}
        await soon(
            lambda p=phone, own=own: own <= {t["id"] for t in p.replica.rows("task")}, "the tasks", PUSH_WITHIN_S
        )
    took = time.monotonic() - sent_at
    for phone in phones:
        for task in phone.replica.rows("task"):
            if task["dispatch_id"] == dispatch:
                town.answer(phone, task, steps=("task.open", "task.accept", "task.open"))
    await everything_sent(phones)
    return took


async def test_the_store_is_away_for_a_while_and_comes_back_empty(town: Town):
    """Operations and sync go on, phones on the socket hear within 30 s, and afterwards all is as before.

    What protects: every fact is in the database; the hub polls the heads every few seconds, the clock sweeps the outbox.
    Seen failing: without the poll (`POLL_S`) the tasks had not come after 30 s.
    """
    phones = await town.phones_of(4, patience_s=20)
    listeners = await live(phones)
    town.stop("store")
    began = time.monotonic()
    while True:
        await a_round(town, phones)
        if time.monotonic() - began > long(5, 180):
            break
    for kept in town.server.home.glob("appendonlydir"):
        shutil.rmtree(kept)
    town.start("store")
    await a_round(town, phones)
    town.kill("store")
    await a_round(town, phones)
    await hang_up(listeners)
    await check_invariants(town)


async def test_a_store_that_hangs_holds_nobody_up(town: Town, link: Proxy):
    """Connected and silent is worse than gone: no refusal comes, only time passes.

    What protects: the time that a commit waits for the store is short, and after it failed the store is left alone a while.
    Seen failing: before, over RQ's own connection, which waits without end, no operation was answered within a minute.
    """
    phone = await town.phone(0)
    await town.send()
    await phone.sync()
    (first, *_) = phone.replica.rows("task")
    link.frozen = True
    try:
        town.open_a(phone, first)
        await phone.send()
        began = time.monotonic()
        for _ in range(5):
            town.open_a(phone, first)
            await phone.send()
        assert (
            time.monotonic() - began < 5 * 4
        )  # each waited eight seconds and more, and for ever for the worker's bell
    finally:
        link.frozen = False
        link.cut()
    await check_invariants(town)


async def test_the_subscribers_are_cut_off_again_and_again(town: Town):
    """An office that hears the whole town, over the socket only, while its server's subscription is cut many times.

    What protects: a gap in the numbers makes a client pull, and the poll of the heads finds what nothing followed.
    Seen failing: with `Mender.look_after` doing nothing the office had not heard all within 40 s.
    """
    office = Phone(town.phone_url)
    await office.sign_in(OFFICE, DEMO_PASSWORD)
    await office.sync()
    phones = await town.phones_of(4)
    town.phones.append(office)
    listeners = await live([office])
    over, cuts = asyncio.Event(), 0

    async def cut() -> None:
        nonlocal cuts
        with Redis.from_url(f"unix://{town.server.home / 'store.sock'}") as store:
            while not over.is_set():
                cuts += int(store.execute_command("CLIENT", "KILL", "TYPE", "pubsub"))
                await asyncio.sleep(0.2)

    cutting = asyncio.create_task(cut())
    for _ in range(long(1, 8)):
        await town.send(per_grid=1)
        for phone in phones:
            await phone.sync()
            for task in phone.replica.rows("task"):
                if task["state"] != "completed":
                    town.answer(phone, task)
        await asyncio.gather(*(phone.send() for phone in phones))
    await soon(lambda: cuts > 3, "some cuts")
    over.set()
    await cutting
    heads = (await office.session.get("/api/sync", dict))["heads"]
    await soon(
        lambda: all(office.replica.cursors()[s] >= head for s, head in heads.items()), "the office to hear all", 40
    )
    await hang_up(listeners)
    assert len(office.replica.rows("inspection")) > 3
    await check_invariants(town)
