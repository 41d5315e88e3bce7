"""The websocket of one device: hello with a ticket, then frames from the hub; it carries letters and reads none."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec
from channels.generic.websocket import AsyncWebsocketConsumer

from backend.realtime.hub import Connection, hub
from backend.realtime.tickets import Holder, read

PING_S = 25
JITTER_S = 2
HELLO_WITHIN_S = 10
LARGEST_FRAME = 65_536
Acknowledge = Callable[[str, dict[str, int]], Any]

NO_TICKET, TOO_SLOW, UNREADABLE = 4401, 4408, 4400


class Socket(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """`acknowledge(user, cursors)` and `epoch()` are given by config: this app knows no business."""

    channel_layer_alias = ""
    acknowledge: Any = None
    epoch: Any = None

    async def connect(self) -> None:
        self.connection: Connection | None = None
        self.holder: Holder | None = None
        self.tasks: list[asyncio.Task[Any]] = []
        if not _same_origin(self.scope):
            await self.close()
            return
        await self.accept()
        self.tasks.append(asyncio.create_task(self._expect_hello()))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        message = _parse(text_data)
        match message.get("k"):
            case "hello" if self.connection is None:
                await self._hello(message)
            case "ack" if self.holder:
                await self.acknowledge(self.holder.user, _cursors(message.get("cursors")))
            case "ping":
                await self.send('{"k":"pong"}')
            case _:
                await self._bye(UNREADABLE, 60)

    async def disconnect(self, code: int) -> None:
        if self.connection:
            hub.leave(self.connection)
        for task in self.tasks:
            task.cancel()

    async def _hello(self, message: dict[str, Any]) -> None:
        self.holder = read(message.get("ticket"))
        if self.holder is None:
            await self._bye(NO_TICKET, 1)
            return
        self.connection = Connection(self.holder.streams, self._send_frame)
        hub.join(self.connection)
        heads = await hub.heads_of(self.holder.streams)
        ok = {"k": "ok", "epoch": await self.epoch(), "heads": heads, "ping": PING_S, "jitter": JITTER_S}
        await self._send_frame(msgspec.json.encode(ok))
        self.tasks += [asyncio.create_task(self.connection.pump()), asyncio.create_task(self._watch())]

    async def _send_frame(self, frame: bytes) -> None:
        await self.send(text_data=frame.decode())

    async def _expect_hello(self) -> None:
        await asyncio.sleep(HELLO_WITHIN_S)
        if self.connection is None:
            await self._bye(NO_TICKET, 1)

    async def _watch(self) -> None:
        if self.connection:
            await self.connection.too_slow.wait()
            await self._bye(TOO_SLOW, 5)

    async def _bye(self, code: int, retry_after: int) -> None:
        with contextlib.suppress(Exception):
            await self.send(json.dumps({"k": "bye", "code": code, "retry_after": retry_after}))
        await self.close(code)


def _same_origin(scope: dict[str, Any]) -> bool:
    """Browsers always name their origin; it must be the host they asked. Other clients name none."""
    headers = {name.decode("latin1").lower(): value.decode("latin1") for name, value in scope["headers"]}
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


def _parse(text: str | None) -> dict[str, Any]:
    if text is None or len(text) > LARGEST_FRAME:
        return {}
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


def _cursors(value: Any) -> dict[str, int]:
    pairs = value.items() if isinstance(value, dict) else ()
    return {str(stream): seq for stream, seq in pairs if isinstance(seq, int) and seq >= 0}
