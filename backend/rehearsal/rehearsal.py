"""A rehearsal: the office sends, the phones receive and answer, then everything is counted."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import uuid4

from backend.rehearsal.client import Client, Json
from backend.rehearsal.phone import Phone
from backend.rehearsal.verdict import Verdict, judge


@dataclass(frozen=True)
class Plan:
    """`password_of`: phone number → password. `meanwhile`: called once while answers are on their way."""

    url: str
    office: str
    password_of: Callable[[str], str]
    phones: int = 30
    per_grid: int = 2
    seed: int = 1
    settle_s: float = 120
    meanwhile: Callable[[], None] | None = None


async def rehearse(plan: Plan, say: Callable[[str], None]) -> Verdict:
    """Raises Refused or TimeoutError when the server cannot be used at all; otherwise the verdict tells."""
    office = Client(plan.url, plan.office, plan.password_of(plan.office))
    await office.sign_in()
    grids = (await office.get("/api/grids.geojson"))["features"]
    done_before = (await office.get("/api/overview"))["figures"]["done_today"]
    phones = await _phones(plan, grids, say)
    listeners = [asyncio.create_task(phone.listen()) for phone in phones]
    try:
        await asyncio.wait_for(asyncio.gather(*(phone.live.wait() for phone in phones)), plan.settle_s)
        say(f"{len(phones)} phones are live")
        dispatch, sent_at = await _send(office, plan, [g["properties"]["uid"] for g in grids])
        await _answer(plan, office, phones, dispatch, say)
        return await judge(office, phones, dispatch, sent_at, done_before)
    finally:
        for listener in listeners:
            listener.cancel()
        await asyncio.gather(*listeners, return_exceptions=True)
        await asyncio.gather(office.close(), *(phone.client.close() for phone in phones))


async def _phones(plan: Plan, grids: list[Json], say: Callable[[str], None]) -> list[Phone]:
    """One phone per grid worker, main holders first; more phones than workers are second devices."""
    held = [w for main in (True, False) for g in grids for w in g["properties"]["workers"] if w["main"] is main]
    numbers = list(dict.fromkeys(worker["phone"] for worker in held))
    chosen = [numbers[n % len(numbers)] for n in range(max(plan.phones, 1))]
    phones = [
        Phone(Client(plan.url, number, plan.password_of(number)), Random(f"{plan.seed}/{n}"))
        for n, number in enumerate(chosen)
    ]
    say(f"{len(set(chosen))} people sign in on {len(phones)} phones")
    gate = asyncio.Semaphore(4)  # a password check costs the server a quarter of a second on purpose

    async def begin(phone: Phone) -> None:
        async with gate:
            await phone.begin()

    await asyncio.gather(*(begin(phone) for phone in phones))
    return phones


async def _send(office: Client, plan: Plan, grid_uids: list[str]) -> tuple[str, float]:
    checklist = (await office.get("/api/checklists"))[0]
    wanted = {
        "id": str(uuid4()), "title": "演练 rehearsal", "grid_uids": grid_uids, "checklist_id": checklist["id"],
        "per_grid": plan.per_grid, "deadline": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
    }  # fmt: skip
    sent_at = time.monotonic()
    sent = await office.post("/api/dispatches", wanted)
    return sent["dispatch"]["id"], sent_at


async def _answer(plan: Plan, office: Client, phones: list[Phone], dispatch: str, say: Callable[[str], None]) -> None:
    checklist = (await office.get("/api/checklists"))[0]
    expected = await _expected(office, phones, dispatch)
    say(f"{sum(expected.values())} tasks sent")
    first = {phone.client.phone: phone for phone in reversed(phones)}  # a person's first device answers
    answering = [
        _answer_all(first[number], dispatch, count, checklist, plan.settle_s) for number, count in expected.items()
    ]
    done = asyncio.gather(*answering)
    if plan.meanwhile:
        await asyncio.sleep(1)
        await asyncio.to_thread(plan.meanwhile)
    await done


async def _expected(office: Client, phones: list[Phone], dispatch: str) -> dict[str, int]:
    number_of = {phone.client.me["user"]["id"]: phone.client.phone for phone in phones}
    tasks = (await office.get("/api/tasks", dispatch=dispatch, limit=500))["results"]
    counts: dict[str, int] = {}
    for task in tasks:
        if number := number_of.get(task["assignee"]["id"]):
            counts[number] = counts.get(number, 0) + 1
    return counts


async def _answer_all(phone: Phone, dispatch: str, count: int, checklist: Json, settle_s: float) -> None:
    """Answer tasks as they come in; a task that never comes is left to the verdict."""
    until, begun = time.monotonic() + settle_s, set[str]()
    while len(begun) < count and time.monotonic() < until:
        for task in phone.tasks_of(dispatch):
            if task["id"] not in begun:
                begun.add(task["id"])
                await phone.answer(task, checklist)
        await asyncio.sleep(0.05)
