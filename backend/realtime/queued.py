"""The ordinary ASGI way to the wire, under servers whose transport is unknown: a bounded queue, emptied by a task."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from backend.realtime.frames import Batch
from backend.realtime.transport import EXTENSION, MOST_BUFFERED, RawWire

Send = Callable[[dict[str, Any]], Awaitable[None]]
GIVE_UP_S = 5


class QueuedWire:
    """Does what RawWire does, a task switch per frame dearer."""

    __slots__ = ("_bytes", "_messages", "_pump", "_send")

    def __init__(self, send: Send) -> None:
        self._send = send
        self._messages: deque[dict[str, Any]] = deque()
        self._bytes = 0
        self._pump: asyncio.Task[None] | None = None

    def offer(self, batch: Batch) -> bool:
        if self._bytes > MOST_BUFFERED:
            return False
        for _, text in batch.numbered:
            self.say(text)
        return True

    def say(self, text: bytes) -> None:
        self._put({"type": "websocket.send", "text": text.decode()})

    def backlog(self) -> int:
        return self._bytes

    def bye(self, text: bytes, code: int) -> None:
        self.say(text)
        self._put({"type": "websocket.close", "code": code})

    def give_up(self, text: bytes, code: int) -> None:
        """What waits is dropped; then the last word, if the server still takes it."""
        if self._pump:
            self._pump.cancel()
        self._messages.clear()
        self._bytes = 0
        self._pump = asyncio.ensure_future(self._end(text, code))

    async def _end(self, text: bytes, code: int) -> None:
        with contextlib.suppress(Exception):
            async with asyncio.timeout(GIVE_UP_S):
                await self._send({"type": "websocket.send", "text": text.decode()})
                await self._send({"type": "websocket.close", "code": code})

    def _put(self, message: dict[str, Any]) -> None:
        self._messages.append(message)
        self._bytes += _size(message)
        if self._pump is None or self._pump.done():
            self._pump = asyncio.ensure_future(self._empty())

    async def _empty(self) -> None:
        with contextlib.suppress(Exception):  # the peer is gone; the server says so to the consumer
            while self._messages:
                message = self._messages[0]
                await self._send(message)
                self._messages.popleft()
                self._bytes -= _size(message)


def wire_for(scope: dict[str, Any], send: Send) -> RawWire | QueuedWire:
    raw: RawWire | None = (scope.get("extensions") or {}).get(EXTENSION)
    return raw or QueuedWire(send)


def _size(message: dict[str, Any]) -> int:
    return len(message.get("text", ""))
