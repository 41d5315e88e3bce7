"""The only clock. Everything that asks for the time asks here, so that a test can set it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

ZONE = ZoneInfo("Asia/Shanghai")
_fixed: ContextVar[datetime | None] = ContextVar("fixed_time", default=None)


def now() -> datetime:
    return _fixed.get() or timezone.now()


def today() -> date:
    return day_of(now())


def day_of(moment: datetime) -> date:
    """The calendar day on which `moment` fell in the town, not in UTC."""
    return moment.astimezone(ZONE).date()


def start_of(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)


def days_ago(days: int) -> datetime:
    return now() - timedelta(days=days)


def happened(said: datetime) -> datetime:
    """When something happened of which a device says when: as it says, but not later than now. A phone whose clock is a
    year ahead must not make an enterprise look visited for a year to come."""
    return min(said if said.tzinfo else said.replace(tzinfo=ZONE), now())


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Everything inside happens at `moment`: for back-dated demo data and for tests."""
    token = _fixed.set(moment)
    try:
        yield
    finally:
        _fixed.reset(token)
