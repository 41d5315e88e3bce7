"""When people work: weekdays from 8:30 to 17:30, and today as far as it has come."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random

from backend.foundation.clock import ZONE, day_of, start_of

OPENING, CLOSING = time(8, 30), time(17, 30)
FIRST_HOURS = timedelta(hours=2)
SATURDAY = 5


class Hours:
    def __init__(self, now: datetime, rng: Random) -> None:
        self.now, self.today, self._rng = now, day_of(now), rng

    def is_workday(self, day: date) -> bool:
        """Today always: a demonstration on a Sunday also wants to see work."""
        return day.weekday() < SATURDAY or day == self.today

    def roll(self, day: date) -> date:
        """The day itself, or the next on which people work."""
        while not self.is_workday(day):
            day += timedelta(days=1)
        return day

    def workdays(self, first: date, last: date) -> list[date]:
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        return [day for day in days if self.is_workday(day)]

    def moment(self, day: date, share: float) -> datetime:
        """The moment at `share` (0 to 1) of the day's working time."""
        opens, closes = datetime.combine(day, OPENING, ZONE), datetime.combine(day, CLOSING, ZONE)
        if day == self.today:
            # loaded early or in the night, some of today's work must lie behind all the same
            midnight, early = start_of(day), self.now < opens + FIRST_HOURS
            opens, closes = midnight + (self.now - midnight) / 10 if early else opens, self.now
        return opens + (closes - opens) * share

    def some_moment(self, day: date) -> datetime:
        return self.moment(day, self._rng.uniform(0.05, 0.95))

    def later(self, after: datetime, least_days: int, most_days: int) -> datetime:
        """A moment of work some days after `after`; on the same day within the hour, if that day is nearly over."""
        day = self.roll(day_of(after) + timedelta(days=self._rng.randint(least_days, most_days)))
        chosen = self.some_moment(day)
        return chosen if chosen > after else after + timedelta(minutes=self._rng.uniform(5, 50))

    def end_of(self, day: date) -> datetime:
        return datetime.combine(day, time(18), ZONE)
