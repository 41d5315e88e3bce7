"""`anwangge clock`: runs what is due. It sweeps the outbox itself, so that work goes on while the store is down."""

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from backend.config.backup.at_work import work_here
from backend.config.schedule import run_due
from backend.journal.epoch import note_history, settle_when_possible

TICK_S = 2


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        work_here(settings.HOME)
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        settle_when_possible()
        while not stop.wait(TICK_S):
            run_due()
        # stopped on purpose, perhaps to put an old copy back: what was reached must be known to the second
        note_history()
