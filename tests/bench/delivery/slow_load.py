"""`load.c` for a machine without a compiler: the same arguments and lines, with asyncio. Slower, so the times of the last
client are partly its own; the server's CPU is measured as well as with the other.
"""

import argparse
import asyncio
import contextlib
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

UPGRADE = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class Phase:
    def __init__(self, first: int, count: int) -> None:
        self.first, self.count = first, count
        self.received = self.repeated = self.skipped = 0
        self.begin, self.end = [0] * count, [0] * count


class Run:
    """What all sockets share."""

    def __init__(self, wanted: argparse.Namespace) -> None:
        self.wanted, self.marker = wanted, wanted.m.encode()
        self.joined = self.refused = self.closed = self.others = 0
        self.phase: Phase | None = None
        self.sockets: list[Socket] = []
        self.moved = asyncio.Event()
        self.room = asyncio.Semaphore(wanted.w)

    def count(self, socket: "Socket", number: int) -> None:
        phase = self.phase
        if phase is None or not 0 <= number - phase.first < phase.count:
            self.others += 1
            return
        if number < socket.next:
            phase.repeated += 1
            return
        phase.skipped += number - socket.next
        socket.next = number + 1
        phase.received += 1
        at, now = number - phase.first, time.monotonic_ns()
        phase.begin[at] = phase.begin[at] or now
        phase.end[at] = now
        if phase.received == phase.count * len(self.sockets):
            self.moved.set()


class Socket(asyncio.Protocol):
    def __init__(self, run: Run, hello: str | None) -> None:
        self.run, self.hello, self.state, self.next, self.rest = run, hello, "upgrading", 0, b""
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(UPGRADE.format(path=self.run.wanted.u, port=self.run.wanted.p).encode())

    def connection_lost(self, _: Exception | None) -> None:
        if self.state == "joined":
            self.run.closed += 1
        else:
            self._settled(refused=True)
        self.state = "closed"

    def data_received(self, data: bytes) -> None:
        data = self.rest + data
        if self.state == "upgrading":
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self.rest = head
                return
            self._upgraded(head)
        self.rest = self._take_frames(data)

    def _upgraded(self, head: bytes) -> None:
        if head[9:12] != b"101":
            self.transport.abort()
        elif self.hello is None:
            self._settled()
        else:
            self.state = "greeted"
            self.send(TEXT, self.hello.encode())

    def _settled(self, refused: bool = False) -> None:
        self.state = "closed" if refused else "joined"
        self.run.refused += refused
        self.run.joined += not refused
        self.run.room.release()
        if self.run.joined + self.run.refused == self.run.wanted.n:
            self.run.moved.set()

    def _take_frames(self, data: bytes) -> bytes:
        """What is left over: the begin of a frame."""
        at = 0
        while len(data) - at >= 2:
            size, head = data[at + 1] & 127, 2
            if size > 125:
                head = 4 if size == 126 else 10
                size = int.from_bytes(data[at + 2 : at + head], "big")
                if len(data) - at < head:
                    break
            if len(data) - at < head + size:
                break
            self._frame(data[at] & 15, data[at + head : at + head + size])
            at += head + size
        return data[at:]

    def _frame(self, opcode: int, payload: bytes) -> None:
        if opcode == CLOSE:
            self.transport.close()
        elif opcode == PING:
            self.send(PONG, payload)
        elif opcode != PONG:
            self._text(payload)

    def _text(self, payload: bytes) -> None:
        if self.state == "greeted":
            self._settled(refused=self.run.wanted.j.encode() not in payload)
            return
        _, found, after = payload.partition(self.run.marker)
        if not found:
            self.run.others += 1
            return
        digits = after.lstrip()[:20]
        end = next((i for i, c in enumerate(digits) if not 48 <= c <= 57), len(digits))
        self.run.count(self, int(digits[:end]))

    def send(self, opcode: int, payload: bytes) -> None:
        size, mask = len(payload), os.urandom(4)
        head = (
            bytes([0x80 | opcode, 0x80 | size])
            if size < 126
            else bytes([0x80 | opcode, 0xFE, *size.to_bytes(2, "big")])
        )
        self.transport.write(head + mask + bytes(byte ^ mask[i & 3] for i, byte in enumerate(payload)))


async def open_all(run: Run) -> None:
    wanted, loop = run.wanted, asyncio.get_running_loop()
    hellos = Path(wanted.f).read_text().splitlines() if wanted.f else [None] * wanted.n
    for hello in hellos[: wanted.n]:
        await run.room.acquire()
        socket = Socket(run, hello)
        run.sockets.append(socket)
        await loop.create_connection(lambda socket=socket: socket, "127.0.0.1", wanted.p)
    await run.moved.wait()
    say(joined=run.joined, refused=run.refused)


async def keep_pinging(run: Run) -> None:
    while run.wanted.k:
        for socket in list(run.sockets):
            await asyncio.sleep(run.wanted.e / len(run.sockets))
            if socket.state == "joined":
                socket.send(TEXT, run.wanted.k.encode())


async def one_phase(run: Run, first: int, count: int, seconds: float) -> None:
    run.phase, run.others = Phase(first, count), 0
    run.moved.clear()
    for socket in run.sockets:
        socket.next = first
    say(expecting=count)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(run.moved.wait(), seconds)
    phase, usage = run.phase, resource.getrusage(resource.RUSAGE_SELF)
    missing = phase.skipped + sum(first + count - socket.next for socket in run.sockets)
    say(
        received=phase.received, lost=missing, repeated=phase.repeated, closed=run.closed, others=run.others,
        load_cpu_s=round(usage.ru_utime + usage.ru_stime, 3), first=phase.begin, last=phase.end,
    )  # fmt: skip
    run.phase = None


async def obey(wanted: argparse.Namespace) -> None:
    run, loop = Run(wanted), asyncio.get_running_loop()
    await open_all(run)
    pinging = asyncio.create_task(keep_pinging(run))
    while (line := (await loop.run_in_executor(None, sys.stdin.readline)).split()) and line[0] == "expect":
        await one_phase(run, int(line[1]), int(line[2]), float(line[3]))
    pinging.cancel()


def say(**line: Any) -> None:
    print(json.dumps(line), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    for name, kind, default in (("p", int, 0), ("n", int, 0), ("e", int, 25), ("w", int, 200)):
        parser.add_argument(f"-{name}", type=kind, default=default)
    for name, text in (("u", "/"), ("m", '"n":'), ("f", None), ("j", ""), ("k", None)):
        parser.add_argument(f"-{name}", default=text)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(obey(parser.parse_args()))


if __name__ == "__main__":
    main()
