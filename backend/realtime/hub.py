"""One hub per web process: one subscription to the store, the streams somebody here listens to, frames handed on unread.

It never waits for a peer. What a peer does not take stays in its buffer up to a limit; over it the connection is
lagging: it gets nothing more, is told the heads when it has drained, and is closed when it does not. A poll of the heads
finds what the store did not carry, so that a dead store makes things slower, never wrong.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable

from backend.realtime import frames
from backend.realtime.connection import Connection
from backend.realtime.followed import Followed
from backend.realtime.frames import Batch, Numbered
from backend.realtime.greeting import Greeter
from backend.realtime.guard import Guard
from backend.realtime.mending import Mender
from backend.realtime.questions import Questions
from backend.realtime.reports import Reports
from backend.realtime.store import follow_store
from backend.realtime.tickets import Holder

# the first letter after a quiet moment goes at once; those that come within this time of it go together
WINDOW_S = 0.010
WRITES_AT_ONCE = 250
LAGGING_S = 30
TICK_S = 1
HELLO_WITHIN_S = 10
MOST_PER_USER = 20


class Hub:
    def __init__(self, questions: Questions | None = None, *, most_per_user: int = MOST_PER_USER) -> None:
        questions = questions or Questions()
        self.streams: dict[str, Followed] = {}
        self.people: dict[str, dict[Connection, None]] = {}
        self.counted: Counter[str] = Counter()
        self.mender, self.greeter = Mender(self), Greeter(self)
        self.guard, self.reports = Guard(self, questions), Reports(self, questions)
        self._most_per_user = most_per_user
        self._strangers: dict[Connection, None] = {}
        self._lagging: dict[Connection, None] = {}
        self._pending: dict[str, list[Numbered]] = {}
        self._ready = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def receive(self, connection: Connection) -> None:
        """Somebody has knocked and not yet said who."""
        self._start()
        self._strangers[connection] = None

    def join(self, connection: Connection, holder: Holder) -> None:
        """From here on the connection hears its streams; what is said before `release` waits."""
        self._start()
        self._strangers.pop(connection, None)
        connection.holder = holder
        for stream in holder.streams:
            self.follow(stream).listeners.add(connection)
        own = self.people.setdefault(holder.user, {})
        own[connection] = None
        if len(own) > self._most_per_user:
            self.dismiss(next(iter(own)), frames.TOO_MANY, 300)

    def leave(self, connection: Connection) -> None:
        self._strangers.pop(connection, None)
        self._lagging.pop(connection, None)
        connection.dismissed, connection.live, connection.held = True, False, None
        if connection.holder:
            self.ignore(connection, connection.holder.streams)
            own = self.people.get(connection.holder.user, {})
            own.pop(connection, None)
            if not own:
                self.people.pop(connection.holder.user, None)

    def ignore(self, connection: Connection, streams: Iterable[str]) -> None:
        """A stream without listeners is followed until the guard's next round: whoever was cut off is soon back."""
        for stream in streams:
            if followed := self.streams.get(stream):
                followed.listeners.discard(connection)

    def follow(self, stream: str) -> Followed:
        found = self.streams.get(stream)
        if found is None:
            found = self.streams[stream] = Followed()
        return found

    def forget_unheard(self) -> None:
        for stream in [name for name, followed in self.streams.items() if not followed.listeners]:
            del self.streams[stream]

    def dismiss(self, connection: Connection, code: int, retry_after: int) -> None:
        if not connection.dismissed:
            self.leave(connection)
            self.counted[f"bye_{code}"] += 1
            connection.wire.bye(frames.bye(code, retry_after), code)

    def deliver(self, stream: str, seq: int, text: bytes) -> None:
        """A letter has come, by whatever way; it goes out in the turn of its stream."""
        followed = self.streams.get(stream)
        if followed is None:
            return
        self.counted["letters"] += 1
        if seq == 0:
            self.send(stream, [(0, text)])
        else:
            self.send(stream, followed.admit(seq, text))
            if followed.has_gap():
                self.mender.look_after(stream)

    def learn(self, stream: str, head: int) -> None:
        if followed := self.streams.get(stream):
            self.send(stream, followed.learn(head))

    def send(self, stream: str, numbered: list[Numbered]) -> None:
        if numbered:
            self._pending.setdefault(stream, []).extend(numbered)
            self._ready.set()

    def heads_for(self, streams: Iterable[str]) -> dict[str, int]:
        return {s: self.streams[s].head or 0 for s in sorted(streams) if s in self.streams}

    def release(self, connection: Connection, greeting: Batch, upto: dict[str, int]) -> None:
        """The greeting, what was said meanwhile beyond it, and from now on live."""
        held, connection.held = connection.held or [], None
        connection.live = True
        self._offer(connection, greeting)
        for stream, batch in held:
            known = upto.get(stream, 0)
            rest = [(seq, text) for seq, text in batch.numbered if seq == 0 or seq > known]
            if rest:
                self._offer(connection, batch if len(rest) == len(batch.numbered) else Batch(rest))

    def figures(self) -> dict[str, int]:
        """Numbers for operations, of this process since it began; no names."""
        now = {
            "connections": sum(map(len, self.people.values())),
            "people": len(self.people),
            "streams": len(self.streams),
            "lagging": len(self._lagging),
        }
        return now | dict(sorted(self.counted.items()))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        for part in (self.mender, self.greeter, self.reports):
            await part.stop()

    def _start(self) -> None:
        if not self._tasks:
            works = (self._carry(), self._tick(), self.mender.poll(), self.guard.watch(), follow_store(self))
            self._tasks = [asyncio.create_task(work) for work in works]

    async def _carry(self) -> None:
        while True:
            await self._ready.wait()
            self._ready.clear()
            pending, self._pending = self._pending, {}
            for stream, numbered in pending.items():
                await self._hand_out(stream, Batch(numbered))
            await asyncio.sleep(WINDOW_S)

    async def _hand_out(self, stream: str, batch: Batch) -> None:
        """Encoded once, written to all; others get a turn in between, be it pings, hellos or requests."""
        followed = self.streams.get(stream)
        listeners = tuple(followed.listeners) if followed else ()
        self.counted["deliveries"] += len(listeners) * len(batch.numbered)
        for start in range(0, len(listeners), WRITES_AT_ONCE):
            for connection in listeners[start : start + WRITES_AT_ONCE]:
                if connection.live:
                    if not connection.wire.offer(batch):
                        self._lag(connection)
                elif connection.held is not None:
                    connection.held.append((stream, batch))
            if start + WRITES_AT_ONCE < len(listeners):
                await asyncio.sleep(0)

    def _offer(self, connection: Connection, batch: Batch) -> None:
        if connection.live and not connection.wire.offer(batch):
            self._lag(connection)

    def _lag(self, connection: Connection) -> None:
        connection.live, connection.lagging_since = False, time.monotonic()
        self._lagging[connection] = None
        self.counted["lagged"] += 1

    async def _tick(self) -> None:
        """One clock for all connections instead of a task for each."""
        while True:
            await asyncio.sleep(TICK_S)
            now = time.monotonic()
            for connection in [c for c in self._strangers if now - c.since > HELLO_WITHIN_S]:
                self.dismiss(connection, frames.NO_TICKET, 1)
            for connection in list(self._lagging):
                self._look_at(connection, now)

    def _look_at(self, connection: Connection, now: float) -> None:
        """Drained: it is told where its streams are, since nothing else might come for long to show the gap."""
        if connection.wire.backlog() == 0 and connection.holder:
            self._lagging.pop(connection, None)
            connection.live, connection.lagging_since = True, None
            connection.wire.say(frames.heads(self.heads_for(connection.holder.streams)))
        elif now - (connection.lagging_since or now) > LAGGING_S:
            self.counted["closed_slow"] += 1
            self.leave(connection)
            connection.wire.give_up(frames.bye(frames.TOO_SLOW, 5), frames.TOO_SLOW)
