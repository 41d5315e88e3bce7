"""A whole phone: an outbox with its sent journal, images, a replica with cursors, the socket; in memory or in a folder.

phone = Phone("https://…", folder=Path("my-phone"))
await phone.sign_in("138…", "password")
await phone.sync()
phone.do("task.accept", {"task_id": …, "assignment_no": 1, "at": …}, target=…)
await phone.send()
"""

import asyncio
import hashlib
import json
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from client import uploads
from client.http import Refused, Session, Unanswered
from client.ids import new_id
from client.outbox import Outbox
from client.replica import Gap, Replica
from client.shapes import (
    DURABLE,
    Answers,
    AnyFrame,
    Bye,
    Cursors,
    Ev,
    Event,
    Heads,
    Health,
    Hint,
    Json,
    Me,
    Ok,
    Operation,
    Pull,
    Resync,
    Row,
    Snapshot,
)
from client.socket import GONE, Socket, connected
from client.store import Store

MOST_IN_A_BATCH = 50
BETWEEN_ACKS_S = 2.0
REPLAY_WITHIN_S = 5.0
VERSION = "client/0.1"
# worked out from other rows and true when the row was sent: no event of its own says that it has changed
AS_OF_SNAPSHOT = {"enterprise": frozenset({"last_visit"})}


