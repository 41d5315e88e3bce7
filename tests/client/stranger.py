"""A server that speaks the protocol and says what it is told to: a later version of ours, a captive portal, a broken one."""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

EPOCH = "01a20997-e7da-7000-8000-000000000001"
STREAM = "p:wang"
Answer = tuple[int, str | bytes | dict[str, Any], dict[str, str]]


def page(*events: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Of /api/sync; nothing is missing unless it says so."""
    reached = {STREAM: events[-1]["q"]} if events else {}
    quiet = {"streams": [STREAM], "heads": reached, "next": reached, "more": False, "reset": [], "drop": []}
    return {"epoch": EPOCH, "server_time": "2026-11-23T08:00:00Z", "events": list(events)} | quiet | more


def told(seq: int, **body: Any) -> dict[str, Any]:
    return {"s": STREAM, "q": seq, "t": "task.changed", "at": "2026-11-23T08:00:00Z", "b": body}


def task(version: int = 1) -> dict[str, Any]:
    return {"id": "t1", "version": version, "state": "sent"}


class Stranger:
    """`answers[path]` are given one after the other, the last for ever; so are `talks`, the frames said after a hello.
    `asked` are the requests: method, path, body."""

    def __init__(self) -> None:
        self.answers: defaultdict[str, deque[Answer]] = defaultdict(deque)
        self.talks: deque[list[dict[str, Any]]] = deque([[]])
        self.asked: list[tuple[str, str, bytes]] = []
        self.hellos: list[dict[str, Any]] = []
        self.url = ""
        self.will("/api/ticket", 200, {"ticket": "come in"})
        self.will("/api/snapshot", 200, {"epoch": EPOCH, "stream": STREAM, "as_of": 0, "rows": []})

    def will(self, path: str, status: int, body: str | bytes | dict[str, Any], **headers: str) -> "Stranger":
        self.answers[path].append((status, body, headers))
        return self

    def say(self, *talks: list[dict[str, Any]]) -> None:
        """To who connects first, second, …"""
        self.talks = deque(talks)

    def times(self, path: str) -> int:
        return sum(asked == path for _, asked, _ in self.asked)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Stranger"]:
        config = uvicorn.Config(
            self._app, interface="asgi3", port=0, log_level="error", lifespan="off", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        running = asyncio.create_task(server._serve())
        async with asyncio.timeout(10):
            while not server.started:
                await asyncio.sleep(0.01)
        self.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.should_exit = True
            await running

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        await (self._socket(receive, send) if scope["type"] == "websocket" else self._request(scope, receive, send))

    async def _request(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            part = await receive()
            body, more = body + part.get("body", b""), part.get("more_body", False)
        self.asked.append((scope["method"], scope["path"], body))
        status, said, headers = _next(self.answers[scope["path"]])
        content = (
            said.encode() if isinstance(said, str) else said if isinstance(said, bytes) else json.dumps(said).encode()
        )
        named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": named})
        await send({"type": "http.response.body", "body": content})

    async def _socket(self, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        hello = await receive()
        self.hellos.append(json.loads(hello["text"]))
        for frame in _next(self.talks):
            await send({"type": "websocket.send", "text": json.dumps(frame)})
        while (await receive())["type"] != "websocket.disconnect":
            pass


def _next(waiting: deque[Any]) -> Any:
    return waiting.popleft() if len(waiting) > 1 else waiting[0]
