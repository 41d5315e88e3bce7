"""What the store did not carry: found by a gap in the numbers or by the poll of the heads, read once from the journal, and
handed out like any letter, so that a thousand phones need not ask for it."""

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING

from backend.journal import letters
from backend.journal import queries as journal
from backend.realtime import frames
from backend.realtime.gathering import Gathering
from backend.realtime.questions import in_database

if TYPE_CHECKING:
    from backend.realtime.hub import Hub

log = logging.getLogger(__name__)
POLL_S = 3
# most polls look only at what was delivered lately: thousands of heads every few seconds would cost more than the letters
FULL_POLL_S = 30
# what is only late or out of turn arrives by itself within this time
GRACE_S = 0.05
MOST_READ = 200
STREAMS_AT_ONCE = 500


async def read_heads(streams: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(streams), STREAMS_AT_ONCE):
        found |= await in_database(journal.heads, streams[start : start + STREAMS_AT_ONCE])
    return found


class Mender:
    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._behind: Gathering[str, None] = Gathering(GRACE_S, self._mend)
        self._now = asyncio.Event()
        self._full_poll_at = 0.0
        self._seen: tuple[int | None, int | None] = (None, None)

    def look_after(self, stream: str) -> None:
        self._behind.add(stream, None)

    def poll_now(self) -> None:
        """Of all streams: something was missed."""
        self._full_poll_at = 0.0
        self._now.set()

    async def poll(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):
                    await self._now.wait()
            self._now.clear()
            try:
                self.compare(await self._read())
            except Exception:
                log.exception("heads not read, next try in %s s", POLL_S)

    def compare(self, heads: dict[str, int]) -> None:
        for stream in self._moved(heads):
            self.look_after(stream)

    async def _read(self) -> dict[str, int]:
        before, last = self._seen
        newest, moved = await in_database(journal.moved_after, before)
        self._seen = (last, newest)
        if time.monotonic() > self._full_poll_at:
            self._full_poll_at = time.monotonic() + FULL_POLL_S
            return await read_heads(list(self._hub.streams))
        return moved

    async def stop(self) -> None:
        await self._behind.stop()

    def _moved(self, heads: dict[str, int]) -> dict[str, tuple[int, int]]:
        """Streams that are further than this hub knows: from where to where."""
        known = {stream: self._hub.streams[stream].head for stream in heads if stream in self._hub.streams}
        return {s: (head, heads[s]) for s, head in known.items() if head is not None and heads[s] > head}

    async def _mend(self, streams: dict[str, None]) -> None:
        moved = self._moved(await read_heads(list(streams)))
        near = {stream: gap for stream, gap in moved.items() if gap[1] - gap[0] <= MOST_READ}
        found = await in_database(letters.again, near) if near else {}
        for stream in self._moved({stream: upto for stream, (_, upto) in moved.items()}):
            self._hub.counted["gap_rescues"] += 1
            for seq, text in found.get(stream, []):
                self._hub.deliver(stream, seq, text)
        for stream, (_, upto) in self._moved({stream: upto for stream, (_, upto) in moved.items()}).items():
            self._jump(stream, upto)

    def _jump(self, stream: str, head: int) -> None:
        """Too much to read for everybody: each asks for what they need."""
        self._hub.send(stream, [(0, frames.heads({stream: head}))])
        self._hub.learn(stream, head)
