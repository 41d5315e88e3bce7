"""Hellos: many at once, as after a lost network or a restart, cost a few queries together.

Who says hello has joined already, so nothing falls between: first the heads are read, then what was missed up to them;
what is said meanwhile waits in `held` and follows.
"""

import time
from typing import TYPE_CHECKING, NamedTuple

from backend.journal import letters
from backend.journal import queries as journal
from backend.realtime import frames
from backend.realtime.connection import Connection
from backend.realtime.frames import Batch, Numbered
from backend.realtime.gathering import Gathering
from backend.realtime.mending import read_heads
from backend.realtime.messages import Hello
from backend.realtime.questions import in_database

if TYPE_CHECKING:
    from backend.realtime.hub import Hub

PING_S = 25
JITTER_S = 2
GATHER_S = 0.010
AT_ONCE = 100
EPOCH_FOR_S = 1
# who missed more than this pulls
MOST_REPLAYED = 200
LARGEST_REPLAY = 256 * 1024
Cursors = dict[str, int]


class Plan(NamedTuple):
    """Where the streams of a connection were when it was greeted, and from where it lacks something."""

    heads: Cursors
    missed: dict[str, tuple[int, int]]


class Greeter:
    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._hellos: Gathering[Connection, Hello] = Gathering(GATHER_S, self._greet_all)
        self._epoch, self._epoch_until = "", 0.0

    def greet(self, connection: Connection, hello: Hello) -> None:
        self._hellos.add(connection, hello)

    async def stop(self) -> None:
        await self._hellos.stop()

    async def _greet_all(self, hellos: dict[Connection, Hello]) -> None:
        """A hundred at a time: the others, and whoever else asks this process for something, get their turn."""
        everybody = list(hellos.items())
        for start in range(0, len(everybody), AT_ONCE):
            some = {
                connection: hello
                for connection, hello in everybody[start : start + AT_ONCE]
                if not connection.dismissed
            }
            try:
                await self._greet(some)
            except Exception:
                for connection in some:
                    self._hub.dismiss(connection, frames.GOING_DOWN, 5)
                raise

    async def _greet(self, hellos: dict[Connection, Hello]) -> None:
        await self._read_unknown(hellos)
        epoch = await self._current_epoch()
        plans = {connection: self._plan(connection, hello) for connection, hello in hellos.items()}
        found = await self._read_missed(plans)
        for connection, plan in plans.items():
            if not connection.dismissed:
                self._answer(connection, hellos[connection], epoch, plan, found)

    async def _read_unknown(self, hellos: dict[Connection, Hello]) -> None:
        """Heads this hub does not know, and those that a client is ahead of: it may have pulled faster than a letter came."""
        unknown: set[str] = set()
        for connection, hello in hellos.items():
            for stream in connection.holder.streams if connection.holder else ():
                head = self._hub.follow(stream).head
                if head is None or head < hello.cursors.get(stream, 0):
                    unknown.add(stream)
        heads = await read_heads(sorted(unknown)) if unknown else {}
        for stream, head in heads.items():
            if self._hub.follow(stream).head is None:
                self._hub.learn(stream, head)
        self._hub.mender.compare(heads)
        self._read = heads

    def _plan(self, connection: Connection, hello: Hello) -> Plan:
        streams = connection.holder.streams if connection.holder else frozenset()
        heads = self._hub.heads_for(streams)
        missed, left = {}, MOST_REPLAYED
        for stream, head in heads.items():
            cursor = hello.cursors.get(stream, head)
            if 0 < head - cursor <= left:
                missed[stream] = (cursor, head)
                left -= head - cursor
        return Plan(heads, missed)

    async def _read_missed(self, plans: dict[Connection, Plan]) -> dict[str, list[Numbered]]:
        """One reading for all: each stream from the lowest cursor, and not at all if the hub has it at hand."""
        found: dict[str, list[Numbered]] = {}
        wanted: dict[str, tuple[int, int]] = {}
        for plan in plans.values():
            for stream, (after, upto) in plan.missed.items():
                lowest, highest = wanted.get(stream, (after, upto))
                wanted[stream] = (min(after, lowest), max(upto, highest))
        for stream, (after, _) in list(wanted.items()):
            if (at_hand := self._hub.follow(stream).after(after)) is not None:
                found[stream] = at_hand
                del wanted[stream]
        self._hub.counted["replays_read"] += len(wanted)
        return found | (await in_database(letters.again, wanted) if wanted else {})

    def _answer(
        self, connection: Connection, hello: Hello, epoch: str, plan: Plan, found: dict[str, list[Numbered]]
    ) -> None:
        if self._is_of_another_history(hello, epoch, plan):
            replay: dict[str, list[Numbered]] = {}
            more = [frames.resync("epoch")]
        else:
            replay, more = _replay(plan, found), []
        upto = {stream: numbered[-1][0] for stream, numbered in replay.items()}
        greeting = frames.ok(epoch=epoch, heads=plan.heads, ping=PING_S, jitter=JITTER_S, replay=upto)
        texts = [greeting, *more, *(text for numbered in replay.values() for _, text in numbered)]
        self._hub.counted["hellos"] += 1
        self._hub.counted["replayed"] += len(texts) - len(more) - 1
        self._hub.release(connection, Batch.of(texts), plan.heads)

    def _is_of_another_history(self, hello: Hello, epoch: str, plan: Plan) -> bool:
        """Another epoch, or further than the journal itself: a restored backup looks like this."""
        if hello.epoch and hello.epoch != epoch:
            return True
        return any(
            seq > max(plan.heads[s], self._read.get(s, 0)) for s, seq in hello.cursors.items() if s in plan.heads
        )

    async def _current_epoch(self) -> str:
        if time.monotonic() > self._epoch_until:
            self._epoch = await in_database(journal.current_epoch)
            self._epoch_until = time.monotonic() + EPOCH_FOR_S
        return self._epoch


def _replay(plan: Plan, found: dict[str, list[Numbered]]) -> dict[str, list[Numbered]]:
    """Whole streams or none of them, without a hole, and together no more than a phone takes at once."""
    chosen, size = {}, 0
    for stream, (after, upto) in plan.missed.items():
        numbered = [(seq, text) for seq, text in found.get(stream, []) if after < seq <= upto]
        size += sum(len(text) for _, text in numbered)
        if size > LARGEST_REPLAY:
            break
        if len(numbered) == upto - after:
            chosen[stream] = numbered
    return chosen
