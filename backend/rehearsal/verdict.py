"""Did everything arrive, once, and nothing else? Asked of the server over the API, compared with what the phones hold."""

import asyncio
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from typing import Any

from backend.rehearsal.worker import Answered, Worker
from client.http import Refused, Session
from client.shapes import Json

COUNTERS_WITHIN_S = 20
AFTER_A_BLOW_S = 15


@dataclass(frozen=True)
class Round:
    """One dispatch; `sent_at`: monotonic time at which the office pressed send."""

    dispatch: str
    sent_at: float


@dataclass
class Verdict:
    phones: int = 0
    rounds: int = 0
    blows: int = 0
    sent: int = 0
    received: int = 0
    answered: int = 0
    duplicated: int = 0
    lost: int = 0
    ways: dict[str, int] = field(default_factory=dict)
    delivery_ms: dict[str, int] = field(default_factory=dict)
    delivery_after_blows_ms: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not (self.lost or self.duplicated or self.faults)

    def as_json(self) -> Json:
        return asdict(self) | {"ok": self.ok}


async def judge(
    office: Session, workers: list[Worker], rounds: list[Round], blows: list[float], done_before: int
) -> Verdict:
    """`office` sees everything; `workers` have settled; `blows`: monotonic times at which the server was hurt."""
    people = {worker.phone.user for worker in workers}
    tasks, inspections = list[Json](), list[Json]()
    for one in rounds:
        sent = await _all(office, "/api/tasks", dispatch=one.dispatch)
        tasks += [task for task in sent if task["assignee"]["id"] in people]  # the others have no phone here
        inspections += await _all(office, "/api/inspections", dispatch=one.dispatch)
    answered = [a for worker in workers for a in worker.answered]
    verdict = Verdict(
        phones=len(workers), rounds=len(rounds), blows=len(blows), sent=len(tasks), answered=len(answered),
        ways=dict(Counter(a.way for a in answered)),
    )  # fmt: skip
    await _check_phones(verdict, workers)
    _count(verdict, workers, tasks, inspections, answered)
    _time(verdict, workers, tasks, rounds, blows)
    await _check_images(verdict, office, answered)
    await _check_ledger(verdict, office, tasks)
    await _check_counters(verdict, office, done_before + len(tasks))
    chain = await office.get("/api/journal/verify", dict)
    if not chain["ok"]:
        verdict.faults.append(f"chain broken at event {chain['first_bad']}")
    return verdict


async def _all(office: Session, path: str, **query: str) -> list[Json]:
    rows, cursor = list[Json](), None
    while True:
        page = await office.get(path, dict, limit=500, **(query | ({"cursor": cursor} if cursor else {})))
        rows += page["results"]
        if not (cursor := page["next"]):
            return rows


async def _check_phones(verdict: Verdict, workers: list[Worker]) -> None:
    """What a phone put together from events is what the server would give it now; everything it had to say was taken."""
    for worker in workers:
        verdict.faults += [f"{worker.number}: {found}" for found in await worker.phone.differences()]
        verdict.faults += [f"{worker.number}: {fault}" for fault in worker.phone.faults]
        for kept in worker.phone.outbox.all():
            if kept.state != "acked":
                verdict.faults.append(
                    f"{worker.number}: {kept.op.type} is {kept.status or kept.state} {kept.code or ''}"
                )


def _count(
    verdict: Verdict, workers: list[Worker], tasks: list[Json], inspections: list[Json], answered: list[Answered]
) -> None:
    meant = defaultdict(set)
    for task in tasks:
        meant[task["assignee"]["id"]].add(task["id"])
    missing = set[str]()
    for worker in workers:
        held, own = set(worker.arrived), meant[worker.phone.user]
        missing |= own - held
        if strange := held & {t["id"] for t in tasks} - own:
            verdict.faults.append(f"{worker.number} holds {len(strange)} tasks that are not its own")
    on_server, here = Counter(i["task_id"] for i in inspections), {i["id"] for i in inspections}
    verdict.received = len(tasks) - len(missing)
    verdict.lost = len(missing) + sum(a.inspection_id not in here for a in answered)
    verdict.duplicated = sum(n - 1 for n in on_server.values())
    if open_still := [t for t in tasks if t["state"] != "completed"]:
        verdict.faults.append(f"{len(open_still)} tasks not completed")


def _time(verdict: Verdict, workers: list[Worker], tasks: list[Json], rounds: list[Round], blows: list[float]) -> None:
    """Milliseconds from pressing send to the task being on each phone of its holder; apart, those that a blow fell upon."""
    sent_at = {one.dispatch: one.sent_at for one in rounds}
    begun = {task["id"]: sent_at[task["dispatch_id"]] for task in tasks}
    ways = [(begun[t], at) for worker in workers for t, at in worker.arrived.items() if t in begun]
    hurt = [(a, b) for a, b in ways if any(a - AFTER_A_BLOW_S < blow < b for blow in blows)]
    verdict.delivery_ms = _percentiles([(b - a) * 1000 for a, b in ways])
    verdict.delivery_after_blows_ms = _percentiles([(b - a) * 1000 for a, b in hurt])


def _percentiles(waits: list[float]) -> dict[str, int]:
    waits = sorted(waits)
    at = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0} if waits else {}
    return {name: round(waits[min(len(waits) - 1, int(len(waits) * q))]) for name, q in at.items()}


async def _check_images(verdict: Verdict, office: Session, answered: list[Answered]) -> None:
    for one in answered:
        for sha256 in one.images:
            if not await _served(office, sha256):
                verdict.faults.append(f"image {sha256[:12]} is not served")


async def _served(office: Session, sha256: str) -> bool:
    try:
        answer: Any = await office.call("GET", f"/api/photos/{sha256}")
    except Refused:
        return False
    return bool(answer.content.startswith(b"\xff\xd8"))


async def _check_ledger(verdict: Verdict, office: Session, tasks: list[Json]) -> None:
    """Each result failed one item: one hazard each, no more."""
    ids = {t["id"] for t in tasks}
    opened = Counter(h["task_id"] for h in await _all(office, "/api/hazards") if h["task_id"] in ids)
    missing, extra = len(ids - set(opened)), sum(n - 1 for n in opened.values())
    if missing or extra:
        verdict.faults.append(f"hazards: {missing} missing, {extra} too many")


async def _check_counters(verdict: Verdict, office: Session, expected: int) -> None:
    for _ in range(COUNTERS_WITHIN_S * 2):
        figures = (await office.get("/api/overview", dict))["figures"]
        if figures["done_today"] == expected:
            return
        await asyncio.sleep(0.5)
    verdict.faults.append(f"overview says {figures['done_today']} done today, {expected} expected")
