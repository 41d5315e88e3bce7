"""The write path: one transaction holds the business rows, the event in the town's chain, its deliveries, its outbox rows.

    with recording():
        ... change rows ...
        publish(TaskSent(task=...), town=..., audience=[...], target=..., acting_user=...)

Events are gathered and written when the outermost block ends, so that the counter rows, which everybody shares,
are locked last and shortest, in one order. After the commit whoever listens is told; if nobody hears it, nothing is lost.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from backend.foundation import clock
from backend.journal.events import Event as Said
from backend.journal.writing import Entry, Letter, Origin, write


@dataclass
class Recording:
    origin: Origin = field(default_factory=Origin)
    entries: list[Entry] = field(default_factory=list)
    held: dict[Any, Any] = field(default_factory=dict)


_open: ContextVar[Recording | None] = ContextVar("recording", default=None)
announcers: list[Callable[[list[Letter]], None]] = []


@contextmanager
def recording() -> Iterator[None]:
    """A unit of work. A nested block is part of the outer one: what fails inside fails the whole, see `attempt`."""
    outer = _open.get()
    if outer is None:
        with _outermost(Recording()):
            yield
    else:
        with transaction.atomic(savepoint=False):
            yield


@contextmanager
def attempt(origin: Origin) -> Iterator[None]:
    """Inside a `recording()`: a part that may fail. Its rows and events then go with it, and the rest goes on."""
    work = _opened()
    mark, before, work.origin = len(work.entries), work.origin, origin
    try:
        with transaction.atomic():
            yield
    except BaseException:
        del work.entries[mark:]
        work.held.clear()  # what was held may show changes that are undone now
        raise
    finally:
        work.origin = before


def held() -> dict[Any, Any]:
    """Rows, by id, that the unit of work has read and locked: several steps about one row read it once."""
    return _opened().held


@contextmanager
def _outermost(work: Recording) -> Iterator[None]:
    token = _open.set(work)
    try:
        with transaction.atomic():
            yield
            letters = write(work.entries)
            transaction.on_commit(lambda: _announce(letters))
    finally:
        _open.reset(token)


def _opened() -> Recording:
    work = _open.get()
    if work is None:
        raise RuntimeError("only inside recording()")
    return work


def publish(
    said: Said,
    *,
    town: str,
    audience: Iterable[str],
    target: UUID | str,
    acting_user: UUID | None,
    at: datetime | None = None,
) -> None:
    """Say what happened. `audience`: the streams that may know; none means nobody. Outside `recording()` it is an error."""
    work = _open.get()
    if work is None:
        raise RuntimeError(f"{said.TYPE} published outside recording()")
    streams = tuple(dict.fromkeys(audience))
    work.entries.append(Entry(said, town, streams, str(target), acting_user, at or clock.now(), replace(work.origin)))


def origin_now() -> Origin:
    """Where the change that is being made comes from; empty outside `recording()` and for what no device asked for."""
    work = _open.get()
    return work.origin if work else Origin()


@contextmanager
def unannounced() -> Iterator[None]:
    """What commits inside is no news: nobody is told live. Who connects later reads it from the journal all the same."""
    kept, announcers[:] = announcers[:], []
    try:
        yield
    finally:
        announcers[:] = kept


def _announce(letters: list[Letter]) -> None:
    for announce in announcers:
        announce(letters)
