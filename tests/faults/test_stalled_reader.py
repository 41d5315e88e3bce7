"""Scenario 11: sockets that read nothing, or say too much at once, at a real server process."""

import asyncio
import json
import socket
from pathlib import Path

from client.phone import Phone
from client.shapes import Ticket
from client.socket import connected
from tests.faults.invariants import check_invariants
from tests.faults.town import Town, long, soon

STALLED = 10
BATCH, LARGE = 50, 12_000
# what the stalled ones may hold of it, and what the process breathes by itself
MOST_GROWN = 32 << 20
ANNOUNCE = """
from typing import ClassVar
from backend.journal.events import event, Event
from backend.journal.queries import heads
from backend.journal.recording import publish, recording
from backend.territory.models import Town
@event("fault.said")
class Said(Event):
    padding: str
town = Town.objects.get().code
for _ in range({rounds}):
    with recording():
        for _ in range({batch}):
            publish(Said(padding="x" * {large}), town=town, audience=["a:" + town], target="fault", acting_user=None)
answer = ("a:" + town, heads(["a:" + town])["a:" + town])
"""


async def announced(town: Town, rounds: int, reader: Phone) -> None:
    """To everybody, until the reader has heard it."""
    code = ANNOUNCE.format(rounds=rounds, batch=BATCH, large=LARGE)
    stream, head = await asyncio.to_thread(town.inside, code)
    await soon(lambda: reader.replica.cursors()[stream] == head, "the reader to hear all")


async def stalled(town: Town, phone: Phone) -> socket.socket:
    """Shakes hands, says hello, hears `ok` and never reads again."""
    ticket = (await phone.session.post("/api/ticket", {}, Ticket)).ticket
    raw, loop = socket.socket(), asyncio.get_running_loop()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.setblocking(False)
    await loop.sock_connect(raw, ("127.0.0.1", town.server.port))
    request = (
        f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{town.server.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    await loop.sock_sendall(raw, request.encode())
    assert b" 101 " in await loop.sock_recv(raw, 1000)
    text = json.dumps({"k": "hello", "v": 1, "ticket": ticket, "epoch": phone.replica.epoch}).encode()
    await loop.sock_sendall(raw, b"\x81\xfe" + len(text).to_bytes(2, "big") + bytes(4) + text)
    assert b'"k":"ok"' in await loop.sock_recv(raw, 1000)
    return raw


def resident(town: Town) -> int:
    """Bytes of the web process in memory."""
    status = Path(f"/proc/{town.pid('web')}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) * 1024


async def closed(raw: socket.socket) -> bool:
    """What is left in the buffers, and then the end."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(20):
            while await loop.sock_recv(raw, 1 << 16):
                pass
    except ConnectionError:
        return True
    finally:
        raw.close()
    return True


async def test_sockets_that_read_nothing_cost_little_memory_and_nobody_an_event(town: Town):
    """What protects: a write buffer is looked at before it is written to (256 KB), and who does not drain within 30 s is
    closed.

    Seen failing with `MOST_BUFFERED` left out of `RawWire.offer`, and with `_look_at` closing nobody. The
    bound on memory alone was not: frames are shared between the buffers, so that even without the limit it holds here.
    """
    reader, sleeper = await town.phone(0), await town.phone(1)
    office = await town.office()
    async with town.listening(reader):
        await announced(town, 2, reader)  # what a process grows by when it first works is not the stalled ones'
        raws = [await stalled(town, sleeper) for _ in range(STALLED)]
        before, pages = resident(town), reader.pages
        await announced(town, long(20, 100), reader)
        assert resident(town) - before < MOST_GROWN
        assert (await office.get("/api/realtime", dict)).get("lagged", 0) >= STALLED
        assert reader.pages == pages, "nothing was missing, so there was nothing to ask for"

        async with asyncio.timeout(60):
            while (await office.get("/api/realtime", dict)).get("closed_slow", 0) < STALLED:
                await asyncio.sleep(0.5)
        assert all([await closed(raw) for raw in raws])
        await announced(town, 1, reader)
    await office.close()
    await check_invariants(town)


async def test_a_frame_over_64_kb_ends_its_connection_and_no_other(town: Town):
    """What protects: the web server is told the limit, so that nothing larger is ever held in memory.

    Seen failing with `ws_max_size` left out of `anwangge web`: the frame was taken in whole, and refused only then (4400).
    """
    phone, other = await town.phone(2), await town.phone(3)
    async with town.listening(other):
        async with connected(phone.session, phone.replica.epoch, {}) as line:
            await line.wire.send("x" * 65_537)
            async with asyncio.timeout(20):
                await line.wire.wait_closed()
            assert line.wire.close_code == 1009
        await announced(town, 1, other)
