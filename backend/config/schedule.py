"""Periodic work: what, how often. Each runs once per period, whatever restarts: the row (job, period) decides."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import close_old_connections

from backend.comms.services import run_schedules
from backend.dispatch.reminders import send_reminders
from backend.foundation import clock
from backend.journal import jobs
from backend.journal.anchors import anchor_chains
from backend.journal.chain import verify_chain
from backend.journal.epoch import note_history
from backend.journal.models import Chain, PeriodicRun
from backend.sync.receiving import settle_waiting

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Periodic:
    name: str
    every: timedelta
    run: Callable[[], object]

    def period(self) -> str:
        seconds = int(self.every.total_seconds())
        return str(int(clock.now().timestamp()) // seconds)


def verify_all_chains() -> None:
    for town in Chain.objects.values_list("town", flat=True):
        verdict = verify_chain(town)
        if not verdict.ok:
            why = verdict.why.en if verdict.why else ""
            log.critical("chain of %s broken at event %s: %s", town, verdict.first_bad, why)


SCHEDULE = [
    Periodic("sweep_outbox", timedelta(seconds=5), jobs.drain),
    Periodic("note_history", timedelta(seconds=5), note_history),
    Periodic("settle_images", timedelta(minutes=1), settle_waiting),
    Periodic("communication_tests", timedelta(minutes=1), run_schedules),
    Periodic("task_reminders", timedelta(minutes=1), send_reminders),
    Periodic("verify_chains", timedelta(days=1), verify_all_chains),
    Periodic("anchor_chains", timedelta(days=1), anchor_chains),
    Periodic("tidy_outbox", timedelta(days=1), jobs.tidy),
]


def run_due() -> None:
    close_old_connections()
    for periodic in SCHEDULE:
        try:  # the claim too: a database that is being restarted must not end the clock
            if _claim(periodic):
                periodic.run()
        except Exception:
            log.exception("periodic %s failed", periodic.name)


def _claim(periodic: Periodic) -> bool:
    """What runs every few seconds is harmless twice; the others are claimed by a row."""
    if periodic.every < timedelta(minutes=1):
        return True
    _, mine = PeriodicRun.objects.get_or_create(job=periodic.name, period=periodic.period())
    return mine
