"""A simulated grid worker with one phone: hears live, answers tasks; some through a cut connection, some twice."""

import asyncio
import contextlib
import hashlib
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

import httpx

from backend.rehearsal.pictures import picture
from client.ids import new_id
from client.phone import Phone
from client.shapes import Json, Operation, Row

WAYS = ("plain", "plain", "cut", "twice", "offline")


@dataclass
class Answered:
    """What was put down on the phone: the task, the result's id, its images, and how it was sent."""

    task_id: str
    inspection_id: str
    images: list[str]
    way: str


@dataclass
class Worker:
    """`arrived`: monotonic time at which each task came in first."""

    url: str
    number: str
    random: Random
    phone: Phone = field(init=False)
    name: str = ""
    arrived: dict[str, float] = field(default_factory=dict)
    answered: list[Answered] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.phone = Phone(self.url, heard=self._heard, seed=self.random.random())

    def _heard(self, row: Row) -> None:
        if row.k == "task":
            self.arrived.setdefault(row.id, time.monotonic())

    async def begin(self, password: str) -> None:
        self.name = (await self.phone.sign_in(self.number, password, "rehearsal")).user.name
        await self.phone.sync()

    def tasks_of(self, dispatch: str) -> list[Json]:
        return [task for task in self.phone.replica.rows("task") if task["dispatch_id"] == dispatch]

    async def answer(self, task: Json, checklist: Json) -> None:
        """Open, accept, check in, and the result with one failed item and its photo; the record before its images."""
        way = self.random.choice(WAYS)
        self._put_down(task, checklist, way)
        ops = self.phone.outbox.waiting()
        if way == "offline":
            await asyncio.sleep(self.random.uniform(0.5, 2))
        if way == "cut":
            await self._send_and_hang_up(ops)
        await self.phone.send_operations()
        if way == "twice":
            await asyncio.gather(self.phone.submit(ops), self.phone.submit(ops))
        await self.phone.send_images()

    async def _send_and_hang_up(self, ops: list[Operation]) -> None:
        """Go away before the answer: what a cut connection looks like to the server."""
        batch = {"v": 1, "epoch": self.phone.replica.epoch, "ops": ops}
        with contextlib.suppress(httpx.TransportError):
            await self.phone.session.post_once("/api/ops", batch, timeout=httpx.Timeout(20, read=0.001))

    def _put_down(self, task: Json, checklist: Json, way: str) -> None:
        now = _now()
        photo, signature = picture(self.random), picture(self.random)
        held = {"task_id": task["id"], "assignment_no": task["assignment_no"]}
        place = task["enterprise"]
        where = {"position": {"lon": place["lon"], "lat": place["lat"], "accuracy_m": 12.0}}
        result = held | where | result_body(checklist, self.name, photo, signature, self.random)
        for kind in ("task.open", "task.accept"):
            self.phone.do(kind, held | {"at": now}, target=task["id"])
        self.phone.do("task.check_in", held | {"at": now} | where, target=task["id"])
        self.phone.do("inspection.submit", result, target=task["id"], images=[photo, signature])
        images = [hash_of(photo), hash_of(signature)]
        self.answered.append(Answered(task["id"], result["inspection_id"], images, way))


def result_body(checklist: Json, name: str, photo: bytes, signature: bytes, random: Random) -> Json:
    """A complete result with one failed item; without the task and the place."""
    failing, now = random.choice(checklist["items"])["key"], _now()
    return {
        "inspection_id": new_id(), "checklist_id": checklist["id"], "started_at": now, "finished_at": now,
        "answers": [_answer(item["key"], failing, hash_of(photo), now) for item in checklist["items"]],
        "signatures": [
            {"role": "inspector", "name": name, "sha256": hash_of(signature)},
            {"role": "subject", "name": "", "refused_reason": "演练：负责人不在 / rehearsal"},
        ],
    }  # fmt: skip


def _answer(item: str, failing: str, photo: str, now: str) -> Json:
    if item != failing:
        return {"item": item, "verdict": "pass"}
    return {"item": item, "verdict": "fail", "note": "演练 rehearsal", "photos": [{"sha256": photo, "taken_at": now}]}


def hash_of(image: bytes) -> str:
    return hashlib.sha256(image).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat()
