"""Two or three times a week a lead sends checks of small venues to the grids; the workers go, and results come back."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID

from backend.accounts.models import User
from backend.config.loading.history import words
from backend.config.loading.history.agenda import Agenda
from backend.config.loading.history.hours import Hours
from backend.config.loading.history.offices import Offices
from backend.config.loading.history.visits import Visits
from backend.dispatch.models import Task
from backend.dispatch.problems import NOTHING_TO_SEND
from backend.dispatch.services import NewDispatch, note_on_phone, send
from backend.enterprises.models import Enterprise
from backend.foundation import clock
from backend.foundation.ids import new_id
from backend.foundation.problems import Problem
from backend.standards.queries import current_checklists
from backend.territory.models import Posting

CHECKLIST = "small-venue-fire"
MONDAY, WEDNESDAY = 0, 2
GRIDS_AT_ONCE, GRIDS_TODAY, PER_GRID = 8, 12, 2
# the campaign begins slowly: in its first month on Mondays only
FULL_PACE_DAYS = 30
# a department answers for at least this part of the small venues, else it does not send checks to them
SENDERS_SHARE = 0.05
LAST_HOURS = timedelta(hours=2)
# of a week's dispatch these were opened and then forgotten: the overdue ones that a lead has to chase
FORGOTTEN = frozenset({3, 10})


@dataclass(frozen=True)
class _Way:
    """When a task takes its steps."""

    on_phone: datetime
    opened: datetime
    accepted: datetime
    visit: datetime


class Patrols:
    def __init__(self, town: str, agenda: Agenda, hours: Hours, offices: Offices, visits: Visits, rng: Random) -> None:
        self._agenda, self._hours, self._offices, self._visits, self._rng = agenda, hours, offices, visits, rng
        self._checklist = current_checklists().get(key=CHECKLIST)
        held = Posting.objects.current().filter(grid__code__startswith=town, main=True).values("grid")
        rows = Enterprise.objects.filter(grid__in=held).order_by("grid__code")
        venues = [venue for venue in rows if self._checklist.tag in venue.tags]
        self._grids = list(dict.fromkeys(venue.grid_id for venue in venues))
        self._leads = self._leads_of(venues)

    def _leads_of(self, venues: list[Enterprise]) -> list[User]:
        counted = Counter(venue.department_id for venue in venues)
        most = [department for department, n in counted.most_common() if n >= SENDERS_SHARE * len(venues)]
        return list(dict.fromkeys(self._offices.lead_of(department) for department in most))

    def plan(self, first: date) -> None:
        for day in self._hours.workdays(first, self._hours.today) if self._grids else []:
            if self._sends_on(day):
                self._agenda.put(self._hours.moment(day, self._rng.uniform(0.0, 0.12)), partial(self._send, day))

    def _sends_on(self, day: date) -> bool:
        age = (self._hours.today - day).days
        return age == 0 or day.weekday() == MONDAY or (day.weekday() == WEDNESDAY and age <= FULL_PACE_DAYS)

    def _send(self, day: date) -> None:
        lead = self._rng.choice(self._leads)
        number = GRIDS_TODAY if day == self._hours.today else GRIDS_AT_ONCE
        wanted = NewDispatch(
            id=new_id(), title=self._rng.choice(words.TITLES), checklist_id=self._checklist.pk, per_grid=PER_GRID,
            grid_uids=self._rng.sample(self._grids, min(number, len(self._grids))), deadline=self._deadline(day),
        )  # fmt: skip
        try:
            sent = send(wanted, acting_user=lead)
        except Problem as problem:
            if problem.kind is NOTHING_TO_SEND:  # in a small town everybody may be on the way already
                return
            raise
        tasks = list(sent.tasks.select_related("assignee").order_by("pk"))
        forgotten = FORGOTTEN if wanted.deadline > self._hours.now - timedelta(days=6) else frozenset()
        self._foresee_phones(tasks)
        for place, task in enumerate(tasks):
            self._foresee(task, self._way(day, early=place == 0), forgotten=place in forgotten)

    def _deadline(self, day: date) -> datetime:
        if day == self._hours.today:
            # loaded in the evening, the day's work still has time left
            evening = clock.start_of(day) + timedelta(hours=23, minutes=59)
            return self._hours.end_of(day) if self._hours.now < self._hours.end_of(day) - LAST_HOURS else evening
        return self._hours.end_of(self._hours.roll(day + timedelta(days=3)))

    def _foresee_phones(self, tasks: list[Task]) -> None:
        """A phone fetches all that is new at once."""
        by_worker: dict[UUID, list[Task]] = defaultdict(list)
        for task in tasks:
            by_worker[task.assignee_id].append(task)
        for of_worker in by_worker.values():
            moment = clock.now() + self._wait(0.3, 1.0)
            worker, ids = of_worker[0].assignee, [task.pk for task in of_worker]
            self._agenda.put(moment, partial(note_on_phone, worker, ids))

    def _wait(self, least_minutes: float, most_minutes: float) -> timedelta:
        return timedelta(minutes=self._rng.uniform(least_minutes, most_minutes))

    def _way(self, day: date, *, early: bool) -> _Way:
        """Opened and accepted soon, visited within the time given, now and then a day late."""
        visit = max(self._visit_of(day, early), clock.now() + self._wait(4, 12))
        gap = visit - clock.now()
        opened = clock.now() + min(gap * 0.4, self._wait(2, 120))
        return _Way(clock.now(), opened, opened + min(gap * 0.3, self._wait(1, 15)), visit)

    def _visit_of(self, day: date, early: bool) -> datetime:
        if day == self._hours.today:
            # past the present moment: that visit is still to come; one at least has been made
            return self._hours.moment(day, self._rng.uniform(0.1, 0.3 if early else 2.5))
        late = self._rng.random() < 0.04
        return self._hours.some_moment(self._hours.roll(day + timedelta(days=4 if late else self._rng.randint(0, 2))))

    def _foresee(self, task: Task, way: _Way, *, forgotten: bool) -> None:
        worker: User = task.assignee
        self._agenda.put(way.opened, partial(self._visits.open, task.pk, worker))
        if not forgotten:
            self._agenda.put(way.accepted, partial(self._visits.accept, task.pk, worker))
            self._agenda.put(way.visit, partial(self._visits.visit, task.pk, worker))
