"""A small client of the protocol: session, the two doors, uploads, the socket. Tries again where a phone would."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import websockets

Json = dict[str, Any]
TRY_AGAIN = {429, 500, 502, 503, 504, 507}
PIECE = 256 * 1024


class Refused(Exception):
    """The server answered and said no: not a matter of trying again."""


class Client:
    """One device of one person. Every call goes on until the server has answered or `patience_s` is over."""

    def __init__(self, url: str, phone: str, password: str, patience_s: float = 90) -> None:
        self.url, self.phone, self.password, self.patience_s = url.rstrip("/"), phone, password, patience_s
        self.http = httpx.AsyncClient(base_url=self.url, timeout=20)
        self.me: Json = {}

    async def sign_in(self) -> None:
        await self.http.get("/api/session")
        device = {"id": str(uuid4()), "name": "rehearsal"}
        self.me = await self.post("/api/session", {"phone": self.phone, "password": self.password, "device": device})

    async def get(self, path: str, **query: Any) -> Any:
        return (await self._call("GET", path, params=query)).json()

    async def post(self, path: str, body: Any) -> Any:
        return (await self._call("POST", path, json=body)).json()

    async def _call(
        self, method: str, path: str, *, accept: frozenset[int] = frozenset(), **more: Any
    ) -> httpx.Response:
        loop = asyncio.get_running_loop()
        until, pause = loop.time() + self.patience_s, 0.1
        headers = more.pop("headers", {}) | {"X-CSRFToken": self.http.cookies.get("csrftoken", "")}
        while True:
            try:
                response = await self.http.request(method, path, headers=headers, **more)
                if response.status_code < 400 or response.status_code in accept:
                    return response
                if response.status_code not in TRY_AGAIN:
                    raise Refused(f"{method} {path}: {response.status_code} {response.text[:300]}")
                failure = f"{response.status_code}"
            except httpx.TransportError as error:
                failure = repr(error)
            if loop.time() > until:
                raise TimeoutError(f"{method} {path}: {failure}")
            await asyncio.sleep(pause)
            pause = min(pause * 2, 2)

    async def submit(self, ops: list[Json]) -> list[Json]:
        """Send operations until each has a durable answer; at most 50 at once."""
        answered = await self.post("/api/ops", {"v": 1, "epoch": self.me["epoch"], "ops": ops})
        results: list[Json] = answered["results"]
        return results

    async def submit_and_hang_up(self, ops: list[Json]) -> None:
        """Send and go away before the answer: what a cut connection looks like to the server."""
        with_cut = httpx.Timeout(20, read=0.001)
        headers = {"X-CSRFToken": self.http.cookies.get("csrftoken") or ""}
        body = {"v": 1, "epoch": self.me["epoch"], "ops": ops}
        try:
            await self.http.post("/api/ops", json=body, headers=headers, timeout=with_cut)
        except httpx.TransportError:
            return

    async def pull(self, cursors: dict[str, int]) -> Json:
        text = ",".join(f"{stream}:{seq}" for stream, seq in cursors.items())
        page: Json = await self.get("/api/sync", epoch=self.me["epoch"], c=text)
        return page

    async def snapshot(self, stream: str) -> Json:
        taken: Json = await self.get("/api/snapshot", stream=stream)
        return taken

    async def upload(self, content: bytes) -> str:
        """tus: announce, ask how much is there, send the rest in pieces."""
        sha = hashlib.sha256(content).hexdigest()
        metadata = f"sha256 {base64.b64encode(sha.encode()).decode()}"
        announced = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(content)), "Upload-Metadata": metadata}
        await self._call("POST", "/api/blobs", headers=announced)
        offset = 0
        while offset < len(content):
            piece = {
                "Tus-Resumable": "1.0.0",
                "Upload-Offset": str(offset),
                "Content-Type": "application/offset+octet-stream",
            }
            sent = await self._call(
                "PATCH",
                f"/api/blobs/{sha}",
                headers=piece,
                content=content[offset : offset + PIECE],
                accept=frozenset({409}),
            )
            offset = int(sent.headers.get("Upload-Offset", -1))
            if offset < 0:
                head = await self._call("HEAD", f"/api/blobs/{sha}")
                offset = int(head.headers["Upload-Offset"])
        return sha

    async def photo(self, sha256: str) -> bytes:
        return (await self._call("GET", f"/api/photos/{sha256}")).content

    @asynccontextmanager
    async def socket(self, cursors: dict[str, int]) -> AsyncIterator[AsyncIterator[Json]]:
        """Frames after hello; raises ConnectionError when the server hangs up."""
        ticket = (await self.post("/api/ticket", {}))["ticket"]
        address = f"ws{'s' if self.url.startswith('https') else ''}://{urlsplit(self.url).netloc}/ws"
        async with websockets.connect(address, compression=None, open_timeout=20) as socket:
            hello = {"k": "hello", "v": 1, "ticket": ticket, "epoch": self.me["epoch"], "cursors": cursors}
            await socket.send(json.dumps(hello))
            self._socket = socket
            yield _frames(socket)

    async def acknowledge(self, cursors: dict[str, int]) -> None:
        await self._socket.send(json.dumps({"k": "ack", "cursors": cursors}))

    async def close(self) -> None:
        await self.http.aclose()


async def _frames(socket: Any) -> AsyncIterator[Json]:
    async for text in socket:
        yield json.loads(text)
