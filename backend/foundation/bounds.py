"""ASGI: what is too large is refused before it is read, and a body that hides its size is read no further than its limit.

Django looks at the size of a body only when it has taken all of it, and holds a thread while it comes in: a few phones with
a weak signal would keep everybody else waiting. Here it is taken first, and handed on when it is whole. What is held of all
bodies at once is bounded too: who comes with a large one when there is no room is told to come again, small ones always fit.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from backend.foundation.problems import ADDRESS_TOO_LONG, BUSY, HEADERS_TOO_LARGE, TOO_LARGE, Problem

# the parser in front of us knows no address longer than 65,535 bytes, and refuses it without a word of ours
LONGEST_ADDRESS = 60_000
LARGEST_HEADERS = 65_536
LARGEST_BODY = 1 << 20
MOST_HELD = 64 << 20  # of all bodies whose requests are not answered yet
SMALL_BODY = 64 << 10
# a phone that vanished in the middle says nothing: what it sent would keep its room until the next start
PATIENCE_S = 300
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]


class _Refused(Exception):
    """The rest of the body is not wanted."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


@dataclass
class _Taken:
    """What has come of a body."""

    pieces: list[bytes] = field(default_factory=list)
    size: int = 0


class Bounded:
    """`larger`: (beginning of a path, largest body in bytes) for the few addresses that take more than LARGEST_BODY."""

    def __init__(self, app: App, larger: Iterable[tuple[str, int]]) -> None:
        self.app, self.larger, self.held = app, tuple(larger), 0

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        largest = self._largest(scope["path"])
        if problem := _refusal(scope, largest):
            await _answer(send, problem)
            return
        taken = _Taken()
        try:
            if await self._take(taken, receive, largest):
                body = b"".join(taken.pieces)
                taken.pieces.clear()  # else it would be held twice
                await self.app(scope, _replayed(body, receive), send)
        except _Refused as refused:
            await _answer(send, refused.problem)
        finally:
            self.held -= taken.size

    async def _take(self, taken: _Taken, receive: Receive, largest: int) -> bool:
        """Whether all of the body came: who sends it may go away before its end."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while (message := await receive())["type"] != "http.disconnect":
                    self._hold(taken, message.get("body", b""), largest)
                    if not message.get("more_body", False):
                        return True
        except TimeoutError:
            raise _Refused(BUSY.because()) from None
        return False

    def _hold(self, taken: _Taken, piece: bytes, largest: int) -> None:
        taken.pieces.append(piece)
        taken.size += len(piece)
        self.held += len(piece)
        if taken.size > largest:
            raise _Refused(TOO_LARGE.because(largest=largest))
        if taken.size > SMALL_BODY and self.held > MOST_HELD:
            raise _Refused(BUSY.because())

    def _largest(self, path: str) -> int:
        return next((size for start, size in self.larger if path.startswith(start)), LARGEST_BODY)


def _refusal(scope: Any, largest: int) -> Problem | None:
    """What the first lines of the request already tell."""
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_ADDRESS:
        return ADDRESS_TOO_LONG.because()
    if sum(len(name) + len(value) for name, value in scope["headers"]) > LARGEST_HEADERS:
        return HEADERS_TOO_LARGE.because()
    said = dict(scope["headers"]).get(b"content-length", b"0")
    return TOO_LARGE.because(largest=largest) if said.isdigit() and int(said[:20]) > largest else None


def _replayed(body: bytes, receive: Receive) -> Receive:
    """The body as one message; what comes after it (a disconnect) as it comes."""
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> dict[str, Any]:
        return waiting.pop() if waiting else await receive()

    return replayed


async def _answer(send: Send, problem: Problem) -> None:
    """The rest of what is being sent is thrown away unread; the client can still read this answer."""
    body = json.dumps(problem.body(), ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": problem.kind.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
