"""A proxy that breaks connections on purpose, in a thread of its own, so that tests of any kind can turn its knobs.

    with Proxy(("127.0.0.1", 8000)) as proxy:      # or a path, for a unix socket; `listen` likewise
        proxy.cut_after["down"] = 100              # each connection dies after 100 bytes of answers
        proxy.cut()                                # all connections die now

`up` is what the client sends, `down` what the server answers. Knobs may be turned at any time.
"""

import asyncio
import contextlib
import threading
from pathlib import Path
from typing import Literal

Address = tuple[str, int] | Path
Way = Literal["up", "down"]
CHUNK = 65_536


class Proxy:
    """latency_s: every chunk comes later. cut_after: bytes per way, then the connection is reset. frozen: nothing moves,
    nothing is closed (a phone in a tunnel). down_bytes_s: how fast the client reads. refuse: new connections are reset.
    """

    def __init__(self, target: Address, listen: Address = ("127.0.0.1", 0)) -> None:
        self.target, self._listen = target, listen
        self.latency_s = 0.0
        self.cut_after: dict[Way, int | None] = {"up": None, "down": None}
        self.down_bytes_s: int | None = None
        self.frozen = self.refuse = False
        self.accepted = self.carried = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)

    def __enter__(self) -> "Proxy":
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(10)
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self.frozen, self.latency_s, self.down_bytes_s = False, 0.0, None
        self.cut()
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    @property
    def port(self) -> int:
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def listening(self) -> Path:
        """The socket's path, if it is one."""
        assert isinstance(self._listen, Path)
        return self._listen

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Reset every connection that is open now."""
        for writer in list(self._writers):
            self._loop.call_soon_threadsafe(writer.transport.abort)

    @property
    def open(self) -> int:
        return len(self._writers) // 2

    async def _open(self) -> asyncio.Server:
        if isinstance(self._listen, Path):
            return await asyncio.start_unix_server(self._accept, self._listen)
        return await asyncio.start_server(self._accept, *self._listen)

    async def _end(self) -> None:
        while self._writers:
            await asyncio.sleep(0.02)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        if self.refuse:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await self._connect()
        except OSError:
            writer.transport.abort()
            return
        both = {writer, far_writer}
        self._writers |= both
        pumps = [
            asyncio.create_task(self._pump("up", reader, far_writer)),
            asyncio.create_task(self._pump("down", far_reader, writer)),
        ]
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for pump in pumps:
            pump.cancel()
        for one in both:
            one.transport.abort()
        self._writers -= both

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self.target, Path):
            return await asyncio.open_unix_connection(self.target)
        return await asyncio.open_connection(*self.target)

    async def _pump(self, way: Way, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Ends when either side is done or the knob says cut; the connection dies with it."""
        passed = 0
        with contextlib.suppress(OSError):
            while chunk := await reader.read(self.down_bytes_s or CHUNK if way == "down" else CHUNK):
                await asyncio.sleep(self.latency_s + (1 if way == "down" and self.down_bytes_s else 0))
                while self.frozen:
                    await asyncio.sleep(0.02)
                limit = self.cut_after[way]
                if limit is not None and passed + len(chunk) > limit:
                    writer.write(chunk[: max(0, limit - passed)])
                    await writer.drain()
                    await asyncio.sleep(0.05)  # an abort would throw away what is still in the buffer
                    return
                writer.write(chunk)
                passed += len(chunk)
                self.carried += len(chunk)
                await writer.drain()
