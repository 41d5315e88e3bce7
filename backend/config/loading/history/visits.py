"""One visit: opened, accepted, on site, the checklist answered, signed and sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from backend.accounts.models import User
from backend.config.loading.history import words
from backend.config.loading.history.agenda import Agenda
from backend.config.loading.history.pictures import VARIANTS, photo_of, signature_of
from backend.config.loading.history.rectifying import Course, Rectifying
from backend.dispatch.models import Task
from backend.dispatch.queries import get_task
from backend.dispatch.services import CheckIn, Position, Step, accept_task, check_in, open_task
from backend.foundation import clock
from backend.foundation.ids import new_id
from backend.hazards.models import Hazard
from backend.hazards.queries import get_hazard
from backend.hazards.states import Level
from backend.inspections.services import NewAnswer, NewInspection, NewPhoto, NewSignature, submit
from backend.standards.models import Checklist, Clause
from backend.standards.queries import clauses_of

# how many items fail in a visit: most places are in order
FAILS = (0,) * 13 + (1,) * 5 + (2,) * 2
MAJOR_SHARE, MOST_MAJORS = 0.15, 2
STUBBORN_SHARE = 0.04
NEAR_DEG = 0.0002  # about 20 m


class Visits:
    def __init__(self, agenda: Agenda, rectifying: Rectifying, rng: Random) -> None:
        self._agenda, self._rectifying, self._rng = agenda, rectifying, rng
        self._majors = 0

    def open(self, task: UUID, worker: User) -> None:
        open_task(Step(task_id=task, assignment_no=1, at=clock.now()), acting_user=worker)

    def accept(self, task: UUID, worker: User) -> None:
        accept_task(Step(task_id=task, assignment_no=1, at=clock.now()), acting_user=worker)

    def visit(self, pk: UUID, worker: User) -> None:
        """On site now; the form takes a while, and the signal may be back only later."""
        task, came = get_task(pk), clock.now()
        where = self._fix(task)
        check_in(CheckIn(task_id=pk, assignment_no=1, at=came, **where), acting_user=worker)
        finished = came + timedelta(minutes=self._rng.uniform(9, 28))
        delay = timedelta(minutes=self._rng.choice((0.2, 0.3, 0.5, 0.8, 1, 2, 25, 140)))
        self._agenda.put(finished + delay, partial(self._submit, task, worker, came, finished, where))

    def _fix(self, task: Task) -> dict[str, Any]:
        if self._rng.random() < 0.08:
            return {"no_fix_reason": words.NO_FIX}
        near = [self._rng.uniform(-NEAR_DEG, NEAR_DEG) for _ in range(2)]
        accuracy = round(self._rng.uniform(4, 22), 1)
        return {
            "position": Position(
                lon=task.enterprise.lon + near[0], lat=task.enterprise.lat + near[1], accuracy_m=accuracy
            )
        }

    def _submit(self, task: Task, worker: User, came: datetime, finished: datetime, where: dict[str, Any]) -> None:
        checklist = task.dispatch.checklist
        clauses = clauses_of([checklist], clock.day_of(finished))
        result = NewInspection(
            inspection_id=new_id(), task_id=task.pk, assignment_no=1, checklist_id=checklist.pk, started_at=came,
            finished_at=finished, answers=self._answers(checklist, clauses, finished),
            signatures=self._signatures(worker, task.enterprise.principal), **where,
        )  # fmt: skip
        inspection = submit(result, acting_user=worker)
        for pk in inspection.hazard_ids:
            hazard = get_hazard(UUID(pk))
            if hazard.clause:
                self._rectifying.follow(hazard, self._course(hazard, hazard.clause))

    def _answers(self, checklist: Checklist, clauses: dict[str, Clause], finished: datetime) -> list[NewAnswer]:
        failed = set(self._rng.sample([item["key"] for item in checklist.items], self._rng.choice(FAILS)))
        answers = []
        for item in checklist.items:
            clause = self._clause(item.get("clauses", []), clauses) if item["key"] in failed else None
            answers.append(self._fail(item, clause, finished) if clause else self._pass(item["key"]))
        return answers

    def _pass(self, item: str) -> NewAnswer:
        missing = item == "kitchen" and self._rng.random() < 0.6
        return NewAnswer(item=item, verdict="na" if missing else "pass")

    def _fail(self, item: dict[str, Any], clause: Clause, finished: datetime) -> NewAnswer:
        taken = finished - timedelta(minutes=self._rng.uniform(2, 7))
        photo = photo_of(item["key"], self._rng.randrange(VARIANTS))
        return NewAnswer(
            item=item["key"], verdict="fail", note=self._rng.choice(words.NOTES.get(item["key"], ("",))),
            clause_id=clause.pk, photos=[NewPhoto(sha256=photo, taken_at=taken)],
        )  # fmt: skip

    def _clause(self, keys: list[str], clauses: dict[str, Clause]) -> Clause | None:
        """What the worker proposes: the everyday clause; a few times in all one that makes the hazard a major one."""
        known = [clauses[key] for key in keys if key in clauses]
        major = [clause for clause in known if clause.level_hint == Level.MAJOR]
        everyday = [clause for clause in known if clause.level_hint != Level.MAJOR]
        if major and self._majors < MOST_MAJORS and self._rng.random() < MAJOR_SHARE:
            self._majors += 1
            return major[0]
        return next(iter(everyday), None)

    def _signatures(self, worker: User, principal: str) -> list[NewSignature]:
        own = NewSignature(role="inspector", name=worker.name, sha256=signature_of(worker.name))
        if self._rng.random() < 0.06 or not principal:
            return [own, NewSignature(role="subject", name="", refused_reason=words.REFUSED)]
        # one drawing per surname, so that a demo does not store hundreds of files
        return [own, NewSignature(role="subject", name=principal, sha256=signature_of(principal[0]))]

    def _course(self, hazard: Hazard, clause: Clause) -> Course:
        level = Level(clause.level_hint)
        stubborn = level == Level.GENERAL and self._rng.random() < STUBBORN_SHARE
        return Course(
            level, clause, words.MEASURES.get(hazard.item, words.OTHER_MEASURE), self._rng.choice(words.FUNDS),
            days_given=10 if level == Level.MAJOR else self._rng.randint(4, 12), ends="overdue" if stubborn else "closed",
        )  # fmt: skip
