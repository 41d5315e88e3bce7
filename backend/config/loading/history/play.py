"""Sixty days of a demo town, played through the services at their own moments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from random import Random

from backend.config.loading.history.agenda import Agenda
from backend.config.loading.history.hours import Hours
from backend.config.loading.history.majors import MajorFindings
from backend.config.loading.history.offices import Offices
from backend.config.loading.history.patrols import Patrols
from backend.config.loading.history.rectifying import Rectifying
from backend.config.loading.history.visits import Visits
from backend.foundation import clock
from backend.journal.recording import recording

DAYS = 60
Tell = Callable[[str], None]


def first_day() -> date:
    return clock.today() - timedelta(days=DAYS)


def play_history(town: str, seed: int, tell: Tell) -> None:
    """Everything up to now. The same seed, town and moment give the same past; only the ids differ."""
    rng, now = Random(f"{town}:{seed}"), clock.now()
    agenda, hours, offices = Agenda(now), Hours(now, rng), Offices(town, rng)
    if not offices.senders:
        tell("演示历史：镇里没有部门牵头人，也没有安委办，没有人能下达任务，跳过")
        return
    rectifying = Rectifying(agenda, hours, offices, rng)
    Patrols(town, agenda, hours, offices, Visits(agenda, rectifying, rng), rng).plan(first_day())
    MajorFindings(town, agenda, hours, offices, rectifying).plan()
    _plan_progress(agenda, hours, tell)
    # one recording: the events stand in the chain in the order of their time, all received when it ends
    with recording():
        agenda.run()


def _plan_progress(agenda: Agenda, hours: Hours, tell: Tell) -> None:
    for day in range(10, DAYS + 1, 10):
        moment = clock.start_of(first_day() + timedelta(days=day))
        agenda.put(moment, partial(tell, f"演示历史：第 {day} 天 / {DAYS}"))
