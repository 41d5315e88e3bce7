"""The websocket `/ws`: a ticket, hello, then frames. It only makes things faster; the truth is at /api/sync."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import msgspec
import websockets

from client.http import Session
from client.shapes import AnyFrame, Cursors, Health, Ticket, read_frame

GONE = (OSError, websockets.WebSocketException, TimeoutError)


class Socket:
    def __init__(self, wire: websockets.ClientConnection) -> None:
        self.wire = wire

    async def frames(self) -> AsyncIterator[AnyFrame]:
        """Raises one of GONE when the connection breaks; ends when the server closes it."""
        async for text in self.wire:
            if (frame := read_frame(text)) is not None:
                yield frame

    async def acknowledge(self, cursors: Cursors) -> None:
        """Only what is stored; it feeds the ladder and nothing else."""
        await self._say({"k": "ack", "cursors": cursors})

    async def ping(self, health: Health | None = None) -> None:
        await self._say({"k": "ping"} | ({"health": health} if health else {}))

    async def _say(self, frame: object) -> None:
        await self.wire.send(msgspec.json.encode(frame).decode())


@asynccontextmanager
async def connected(
    session: Session, epoch: str, cursors: Cursors, *, ticket: str | None = None, health: Health | None = None
) -> AsyncIterator[Socket]:
    """`ticket`: one that a pong brought; without it a fresh one is asked for. Raises one of GONE, Refused, Unanswered."""
    ticket = ticket or (await session.post("/api/ticket", {}, Ticket)).ticket
    parts = urlsplit(session.url)
    address = f"ws{'s' if parts.scheme == 'https' else ''}://{parts.netloc}/ws"
    async with websockets.connect(address, compression=None, open_timeout=20, max_size=2**22) as wire:
        hello = {"k": "hello", "v": 1, "ticket": ticket, "epoch": epoch, "cursors": cursors}
        await wire.send(msgspec.json.encode(hello | ({"health": health} if health else {})).decode())
        yield Socket(wire)
