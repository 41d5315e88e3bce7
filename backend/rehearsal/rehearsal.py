"""A rehearsal: the office sends, the phones receive and answer, round after round; then everything is counted."""

import asyncio
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from backend.rehearsal.verdict import Round, Verdict, judge
from backend.rehearsal.worker import Worker
from client.http import Session
from client.ids import new_id
from client.shapes import Json

Say = Callable[[str], None]


@dataclass
class Trouble:
    """What somebody outside does to the server meanwhile; `done` notes each blow with its time."""

    over: threading.Event = field(default_factory=threading.Event)
    blows: list[tuple[float, str]] = field(default_factory=list)

    def done(self, what: str) -> None:
        self.blows.append((time.monotonic(), what))


@dataclass(frozen=True)
class Plan:
    """`password_of`: phone number → password. `minutes`: rounds are repeated for so long; 0 is one round.
    `meanwhile`: runs in a thread of its own while answers are on their way, until `over` is set or it returns."""

    url: str
    office: str
    password_of: Callable[[str], str]
    phones: int = 30
    per_grid: int = 2
    minutes: float = 0
    seed: int = 1
    settle_s: float = 120
    meanwhile: Callable[[Trouble], None] | None = None


async def rehearse(plan: Plan, say: Say) -> Verdict:
    """Raises Refused or Unanswered when the server cannot be used at all; otherwise the verdict tells."""
    office = Session(plan.url, new_id())
    await office.sign_in(plan.office, plan.password_of(plan.office), "rehearsal")
    grids = (await office.get("/api/grids.geojson", dict))["features"]
    done_before = (await office.get("/api/overview", dict))["figures"]["done_today"]
    workers = await _workers(plan, grids, say)
    listeners = [asyncio.create_task(worker.phone.listen()) for worker in workers]
    try:
        await asyncio.wait_for(asyncio.gather(*(worker.phone.live.wait() for worker in workers)), plan.settle_s)
        say(f"{len(workers)} phones are live")
        rounds, trouble = await _rounds(plan, office, workers, [g["properties"]["uid"] for g in grids], say)
        return await judge(office, workers, rounds, [at for at, _ in trouble.blows], done_before)
    finally:
        for listener in listeners:
            listener.cancel()
        await asyncio.gather(*listeners, return_exceptions=True)
        await asyncio.gather(office.close(), *(worker.phone.close() for worker in workers))


async def _workers(plan: Plan, grids: list[Json], say: Say) -> list[Worker]:
    """One phone per grid worker, main holders first; more phones than workers are second devices."""
    held = [w for main in (True, False) for g in grids for w in g["properties"]["workers"] if w["main"] is main]
    numbers = list(dict.fromkeys(worker["phone"] for worker in held))
    chosen = [numbers[n % len(numbers)] for n in range(max(plan.phones, 1))]
    workers = [Worker(plan.url, number, Random(f"{plan.seed}/{n}")) for n, number in enumerate(chosen)]
    say(f"{len(set(chosen))} people sign in on {len(workers)} phones")
    gate = asyncio.Semaphore(4)  # a password check costs the server a quarter of a second on purpose

    async def begin(n: int, worker: Worker) -> None:
        async with gate:
            await worker.begin(plan.password_of(worker.number))
        if n and n % 50 == 0:
            say(f"{n} signed in")

    await asyncio.gather(*(begin(n, worker) for n, worker in enumerate(workers)))
    return workers


async def _rounds(
    plan: Plan, office: Session, workers: list[Worker], grid_uids: list[str], say: Say
) -> tuple[list[Round], Trouble]:
    checklist = next(c for c in await office.get("/api/checklists", list) if c["key"] == "small-venue-fire")
    until, rounds, trouble = time.monotonic() + plan.minutes * 60, list[Round](), Trouble()
    meanwhile = asyncio.create_task(asyncio.to_thread(plan.meanwhile, trouble)) if plan.meanwhile else None
    try:
        while not rounds or time.monotonic() < until:
            rounds.append(await _send(office, plan, grid_uids, checklist["id"]))
            expected = await _expected(office, workers, rounds[-1].dispatch)
            say(f"round {len(rounds)}: {sum(map(len, expected.values()))} tasks sent")
            await _answer(workers, rounds[-1].dispatch, expected, checklist, plan.settle_s)
            if meanwhile and not plan.minutes:
                await asyncio.shield(meanwhile)
    finally:
        trouble.over.set()
        if meanwhile:
            await meanwhile
    return rounds, trouble


async def _send(office: Session, plan: Plan, grid_uids: list[str], checklist: str) -> Round:
    wanted = {
        "id": new_id(), "title": "演练 rehearsal", "grid_uids": grid_uids, "checklist_id": checklist,
        "per_grid": plan.per_grid, "deadline": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
    }  # fmt: skip
    sent_at = time.monotonic()
    sent = await office.post("/api/dispatches", wanted, dict)
    return Round(sent["dispatch"]["id"], sent_at)


async def _expected(office: Session, workers: list[Worker], dispatch: str) -> dict[str, set[str]]:
    """User → ids of the tasks sent to them, as far as they have a phone here."""
    people = {worker.phone.user for worker in workers}
    tasks = (await office.get("/api/tasks", dict, dispatch=dispatch, limit=500))["results"]
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for task in tasks:
        if task["assignee"]["id"] in people:
            wanted[task["assignee"]["id"]].add(task["id"])
    return wanted


async def _answer(
    workers: list[Worker], dispatch: str, expected: dict[str, set[str]], checklist: Json, settle_s: float
) -> None:
    """A person's devices share the work; each of them hears of all of it."""
    devices: defaultdict[str, list[Worker]] = defaultdict(list)
    for worker in workers:
        devices[worker.phone.user].append(worker)
    await asyncio.gather(
        *(
            _answer_all(worker, dispatch, _share(tasks, n, len(devices[person])), checklist, settle_s)
            for person, tasks in expected.items()
            for n, worker in enumerate(devices[person])
        )
    )


def _share(tasks: Iterable[str], n: int, of: int) -> set[str]:
    return set(sorted(tasks)[n::of])


async def _answer_all(worker: Worker, dispatch: str, tasks: set[str], checklist: Json, settle_s: float) -> None:
    """Answer tasks as they come in; a task that never comes is left to the verdict."""
    until, begun = time.monotonic() + settle_s, set[str]()
    while begun < tasks and time.monotonic() < until:
        for task in worker.tasks_of(dispatch):
            if task["id"] in tasks - begun:
                begun.add(task["id"])
                await worker.answer(task, checklist)
        await asyncio.sleep(0.1)
