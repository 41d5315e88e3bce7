"""A simulated phone: keeps a replica, hears live, answers its tasks; some through a cut connection, some twice."""

import asyncio
import contextlib
import hashlib
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

import httpx
import websockets

from backend.foundation.ids import new_id
from backend.rehearsal.client import Client, Json
from backend.rehearsal.pictures import picture

WAYS = ("plain", "plain", "cut", "twice", "offline")


@dataclass
class Answered:
    """What the phone holds to be sent: the task, the result's id, the images and the failed item."""

    task_id: str
    inspection_id: str
    images: list[str]
    way: str


@dataclass
class Phone:
    client: Client
    random: Random
    rows: dict[tuple[str, str], Json] = field(default_factory=dict)
    cursors: dict[str, int] = field(default_factory=dict)
    arrived: dict[str, float] = field(default_factory=dict)
    answered: list[Answered] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    live: asyncio.Event = field(default_factory=asyncio.Event)
    n: int = 0

    async def begin(self) -> None:
        """Sign in and take the snapshots of all streams."""
        await self.client.sign_in()
        page = await self.client.pull({})
        for stream in page["reset"]:
            await self._take(stream)

    async def _take(self, stream: str) -> None:
        taken = await self.client.snapshot(stream)
        self.cursors[stream] = taken["as_of"]
        for row in taken["rows"]:
            self._keep(row["k"], row["v"])

    async def listen(self) -> None:
        """Stay connected; come back after every cut, with some jitter."""
        while True:
            with contextlib.suppress(OSError, websockets.WebSocketException, httpx.HTTPError, TimeoutError):
                async with self.client.socket(self.cursors) as frames:
                    async for frame in frames:
                        await self._hear(frame)
            self.live.clear()
            await asyncio.sleep(self.random.uniform(0.1, 1))

    async def _hear(self, frame: Json) -> None:
        match frame["k"]:
            case "ok":
                self.live.set()
                if any(head > self.cursors.get(stream, 0) for stream, head in frame["heads"].items()):
                    await self.catch_up()
            case "ev" if frame["q"] == self.cursors.get(frame["s"], 0) + 1:
                self._apply(frame)
                await self.client.acknowledge(self.cursors)
            case "ev" if frame["q"] <= self.cursors.get(frame["s"], 0):
                pass
            case "ev" | "hint" | "heads":
                await asyncio.sleep(self.random.uniform(0, 0.3))
                await self.catch_up()

    async def catch_up(self) -> None:
        more = True
        while more:
            page = await self.client.pull(self.cursors)
            for event in page["events"]:
                if event["q"] == self.cursors[event["s"]] + 1:
                    self._apply(event)
                elif event["q"] > self.cursors[event["s"]]:
                    self.faults.append(f"gap in {event['s']}: {self.cursors[event['s']]} then {event['q']}")
            more = page["more"]

    def _apply(self, event: Json) -> None:
        self.cursors[event["s"]] = event["q"]
        if event["t"] == "task.left":
            self.rows.pop(("task", event["b"]["task_id"]), None)
            return
        for kind, view in event["b"].items():
            self._keep(kind, view)

    def _keep(self, kind: str, view: Json) -> None:
        key = (kind, str(view.get("id")))
        held = self.rows.get(key)
        if held is None or view.get("version", 0) > held.get("version", 0):
            self.rows[key] = view
        if kind == "task":
            self.arrived.setdefault(view["id"], time.monotonic())

    def tasks_of(self, dispatch: str) -> list[Json]:
        return [view for (kind, _), view in self.rows.items() if kind == "task" and view["dispatch_id"] == dispatch]

    async def answer(self, task: Json, checklist: Json) -> None:
        """Open, accept, check in, and the result with one failed item and its photo; the record before its images."""
        way = self.random.choice(WAYS)
        images = [picture(self.random), picture(self.random)]
        ops, answered = self._operations(task, checklist, images, way)
        if way == "offline":
            await asyncio.sleep(self.random.uniform(0.5, 2))
        if way == "cut":
            await self.client.submit_and_hang_up(ops)
        await self._send(ops)
        if way == "twice":
            await asyncio.gather(self._send(ops), self._send(ops))
        for content in images:
            await self.client.upload(content)
        self.answered.append(answered)

    async def _send(self, ops: list[Json]) -> None:
        waiting = ops
        while waiting:
            results = {r["op_id"]: r for r in await self.client.submit(waiting)}
            for op in waiting:
                if (status := results[op["op_id"]]["status"]) not in ("applied", "replay", "awaiting_blob", "retry"):
                    self.faults.append(f"{op['type']} {status}: {results[op['op_id']]['code']}")
            waiting = [op for op in waiting if results[op["op_id"]]["status"] == "retry"]

    def _operations(self, task: Json, checklist: Json, images: list[bytes], way: str) -> tuple[list[Json], Answered]:
        now = datetime.now(UTC).isoformat()
        photo, signature = (hashlib.sha256(content).hexdigest() for content in images)
        held = {"task_id": task["id"], "assignment_no": task["assignment_no"]}
        failing = self.random.choice(checklist["items"])["key"]
        place = task["enterprise"]
        result = held | {
            "inspection_id": str(new_id()), "checklist_id": checklist["id"], "started_at": now, "finished_at": now,
            "position": {"lon": place["lon"], "lat": place["lat"], "accuracy_m": 12.0},
            "answers": [self._answer(item["key"], failing, photo, now) for item in checklist["items"]],
            "signatures": [
                {"role": "inspector", "name": self.client.me["user"]["name"], "sha256": signature},
                {"role": "subject", "name": "", "refused_reason": "演练：负责人不在 / rehearsal"},
            ],
        }  # fmt: skip
        where = {"position": result["position"]}
        steps = [
            ("task.open", held | {"at": now}, []),
            ("task.accept", held | {"at": now}, []),
            ("task.check_in", held | {"at": now} | where, []),
            ("inspection.submit", result, [photo, signature]),
        ]
        ops = [self._op(kind, task["id"], body, blobs) for kind, body, blobs in steps]
        return ops, Answered(task["id"], result["inspection_id"], [photo, signature], way)

    def _answer(self, item: str, failing: str, photo: str, now: str) -> Json:
        if item != failing:
            return {"item": item, "verdict": "pass"}
        return {
            "item": item,
            "verdict": "fail",
            "note": "演练 rehearsal",
            "photos": [{"sha256": photo, "taken_at": now}],
        }

    def _op(self, kind: str, target: str, body: Json, blobs: list[str]) -> Json:
        self.n += 1
        return {
            "op_id": str(new_id()), "n": self.n, "type": kind, "target": target,
            "client_time": datetime.now(UTC).isoformat(), "body": body, "blobs": blobs,
        }  # fmt: skip
