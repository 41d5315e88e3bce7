"""`anwangge web`: the API, the sockets and the built surfaces, one uvicorn process."""

import os
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

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
        # no per-message deflate: it cost more CPU per socket than it saved on frames this small
        uvicorn.run(
            "backend.config.asgi:application", host=host, port=port, log_level="warning", access_log=False,
            ws=RawProtocol, ws_per_message_deflate=False, ws_max_size=LARGEST_FRAME, timeout_graceful_shutdown=5,
            proxy_headers=True,
        )  # fmt: skip
