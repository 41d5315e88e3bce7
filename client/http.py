"""Requests as a phone makes them: tried again until there is a durable answer, a problem raised by its code."""

import asyncio
import random
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from client.shapes import Json, Me, Problem, Shape

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 4.0


class Refused(Exception):
    """The server answered and said no: not a matter of trying again."""

    def __init__(self, what: str, status: int, problem: Problem) -> None:
        super().__init__(f"{what}: {status} {problem.code} {problem.detail}")
        self.status, self.code, self.fields = status, problem.code, problem.fields


class Unanswered(Exception):
    """No durable answer within the patience one had. Whatever was sent may or may not be stored."""


class Session:
    """One device of one person at one server. `patience_s`: how long one call is repeated; 0 asks once."""

    def __init__(self, url: str, device: str, *, patience_s: float = 90, timeout_s: float = 20) -> None:
        self.url, self.device, self.patience_s = url.rstrip("/"), device, patience_s
        self.http = httpx.AsyncClient(base_url=self.url, timeout=timeout_s)

    async def sign_in(self, phone: str, password: str, name: str = "") -> Me:
        """Raises Refused sign_in_refused."""
        await self.call("GET", "/api/session", accept=frozenset({401}))  # sets the cookie with the token
        device = {"id": self.device, "name": name}
        return await self.post("/api/session", {"phone": phone, "password": password, "device": device}, Me)

    async def get(self, path: str, shape: type[Shape], **query: Any) -> Shape:
        found: Shape = await self.call("GET", path, read=_reading(shape), params=query)
        return found

    async def post(self, path: str, body: Any, shape: type[Shape]) -> Shape:
        found: Shape = await self.call("POST", path, read=_reading(shape), **_json(body))
        return found

    async def post_once(self, path: str, body: Any, **more: Any) -> httpx.Response:
        """Without a second try: for those who count their own."""
        return await self.once("POST", path, **_json(body), **more)

    async def put(self, path: str, body: Any) -> None:
        await self.call("PUT", path, **_json(body))

    async def call(
        self,
        method: str,
        path: str,
        *,
        read: Callable[[httpx.Response], Any] = lambda response: response,
        accept: frozenset[int] = frozenset(),
        **more: Any,
    ) -> Any:
        """`read` of the first durable answer. A captive portal's page is none: `read` raising ValueError tries again."""
        loop = asyncio.get_running_loop()
        until, pause = loop.time() + self.patience_s, FIRST_PAUSE_S
        while True:
            try:
                return read(await self.once(method, path, accept=accept, **more))
            except (httpx.TransportError, ValueError, Unanswered) as error:
                failure, wait = repr(error), _asked_to_wait(error) or random.uniform(pause / 2, pause)
            if loop.time() + wait > until:
                raise Unanswered(f"{method} {path}: {failure}")
            await asyncio.sleep(wait)
            pause = min(pause * 2, LONGEST_PAUSE_S)

    async def once(
        self,
        method: str,
        path: str,
        *,
        accept: frozenset[int] = frozenset(),
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> httpx.Response:
        """One request. Raises Refused, Unanswered (429, 5xx), httpx.TransportError."""
        token = {"X-CSRFToken": self.cookies().get("csrftoken", "")}
        response = await self.http.request(method, path, headers=token | (headers or {}), **more)
        if response.status_code < 300 or response.status_code in accept:
            return response
        if response.status_code == 429 or response.status_code >= 500:
            raise _Later(f"{response.status_code} {response.text[:200]}", response.headers.get("Retry-After"))
        raise Refused(f"{method} {path}", response.status_code, _problem(response))

    async def close(self) -> None:
        await self.http.aclose()

    def cookies(self) -> dict[str, str]:
        return {cookie.name: cookie.value or "" for cookie in self.http.cookies.jar}

    def take_cookies(self, cookies: dict[str, str]) -> None:
        for name, value in cookies.items():
            # with the domain: the server's next value has to take its place, not to stand beside it
            self.http.cookies.set(name, value, domain=urlsplit(self.url).hostname or "")


class _Later(Unanswered):
    def __init__(self, what: str, retry_after: str | None) -> None:
        super().__init__(what)
        self.retry_after_s = float(retry_after) if retry_after and retry_after.isdigit() else None


def _asked_to_wait(error: Exception) -> float | None:
    return error.retry_after_s if isinstance(error, _Later) else None


def _reading(shape: type[Shape]) -> Callable[[httpx.Response], Shape]:
    return lambda response: msgspec.json.decode(response.content, type=shape)


def _json(body: Any) -> Json:
    return {"content": msgspec.json.encode(body), "headers": {"Content-Type": "application/json"}}


def _problem(response: httpx.Response) -> Problem:
    """A refusal without our words is some proxy's: not durable."""
    try:
        return msgspec.json.decode(response.content, type=Problem)
    except msgspec.DecodeError as error:
        raise Unanswered(f"{response.status_code}, not from this server: {response.text[:80]}") from error