class Phone:
    """`heard(row)` is called for every view that is put into the replica. `pages`: how many were pulled. `faults`: what
    the server did that the protocol forbids, for instance a page with a gap."""

    def __init__(
        self,
        url: str,
        *,
        folder: Path | None = None,
        patience_s: float = 90,
        heard: Callable[[Row], None] | None = None,
        seed: float | None = None,
    ) -> None:
        self._store = Store(folder)
        self.outbox, self.replica = Outbox(self._store), Replica(self._store)
        self.session = Session(url, self._device(), patience_s=patience_s)
        self.session.take_cookies(json.loads(self._store.recall("cookies") or "{}"))
        self.heard, self.pages = heard, 0
        self.faults: list[str] = []
        self.unread: set[str] = set()
        self.live = asyncio.Event()
        self._random = random.Random(seed)
        self._jitter_s = 2.0
        self._pulling = asyncio.Lock()

    def _device(self) -> str:
        with self._store.one():
            if (device := self._store.recall("device")) is None:
                device = new_id()
                self._store.remember("device", device)
        return device

    # who

    @property
    def user(self) -> str:
        return self._store.recall("user") or ""

    async def sign_in(self, phone: str, password: str, name: str = "client") -> Me:
        """As the person whose work this phone holds; another person's work would be sent under the wrong name."""
        me = await self.session.sign_in(phone, password, name)
        if self.user not in ("", me.user.id):
            raise ValueError("this phone holds somebody else's work")
        with self._store.one():
            self._store.remember("user", me.user.id)
            self._store.remember("name", me.user.name)
            self._store.remember("cookies", json.dumps(self.session.cookies()))
        return me

    # up

    def do(self, kind: str, body: Any, *, target: str = "", images: list[bytes] | None = None) -> str:
        """Write an operation down; returns its id. From here on it is the phone's duty to deliver it."""
        with self._store.one():
            named = [self._keep(image) for image in images or []]
            op = Operation(
                op_id=new_id(), n=self.outbox.next_n(), type=kind, target=target, client_time=_now(), body=body,
                blobs=named,
            )  # fmt: skip
            self.outbox.add(op)
        return op.op_id

    def _keep(self, image: bytes) -> str:
        sha256 = hashlib.sha256(image).hexdigest()
        self.outbox.keep_image(sha256, image)
        return sha256

    @property
    def unsent(self) -> int:
        return self.outbox.unsent()[0]

    def health(self) -> Health:
        count, oldest = self.outbox.unsent()
        return Health(unsent=count, oldest=oldest, app=VERSION, at=_now())

    async def send(self) -> None:
        """Operations until each has its durable answer, then the images. Raises Unanswered when patience is over. What the
        server cannot read by itself either stays in the queue, keeps nothing back, and is named in `unread`."""
        await self.send_operations()
        await self.send_images()

    async def send_operations(self) -> None:
        pause, until = 0.1, time.monotonic() + self.session.patience_s
        self.unread.clear()
        while waiting := [op for op in self.outbox.waiting() if op.op_id not in self.unread]:
            try:
                answered = await self.submit(waiting[:MOST_IN_A_BATCH])
            except Refused as refused:
                if refused.code != "epoch_changed":
                    raise
                await self.restart(refused.fields["epoch"])
                continue
            if not answered:  # the server said `retry` to every one of them
                if time.monotonic() > until:
                    raise Unanswered("the server goes on saying `retry`")
                await asyncio.sleep(self._random.uniform(pause / 2, pause))
                pause = min(pause * 2, 4)

    async def submit(self, ops: list[Operation]) -> int:
        """Send these once; how many were answered. What cannot be read is found by halving, and left in the queue alone."""
        epoch = await self._known_epoch()
        try:
            answers = await self.session.post("/api/ops", {"v": 1, "epoch": epoch, "ops": ops}, Answers)
        except Refused as refused:
            if refused.code not in ("unreadable", "too_large"):
                raise
            if len(ops) == 1:
                self.unread.add(ops[0].op_id)
                return 1
            half = len(ops) // 2
            return await self.submit(ops[:half]) + await self.submit(ops[half:])
        if answers.epoch != epoch:
            raise Unanswered("the answer is from another history")
        return self._take_answers({op.op_id for op in ops}, answers)

    def _take_answers(self, asked: set[str], answers: Answers) -> int:
        durable = [r for r in answers.results if r.op_id in asked and r.status in DURABLE]
        with self._store.one():
            for result in durable:
                self.outbox.answer(result, answers.epoch)
            self.replica.let_go()
        return len(durable)

    async def send_images(self) -> None:
        for sha256, content in self.outbox.images_to_send():
            await uploads.upload(self.session, content)
            self.outbox.image_stored(sha256)

    # down

    async def _known_epoch(self) -> str:
        if not self.replica.epoch:
            await self.sync()
        return self.replica.epoch

    async def sync(self) -> None:
        """Pull until nothing is missing; snapshots for streams without a usable cursor."""
        async with self._pulling:
            while await self._page():
                pass

    async def _page(self) -> bool:
        """Whether there is more."""
        cursors = self.replica.cursors()
        named = ",".join(f"{stream}:{seq}" for stream, seq in cursors.items())
        try:
            page = await self.session.get("/api/sync", Pull, epoch=self.replica.epoch, c=named)
        except Refused as refused:
            if refused.code != "epoch_changed":
                raise
            await self.restart(refused.fields["epoch"])
            return True
        self.pages += 1
        if not self.replica.epoch:
            self._store.remember("epoch", page.epoch)
        self._take_page(page)
        for stream in page.drop:
            self.replica.drop(stream)
        for stream in page.reset:
            taken = await self.session.get("/api/snapshot", Snapshot, stream=stream)
            self._hear(self.replica.replace(stream, taken.rows, taken.as_of), [])
        return page.more or bool(page.reset)

    def _take_page(self, page: Pull) -> None:
        try:
            self._hear(self.replica.apply(page.events, page.next), page.events)
        except Gap as gap:  # never seen; a snapshot mends it
            self.faults.append(f"gap in a page: {gap}")
            self.replica.forget(gap.stream)

    async def restart(self, epoch: str) -> None:
        """Everything of the sent journal goes out again; what the server still has it answers with `replay`."""
        with self._store.one():
            if self.replica.epoch != epoch:
                self.replica.restart(epoch)
                self.outbox.requeue(epoch)

    def _hear(self, put: list[Row], events: list[Event]) -> None:
        for event in events:
            if event.t == "operation.settled" and event.b:
                settled = event.b["operation"]
                self.outbox.settle(settled["op_id"], settled["status"], settled.get("code"))
        for row in put if self.heard else ():
            self.heard(row)  # type: ignore[misc]

    # live

    async def listen(self) -> None:
        """Stay connected for ever; come back after every cut with growing pauses. Cancel it to hang up."""
        pause = 0.5
        while True:
            came_back_at = time.monotonic()
            try:
                asked = await self._connection()
            except (*GONE, Unanswered, Refused):
                asked = 0.0
            self.live.clear()
            pause = 0.5 if time.monotonic() - came_back_at > 10 else min(pause * 2, 30)
            await asyncio.sleep(asked or self._random.uniform(0.1, pause))

    async def _connection(self) -> float:
        """One connection until it ends; the seconds after which the server wants to be asked again, 0: as one likes."""
        await self._known_epoch()
        async with connected(self.session, self.replica.epoch, self.replica.cursors(), health=self.health()) as socket:
            beside: list[asyncio.Task[None]] = []
            try:
                async for frame in socket.frames():
                    match frame:
                        case Bye():
                            return frame.retry_after
                        case Resync():
                            await self.sync()
                            return 0.05
                        case Ok():
                            works = (self._tell(socket, frame.ping), self._await_replay(frame))
                            beside = [asyncio.create_task(work) for work in works]
                            await self._begin(frame)
                        case _:
                            await self._frame(frame)
            finally:
                for task in beside:
                    task.cancel()
        return 0.0

    async def _begin(self, ok: Ok) -> None:
        """What the server replays by itself need not be pulled, if it comes."""
        self._jitter_s = ok.jitter
        coming = {stream: head for stream, head in ok.heads.items() if ok.replay.get(stream, 0) < head}
        if ok.epoch != self.replica.epoch or self._behind(coming):
            await self.sync()
        self.live.set()

    async def _await_replay(self, ok: Ok) -> None:
        await asyncio.sleep(ok.jitter + REPLAY_WITHIN_S)
        if self._behind(ok.replay):
            await self.sync()

    async def _frame(self, frame: AnyFrame) -> None:
        match frame:
            case Ev():
                await self._event(frame.event())
            case Hint() if self._behind({frame.s: frame.head}):
                await self._pull_soon()
            case Heads() if self._behind(frame.heads):
                await self._pull_soon()

    async def _event(self, event: Event) -> None:
        try:
            self._hear(self.replica.apply([event]), [event])
        except Gap:
            await self._pull_soon()

    async def _pull_soon(self) -> None:
        """After a random part of the jitter, so that a thousand phones do not ask at once."""
        await asyncio.sleep(self._random.uniform(0, self._jitter_s))
        await self.sync()

    def _behind(self, heads: Cursors) -> bool:
        held = self.replica.cursors()
        return any(head > held.get(stream, -1) for stream, head in heads.items())

    async def _tell(self, socket: Socket, ping_s: float) -> None:
        """What is stored here, soon after it changed; and that we are alive."""
        told, quiet_s = self.replica.cursors(), 0.0
        while True:
            await asyncio.sleep(BETWEEN_ACKS_S)
            quiet_s += BETWEEN_ACKS_S
            if (held := self.replica.cursors()) != told:
                await socket.acknowledge(held)
                told = held
            if quiet_s >= ping_s:
                await socket.ping(self.health())
                quiet_s = 0.0

    async def differences(self) -> list[str]:
        """What the replica holds otherwise than the server would give it now; nothing, once all has come in.

        A row that only events bring (an inspection), or that was finished and is no longer in a snapshot, may be held
        in addition. Rows without a version come by snapshot only: it is enough to have them.
        """
        await self.settle()
        found = list[str]()
        fresh = dict[tuple[str, str], tuple[str, Json]]()
        for stream in self.replica.cursors():
            taken = await self.session.get("/api/snapshot", Snapshot, stream=stream)
            fresh |= {(row.k, row.id): (stream, row.v) for row in taken.rows}
        for (kind, id), (stream, view) in fresh.items():
            held = self.replica.row(kind, id)
            if held is None:
                found.append(f"{kind} {id} of {stream}: missing")
            elif "version" in view and (difference := _difference(kind, held, view)):
                found.append(f"{kind} {id} of {stream}: {difference}")
        return found

    async def settle(self) -> None:
        """Pull until nothing moves, twice: telling the server what is stored here is news again, after that page."""
        quiet = 0
        while quiet < 2:
            before = self.replica.cursors()
            await self.sync()
            quiet = quiet + 1 if before == self.replica.cursors() else 0

    async def close(self) -> None:
        """Switch off. What is in the folder stays."""
        await self.session.close()
        self._store.close()


def _difference(kind: str, held: Json, view: Json) -> str:
    names = [
        name for name in view if held.get(name) != view[name] and name not in AS_OF_SNAPSHOT.get(kind, frozenset())
    ]
    return ", ".join(f"{name} {held.get(name)!r:.300} instead of {view[name]!r:.300}" for name in names)


def _now() -> str:
    return datetime.now(UTC).isoformat()
