"""The short way to the wire: uvicorn's websocket protocol lets the application write to its transport.

The ordinary way costs an await and the protocol's own bookkeeping for each frame and each connection. Here a frame that
was encoded once is handed to the transport as it is. This leans on the inside of uvicorn (`run_asgi`, `transport`,
`close_sent`, `shutdown`); its version is pinned, and tests/backend/realtime/test_wire.py runs a real one.
"""

import asyncio
import random
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from backend.realtime import frames
from backend.realtime.frames import Batch, text_frame

EXTENSION = "anwangge.wire"
MOST_BUFFERED = 256 * 1024
# a mass of sockets is shown out over these seconds, and told to come back over those
DRAIN_S = 2.0
COME_BACK_WITHIN_S = 8


class RawProtocol(WebSocketsSansIOProtocol):
    async def run_asgi(self) -> None:
        if not self.conn.extensions:  # a compressed connection must be written by who compresses it
            self.scope["extensions"][EXTENSION] = RawWire(self)  # type: ignore[assignment]
        await super().run_asgi()

    def shutdown(self) -> None:
        """The server goes down: not everybody in the same instant, and everybody back at another time."""
        if self.handshake_complete and not self.close_sent:
            self.loop.call_later(random.uniform(0, DRAIN_S), self._show_out)
        else:
            super().shutdown()

    def _show_out(self) -> None:
        if self.close_sent or self.transport.is_closing():
            return
        if not self.writable.is_set():
            self.transport.abort()
            return
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": frames.GOING_DOWN})
        self.transport.write(text_frame(frames.bye(frames.GOING_DOWN, random.randint(1, COME_BACK_WITHIN_S))))
        self.conn.send_close(frames.GOING_DOWN)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.close()


class RawWire:
    """Frames of one connection, straight to its transport. Never waits. Nothing follows a close: who closes takes the
    connection out of the hub first, and what is written to a transport that closes by itself goes nowhere.

    The protocol writes only whole frames, each in one call, so ours never fall into the middle of one of its own.
    """

    __slots__ = ("_protocol", "_transport")

    def __init__(self, protocol: RawProtocol) -> None:
        self._protocol: Any = protocol
        self._transport: Any = protocol.transport

    def offer(self, batch: Batch) -> bool:
        """False: the peer is too far behind, nothing was written. (`transport.write` and not a write of our own: it
        costs the same, and keeps the interpreter's lock, which a busy thread would else take after every frame.)"""
        transport = self._transport
        if transport.get_write_buffer_size() > MOST_BUFFERED:
            return False
        try:
            transport.write(batch.framed)
        except RuntimeError:  # closed this moment; the consumer is about to hear of it
            return True
        return True

    def say(self, text: bytes) -> None:
        if not (self._transport.is_closing() or self._protocol.close_sent):
            self._transport.write(text_frame(text))

    def backlog(self) -> int:
        return 0 if self._transport.is_closing() else int(self._transport.get_write_buffer_size())

    def bye(self, text: bytes, code: int) -> None:
        """A last word and the close; to a peer that takes nothing, neither."""
        if not self._protocol.writable.is_set():
            self.abort()
            return
        self.say(text)
        closing = asyncio.ensure_future(self._protocol.send({"type": "websocket.close", "code": code}))
        closing.add_done_callback(lambda done: done.cancelled() or done.exception())

    def give_up(self, text: bytes, code: int) -> None:
        """On a peer that takes nothing: no last word would reach it."""
        self.abort()

    def abort(self) -> None:
        self._transport.abort()
