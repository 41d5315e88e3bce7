"""Did everything arrive, once, and nothing else? Asked of the server over the API, compared with what the phones hold."""

import asyncio
from collections import Counter
from dataclasses import asdict, dataclass, field

from backend.rehearsal.client import Client, Json, Refused
from backend.rehearsal.phone import Answered, Phone

COUNTERS_WITHIN_S = 20


@dataclass
class Verdict:
    phones: int = 0
    sent: int = 0
    received: int = 0
    answered: int = 0
    duplicated: int = 0
    lost: int = 0
    ways: dict[str, int] = field(default_factory=dict)
    delivery_ms: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not (self.lost or self.duplicated or self.faults)

    def as_json(self) -> Json:
        return asdict(self) | {"ok": self.ok}


async def judge(office: Client, phones: list[Phone], dispatch: str, sent_at: float, done_before: int) -> Verdict:
    """`office` sees everything; `phones` have settled; `sent_at`: monotonic time at which the office pressed send."""
    people = {phone.client.me["user"]["id"] for phone in phones}
    sent = await _all(office, "/api/tasks", dispatch=dispatch)
    tasks = [task for task in sent if task["assignee"]["id"] in people]  # the others have no phone here
    inspections = await _all(office, "/api/inspections", dispatch=dispatch)
    answered = [a for phone in phones for a in phone.answered]
    verdict = Verdict(
        phones=len(phones), sent=len(tasks), answered=len(answered), ways=dict(Counter(a.way for a in answered))
    )
    _count(verdict, phones, dispatch, tasks, inspections, answered)
    _time(verdict, phones, dispatch, sent_at)
    verdict.faults += [fault for phone in phones for fault in phone.faults]
    await _check_replicas(verdict, phones)
    await _check_images(verdict, office, answered)
    await _check_ledger(verdict, office, tasks, inspections)
    await _check_counters(verdict, office, done_before + len(tasks))
    chain = await office.get("/api/journal/verify")
    if not chain["ok"]:
        verdict.faults.append(f"chain broken at event {chain['first_bad']}")
    return verdict


async def _all(office: Client, path: str, **query: str) -> list[Json]:
    rows, cursor = [], None
    while True:
        page = await office.get(path, limit=500, **(query | ({"cursor": cursor} if cursor else {})))
        rows += page["results"]
        if not (cursor := page["next"]):
            return rows


def _count(
    verdict: Verdict,
    phones: list[Phone],
    dispatch: str,
    tasks: list[Json],
    inspections: list[Json],
    answered: list[Answered],
) -> None:
    for_person = {phone.client.me["user"]["id"]: {t["id"] for t in phone.tasks_of(dispatch)} for phone in phones}
    meant = {person: {t["id"] for t in tasks if t["assignee"]["id"] == person} for person in for_person}
    verdict.received = sum(len(meant[person] & held) for person, held in for_person.items())
    for phone in phones:
        person, held = phone.client.me["user"]["id"], {t["id"] for t in phone.tasks_of(dispatch)}
        if strange := held - meant[person]:
            verdict.faults.append(f"{phone.client.phone} holds {len(strange)} tasks that are not its own")
    on_server = Counter(i["task_id"] for i in inspections)
    here = {i["id"] for i in inspections}
    never_arrived = sum(t["assignee"]["id"] in meant and t["id"] not in for_person[t["assignee"]["id"]] for t in tasks)
    verdict.lost = never_arrived + sum(a.inspection_id not in here for a in answered)
    verdict.duplicated = sum(n - 1 for n in on_server.values())
    if open_still := [t for t in tasks if t["state"] != "completed"]:
        verdict.faults.append(f"{len(open_still)} tasks not completed")


def _time(verdict: Verdict, phones: list[Phone], dispatch: str, sent_at: float) -> None:
    """Milliseconds from pressing send to the task being on the phone."""
    waits = sorted((p.arrived[t["id"]] - sent_at) * 1000 for p in phones for t in p.tasks_of(dispatch))
    if waits:
        at = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
        verdict.delivery_ms = {name: round(waits[min(len(waits) - 1, int(len(waits) * q))]) for name, q in at.items()}


async def _check_replicas(verdict: Verdict, phones: list[Phone]) -> None:
    """What a phone put together from events is what the server would give it now."""
    for phone in phones:
        before: dict[str, int] = {}
        while before != phone.cursors:  # telling the server what is stored is news again
            before = dict(phone.cursors)
            await phone.catch_up()
        fresh = {}
        for stream in phone.cursors:
            for row in (await phone.client.snapshot(stream))["rows"]:
                if row["k"] in ("task", "hazard"):
                    fresh[(row["k"], row["v"]["id"])] = row["v"]["version"]
        held = {key: view["version"] for key, view in phone.rows.items() if key in fresh}
        if held != fresh:
            verdict.faults.append(f"{phone.client.phone}: replica differs from a fresh snapshot")


async def _check_images(verdict: Verdict, office: Client, answered: list[Answered]) -> None:
    for one in answered:
        for sha256 in one.images:
            try:
                served = (await office.photo(sha256)).startswith(b"\xff\xd8")
            except Refused:
                served = False
            if not served:
                verdict.faults.append(f"image {sha256[:12]} is not served")


async def _check_ledger(verdict: Verdict, office: Client, tasks: list[Json], inspections: list[Json]) -> None:
    """Each result failed one item: one hazard each, no more."""
    ids = {t["id"] for t in tasks}
    opened = Counter(h["task_id"] for h in await _all(office, "/api/hazards") if h["task_id"] in ids)
    missing, extra = len(ids - set(opened)), sum(n - 1 for n in opened.values())
    if missing or extra:
        verdict.faults.append(f"hazards: {missing} missing, {extra} too many")


async def _check_counters(verdict: Verdict, office: Client, expected: int) -> None:
    for _ in range(COUNTERS_WITHIN_S * 2):
        figures = (await office.get("/api/overview"))["figures"]
        if figures["done_today"] == expected:
            return
        await asyncio.sleep(0.5)
    verdict.faults.append(f"overview says {figures['done_today']} done today, {expected} expected")
