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
from backend.config.loading.history.pictures import photo_of, signature_of
from backend.foundation import clock
from backend.hazards.bodies import Done, Judgement, NewPicture, NewRecheck, Order, PointAnswer, Signed
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
        lead = self._offices.judge_of(get_hazard(pk), course.level)
        if lead is None:
            return
        level: Literal["major", "general"] = "major" if course.level == Level.MAJOR else "general"
        judge(Judgement(hazard_id=pk, level=level, clause_id=course.clause.pk), acting_user=lead)
        soon = clock.now() + timedelta(minutes=self._rng.uniform(8, 90))
        self._agenda.put(soon, partial(self._order, pk, course, lead))

    def _order(self, pk: UUID, course: Course, lead: User) -> None:
        """The principal rectifies; where the place has no account, who found it looks after it and reports it done."""
        hazard = get_hazard(pk)
        last_day = self._hours.roll(clock.today() + timedelta(days=course.days_given))
        rectifier = self._offices.principal_of(hazard.enterprise) or hazard.found_by
        order = Order(
            hazard_id=pk, responsible=hazard.enterprise.principal or "主要负责人", measures=course.measures,
            funds=course.funds, deadline=self._hours.end_of(last_day), emergency_plan=words.EMERGENCY_PLAN,
            rectifier_id=rectifier.pk,
        )  # fmt: skip
        order_rectification(order, acting_user=lead)
        if course.ends == "closed":
            most = max(1, course.days_given - 3)
            self._put_later(most // 2, most, partial(self._ask, pk, rectifier))

    def _ask(self, pk: UUID, rectifier: User) -> None:
        done = Done(hazard_id=pk, at=clock.now(), photos=[self._photo(pk)])
        ask_recheck(done, acting_user=rectifier)
        self._put_later(0, 1, partial(self._recheck, pk, rectifier))

    def _recheck(self, pk: UUID, rectifier: User) -> None:
        hazard = get_hazard(pk)
        somebody = self._offices.rechecker(hazard, rectifier)
        if somebody is None:
            return
        passed = self._rng.random() >= FAILED_RECHECK_SHARE
        recheck(self._looked(hazard, somebody, passed), acting_user=somebody)
        if not passed:
            self._put_later(1, 2, partial(self._ask, pk, rectifier))

    def _looked(self, hazard: Hazard, somebody: User, passed: bool) -> NewRecheck:
        answers = [
            PointAnswer(key=point["key"], verdict="fixed" if passed else "not_fixed")
            for point in hazard.rectification.points
        ]
        return NewRecheck(
            hazard_id=hazard.pk, report_id=hazard.reports.latest("number").pk, at=clock.now(), points=answers,
            opinion="" if passed else self._rng.choice(words.NOT_PASSED), photos=[self._photo(hazard.pk)],
            signature=Signed(name=somebody.name, sha256=signature_of(somebody.name)),
        )  # fmt: skip

    def _photo(self, pk: UUID) -> NewPicture:
        item = get_hazard(pk).item or "done"
        return NewPicture(sha256=photo_of(f"{item} after", 0), taken_at=clock.now())

    def _put_later(self, least_days: int, most_days: int, act: partial[None]) -> None:
        self._agenda.put(self._hours.later(clock.now(), least_days, most_days), act)
