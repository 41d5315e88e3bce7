"""All sockets lost at once and the web process killed: how long until everybody is live again and has what was said.

    python -m tests.bench.storm [--sockets 2000]

Each socket is a person of its own with the streams of a grid worker, who keeps a cursor and a ticket from the last pong as
a phone does, and comes back after 1 to 3 seconds, then later and later. While the server is away one event is said to
everybody; a socket has caught up when it has said hello and its cursor has reached the head. Operations are posted at 20 a
second all the while; `storm_ops_p95_s` is the time of the answered attempt, the seconds without a server counted apart.
"""

import argparse
import asyncio
import base64
import contextlib
import json
import os
import random
import resource
import signal
import time
from pathlib import Path
from statistics import quantiles
from typing import Any

import httpx

from tests.bench.delivery.ours import Ours, ours
from tests.bench.operations import operation, ready

OPS_PER_S = 20
PATIENCE_S = 60
CONNECTING_AT_ONCE = 200
UPGRADE = (
    "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class Phone(asyncio.Protocol):
    """As little of a websocket client as will do, so that two thousand of them leave the machine to the server."""

    def __init__(self, hello: dict[str, Any], port: int) -> None:
        self.hello, self._port = hello, port
        ((self.stream, self.cursor),) = hello["cursors"].items()
        self.live, self.pulls, self.ticketed = False, 0, False
        self.lost = asyncio.Event()

    async def stay(self) -> None:
        """Connected for ever: comes back as a phone does."""
        loop, pause = asyncio.get_running_loop(), random.uniform(1, 3)
        while True:
            self.lost.clear()
            try:
                await loop.create_connection(lambda: self, "127.0.0.1", self._port)
                await self.lost.wait()
                pause = random.uniform(1, 3)
            except OSError:
                pause *= 1.7
            await asyncio.sleep(pause)

    def connection_made(self, transport: Any) -> None:
        self._transport, self._bytes, self._upgraded = transport, bytearray(), False
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(UPGRADE.format(port=self._port, key=key).encode())

    def connection_lost(self, error: Exception | None) -> None:
        self.live = self.ticketed = False
        self.lost.set()

    def data_received(self, data: bytes) -> None:
        self._bytes += data
        if not self._upgraded and (end := self._bytes.find(b"\r\n\r\n")) >= 0:
            del self._bytes[: end + 4]
            self._upgraded = True
            self.say(self.hello | {"cursors": {self.stream: self.cursor}})
        while self._upgraded and (frame := self._frame()) is not None:
            if frame[0] == 0x81:
                self._hear(json.loads(frame[1]))

    def say(self, message: dict[str, Any], head: int = 0x81) -> None:
        text = json.dumps(message).encode()
        size = bytes((0x80 | len(text),)) if len(text) < 126 else b"\xfe" + len(text).to_bytes(2, "big")
        self._transport.write(bytes((head,)) + size + bytes(4) + text)

    def _frame(self) -> tuple[int, bytes] | None:
        if len(self._bytes) < 2:
            return None
        size, start = self._bytes[1], 2
        if size >= 126:
            start = 4 if size == 126 else 10
            size = int.from_bytes(self._bytes[2:start], "big")
        if len(self._bytes) < start + size:
            return None
        kind, content = self._bytes[0], bytes(self._bytes[start : start + size])
        del self._bytes[: start + size]
        return kind, content

    def _hear(self, frame: dict[str, Any]) -> None:
        match frame["k"]:
            case "ok":
                self.live = True
                if frame["heads"][self.stream] > frame["replay"].get(self.stream, self.cursor):
                    self.pulls += 1
                self.say({"k": "ping"})
            case "pong":
                self.hello["ticket"], self.ticketed = frame["ticket"], True
            case "ev" if frame["s"] == self.stream and frame["q"] == self.cursor + 1:
                self.cursor = frame["q"]


async def storm(server: Ours, sockets: int) -> dict[str, Any]:
    file = server.processes.home / "hellos"
    server.town.ask(do="hellos", sockets=sockets, file=str(file))
    phones = [Phone(json.loads(line), server.processes.port) for line in Path(file).read_text().splitlines()]
    answered: list[float] = []
    staying = []
    for start in range(0, sockets, CONNECTING_AT_ONCE):
        some = phones[start : start + CONNECTING_AT_ONCE]
        staying += [asyncio.create_task(phone.stay()) for phone in some]
        await until(lambda some=some: all(phone.ticketed for phone in some), "all to be live")
    posting = asyncio.create_task(post_operations(server.processes.url, answered))
    await until(lambda: len(answered) > OPS_PER_S, "operations to be answered")
    answered.clear()
    begun = time.monotonic()
    os.kill(server.processes.pid_of("web"), signal.SIGKILL)
    await asyncio.to_thread(server.publish, 1, 0)
    head = phones[0].cursor + 1
    await until(lambda: not any(phone.live for phone in phones), "all to be lost")
    await until(lambda: all(phone.live and phone.cursor == head for phone in phones), "all to have caught up")
    caught_up = time.monotonic() - begun
    for task in (posting, *staying):
        task.cancel()
    await asyncio.gather(posting, *staying, return_exceptions=True)
    return {
        "storm_caught_up_s": round(caught_up, 2),
        "storm_ops_p95_s": round(quantiles(answered, n=20)[-1], 3),
        "sockets": sockets, "operations": len(answered), "pulls": sum(phone.pulls for phone in phones),
    }  # fmt: skip


async def post_operations(url: str, answered: list[float]) -> None:
    pairs, n = await ready(url), 0
    epoch = httpx.get(f"{url}/api/health").json()["epoch"]

    async def one(session: Any, task: dict[str, Any], n: int) -> None:
        while True:
            begun = time.monotonic()
            with contextlib.suppress(httpx.TransportError):
                done = await session.post_once("/api/ops", {"v": 1, "epoch": epoch, "ops": [operation(task, n)]})
                if done.status_code == 200:
                    answered.append(time.monotonic() - begun)
                    return
            await asyncio.sleep(0.5)

    async with asyncio.TaskGroup() as group:
        while True:
            n += 1
            session, task = pairs[n % len(pairs)]
            group.create_task(one(session, task, n))
            await asyncio.sleep(1 / OPS_PER_S)


async def until(happened: Any, what: str) -> None:
    begun = time.monotonic()
    while not happened():
        assert time.monotonic() - begun < PATIENCE_S, f"waited {PATIENCE_S} s for {what}"
        await asyncio.sleep(0.02)


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench.storm")
    parser.add_argument("--sockets", type=int, default=2000)
    parser.add_argument("--quick", action="store_true", help="300 sockets")
    wanted = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with ours() as server:
        print(json.dumps(asyncio.run(storm(server, 300 if wanted.quick else wanted.sockets))), flush=True)


if __name__ == "__main__":
    main()
