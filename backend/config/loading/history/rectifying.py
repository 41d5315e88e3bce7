"""From a reported hazard to a closed one: judged, ordered, rectified, re-checked by somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random
from typing import Literal
from uuid import UUID

from backend.accounts.models import User
from backend.config.loading.history import words
from backend.config.loading.history.agenda import Agenda
from backend.config.loading.history.hours import Hours
from backend.config.loading.history.offices import Offices
from backend.foundation import clock
from backend.hazards.models import Hazard
from backend.hazards.queries import get_hazard
from backend.hazards.services import ask_recheck, judge, order_rectification, recheck
from backend.hazards.states import Level
from backend.standards.models import Clause

FAILED_RECHECK_SHARE = 0.06


@dataclass(frozen=True)
class Course:
    """How one hazard goes. `ends`: closed before its date, still open past it, or open with time left."""

    level: Level
    clause: Clause
    measures: str
    funds: str
    days_given: int
    ends: Literal["closed", "overdue", "in_time"]


class Rectifying:
    def __init__(self, agenda: Agenda, hours: Hours, offices: Offices, rng: Random) -> None:
        self._agenda, self._hours, self._offices, self._rng = agenda, hours, offices, rng

    def follow(self, hazard: Hazard, course: Course) -> None:
        days = 0 if course.level == Level.MAJOR else 1
        self._put_later(0, days, partial(self._judge, hazard.pk, course))

    def _judge(self, pk: UUID, course: Course) -> None:
        hazard = get_hazard(pk)
        lead = self._offices.lead_of(hazard.department_id)
        judge(hazard, level=course.level, clause=course.clause, acting_user=lead)
        soon = clock.now() + timedelta(minutes=self._rng.uniform(8, 90))
        self._agenda.put(soon, partial(self._order, pk, course, lead))

    def _order(self, pk: UUID, course: Course, lead: User) -> None:
        hazard = get_hazard(pk)
        last_day = self._hours.roll(clock.today() + timedelta(days=course.days_given))
        elements = {
            "responsible": hazard.enterprise.principal or "主要负责人", "measures": course.measures,
            "funds": course.funds, "deadline": self._hours.end_of(last_day), "emergency_plan": words.EMERGENCY_PLAN,
        }  # fmt: skip
        rectifier = self._offices.principal_of(hazard.enterprise)
        order_rectification(hazard, elements, acting_user=lead, rectifier=rectifier)
        if course.ends == "closed":
            most = max(1, course.days_given - 3)
            self._put_later(most // 2, most, partial(self._ask, pk, rectifier or hazard.found_by))

    def _ask(self, pk: UUID, rectifier: User) -> None:
        """The principal says it is done; where the place has no account, the worker who found it does."""
        ask_recheck(get_hazard(pk), acting_user=rectifier)
        self._put_later(0, 1, partial(self._recheck, pk, rectifier))

    def _recheck(self, pk: UUID, rectifier: User) -> None:
        hazard = get_hazard(pk)
        somebody = self._offices.rechecker(hazard.department_id, rectifier)
        if somebody is None:
            return
        if self._rng.random() >= FAILED_RECHECK_SHARE:
            recheck(hazard, passed=True, acting_user=somebody)
            return
        recheck(hazard, passed=False, acting_user=somebody, why=self._rng.choice(words.NOT_PASSED))
        self._put_later(1, 2, partial(self._ask, pk, rectifier))

    def _put_later(self, least_days: int, most_days: int, act: partial[None]) -> None:
        self._agenda.put(self._hours.later(clock.now(), least_days, most_days), act)
