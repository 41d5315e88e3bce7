"""One hub per web process: one subscription to the store, a set of connections per stream, frames handed on unread.

It never waits for a peer: each connection has a bounded queue and a task of its own. Who falls behind loses the queue
and is told to pull; who stays behind is closed. A poll of the heads every few seconds finds what the store did not carry,
so that a dead store makes things slower, never wrong.
"""

import asyncio
import contextlib
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable

import msgspec
from asgiref.sync import sync_to_async
from django.conf import settings
from redis.asyncio import Redis
from redis.exceptions import RedisError

from backend.journal import queries as journal
from backend.journal.letters import CHANNEL, opened

log = logging.getLogger(__name__)
QUEUE_FRAMES = 64
LAGGING_S = 30
POLL_S = 3
Send = Callable[[bytes], Awaitable[None]]


class Connection:
    """One socket: the streams it may hear, and the frames that wait for it."""

    def __init__(self, streams: frozenset[str], send: Send) -> None:
        self.streams = streams
        self._send = send
        self._frames: asyncio.Queue[bytes] = asyncio.Queue(QUEUE_FRAMES)
        self._lagging_since: float | None = None
        self.too_slow = asyncio.Event()

    def offer(self, frame: bytes) -> bool:
        """Queue a frame. False: the peer was too far behind and has lost its queue; it must be told where the streams are."""
        try:
            self._frames.put_nowait(frame)
        except asyncio.QueueFull:
            self._lag()
            return False
        return True

    def _lag(self) -> None:
        self._lagging_since = self._lagging_since or time.monotonic()
        if time.monotonic() - self._lagging_since > LAGGING_S:
            self.too_slow.set()
        while not self._frames.empty():
            self._frames.get_nowait()

    async def pump(self) -> None:
        while True:
            await self._send(await self._frames.get())
            if self._frames.empty():
                self._lagging_since = None


class Hub:
    def __init__(self) -> None:
        self._listeners: defaultdict[str, set[Connection]] = defaultdict(set)
        self._heads: dict[str, int] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def join(self, connection: Connection) -> None:
        self._start()
        for stream in connection.streams:
            self._listeners[stream].add(connection)

    def leave(self, connection: Connection) -> None:
        for stream in connection.streams:
            self._listeners[stream].discard(connection)
            if not self._listeners[stream]:
                del self._listeners[stream]
                self._heads.pop(stream, None)

    async def heads_of(self, streams: Iterable[str]) -> dict[str, int]:
        """Asked after joining, so that nothing falls between; streams this hub already follows need no query."""
        wanted = list(streams)
        unknown = [stream for stream in wanted if stream not in self._heads]
        if unknown:
            for stream, head in (await _read_heads(unknown)).items():
                self._heads[stream] = max(head, self._heads.get(stream, 0))
        return {stream: self._heads.get(stream, 0) for stream in wanted}

    def deliver(self, stream: str, seq: int, frame: bytes) -> None:
        if seq:
            self._heads[stream] = max(seq, self._heads.get(stream, 0))
        for connection in self._listeners.get(stream, ()):
            self._hand(connection, frame)

    def _hand(self, connection: Connection, frame: bytes) -> None:
        """The heads stand in for a queue that was dropped: nothing else might come for long to show the gap."""
        if not connection.offer(frame):
            connection.offer(_heads_frame({s: self._heads[s] for s in connection.streams if s in self._heads}))

    def _start(self) -> None:
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._poll())]

    async def _listen(self) -> None:
        while True:
            with contextlib.suppress(RedisError, OSError):
                await self._follow_store()
            log.warning("store not reachable, polling goes on")
            await asyncio.sleep(1)

    async def _follow_store(self) -> None:
        async with Redis.from_url(settings.REDIS_URL, socket_timeout=None) as store:
            subscription = store.pubsub(ignore_subscribe_messages=True)
            await subscription.subscribe(CHANNEL)
            async for message in subscription.listen():
                self.deliver(*opened(message["data"]))

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_S)
            try:
                self._tell_heads(await _read_heads(list(self._listeners)))
            except Exception:
                log.exception("heads not read, next try in %s s", POLL_S)

    def _tell_heads(self, heads: dict[str, int]) -> None:
        """Streams that moved without a letter having come through: their listeners are told to look."""
        for stream, head in heads.items():
            if head > self._heads.get(stream, 0):
                self._heads[stream] = head
                for connection in self._listeners.get(stream, ()):
                    self._hand(connection, _heads_frame({stream: head}))


def _heads_frame(heads: dict[str, int]) -> bytes:
    return msgspec.json.encode({"k": "heads", "heads": heads})


async def _read_heads(streams: list[str]) -> dict[str, int]:
    return await sync_to_async(journal.heads)(streams) if streams else {}


hub = Hub()
