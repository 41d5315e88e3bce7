"""`anwangge web`: the API, the sockets and the built surfaces, one uvicorn process."""

import gc
import os
from importlib import import_module
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.urls import get_resolver

from backend.config.backup.at_work import work_here
from backend.journal.epoch import settle_when_possible
from backend.realtime.messages import LARGEST_FRAME
from backend.realtime.transport import RawProtocol


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--host", default=os.environ.get("HOST", "0.0.0.0"))

    def handle(self, *args: Any, port: int, host: str, **options: Any) -> None:
        work_here(settings.HOME)
        settle_when_possible()
        application = _loaded()
        # no per-message deflate: it cost more CPU per socket than it saved on frames this small; pings rarely, because those
        # of thousands that came at once go out at once and hold up the letters; phones send their own every 25 s
        uvicorn.run(
            application, host=host, port=port, log_level="warning", access_log=False,
            ws=RawProtocol, ws_per_message_deflate=False, ws_max_size=LARGEST_FRAME, ws_ping_interval=90.0, ws_ping_timeout=60.0,
            timeout_graceful_shutdown=5,
            proxy_headers=True,
        )  # fmt: skip


def _loaded() -> Any:
    """The application with all that it would else load at the first request. What is there now stays for good: the garbage
    collector need not walk through it, which took 150 ms every few lists."""
    application = import_module("backend.config.asgi").application
    get_resolver().reverse_dict  # noqa: B018  reading it loads every view
    gc.collect()
    gc.freeze()
    # a page of a hundred rows makes tens of thousands of objects that are gone with the answer
    gc.set_threshold(50_000, 20, 20)
    return application
