"""Requests run on a few threads that stay, each with a database connection that stays.

Django's own ASGI handler begins a thread, and with it a connection, for every request: on SQLite that costs more than the
request itself. Who finds no thread free waits for one, which also keeps a storm from opening hundreds of connections.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, HttpResponseBase

THREADS = 8


class KeptThreads(ASGIHandler):
    def __init__(self) -> None:
        super().__init__()
        # last in, first out: few requests use few threads
        self._free: asyncio.LifoQueue[ThreadPoolExecutor] = asyncio.LifoQueue()
        for n in range(THREADS):
            self._free.put_nowait(ThreadPoolExecutor(1, thread_name_prefix=f"request-{n}"))

    def load_middleware(self, is_async: bool = False) -> None:
        """All of it synchronous: else every request would go from the thread to the loop and back in the middle."""
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        return await sync_to_async(self.get_response)(request)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        thread = await self._free.get()
        try:
            async with ThreadSensitiveContext(executor=thread):
                await self.handle(scope, receive, send)
        finally:
            self._free.put_nowait(thread)
