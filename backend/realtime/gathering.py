"""What comes in ones and is better done together: gathered for a moment, then handed on."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

log = logging.getLogger(__name__)
K = TypeVar("K")
V = TypeVar("V")


class Gathering(Generic[K, V]):
    """One task while there is something to do, none else; one batch at a time, so that a slow database is not asked more
    often for being slow. The newest value of a key counts."""

    def __init__(self, seconds: float, hand_on: Callable[[dict[K, V]], Awaitable[None]]) -> None:
        self._seconds, self._hand_on = seconds, hand_on
        self.waiting: dict[K, V] = {}
        self._task: asyncio.Task[None] | None = None

    def add(self, key: K, value: V) -> None:
        self.waiting[key] = value
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._empty())

    async def _empty(self) -> None:
        while self.waiting:
            await asyncio.sleep(self._seconds)
            taken, self.waiting = self.waiting, {}
            try:
                await self._hand_on(taken)
            except Exception:
                log.exception("%s not done", self._hand_on.__qualname__)

    async def stop(self) -> None:
        self.waiting.clear()
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
