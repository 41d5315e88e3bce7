"""`anwangge clock`: runs what is due. It sweeps the outbox itself, so that work goes on while the store is down."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from backend.config.schedule import run_due

TICK_S = 2


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        while not stop.wait(TICK_S):
            run_due()
