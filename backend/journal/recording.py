"""The write path: one transaction holds the business rows, the event in the town's chain, its deliveries, its outbox rows.

    with recording():
        ... change rows ...
        publish(TaskSent(task=...), town=..., audience=[...], target=..., acting_user=...)

Events are gathered and written when the outermost block ends, so that the counter rows, which everybody shares,
are locked last and shortest, in one order. After the commit whoever listens is told; if nobody hears it, nothing is lost.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from backend.foundation import clock
from backend.foundation.ids import new_id
from backend.foundation.shapes import plain
from backend.journal.chain import canonical, commitment, link
from backend.journal.events import Event as Said
from backend.journal.handlers import FOLLOWERS
from backend.journal.models import Chain, Delivery, Event, EventBody, Outbox, Stream


@dataclass(frozen=True)
class Origin:
    """Where a change comes from when it came as an operation from a device."""

    op: UUID | None = None
    device: UUID | None = None


@dataclass(frozen=True)
class Entry:
    said: Said
    town: str
    audience: tuple[str, ...]
    target: str
    actor: UUID | None
    at: datetime
    origin: Origin


@dataclass
class Recording:
    origin: Origin = field(default_factory=Origin)
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True)
class Letter:
    """An event on its way to one stream."""

    stream: str
    seq: int
    type: str
    at: datetime
    body: Any


_open: ContextVar[Recording | None] = ContextVar("recording", default=None)
announcers: list[Callable[[list[Letter]], None]] = []


@contextmanager
def recording(origin: Origin | None = None) -> Iterator[None]:
    """A unit of work. Nested blocks are savepoints: what fails inside takes its events with it."""
    outer = _open.get()
    if outer is None:
        with _outermost(Recording(origin or Origin())):
            yield
        return
    mark, before = len(outer.entries), outer.origin
    outer.origin = origin or before
    try:
        with transaction.atomic():
            yield
    except BaseException:
        del outer.entries[mark:]
        raise
    finally:
        outer.origin = before


@contextmanager
def _outermost(work: Recording) -> Iterator[None]:
    token = _open.set(work)
    try:
        with transaction.atomic():
            yield
            letters = _write(work.entries)
            transaction.on_commit(lambda: _announce(letters))
    finally:
        _open.reset(token)


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


def _write(entries: list[Entry]) -> list[Letter]:
    letters: list[Letter] = []
    for town in sorted({entry.town for entry in entries}):
        letters += _write_town(town, [entry for entry in entries if entry.town == town])
    return letters


def _write_town(town: str, entries: list[Entry]) -> list[Letter]:
    bodies = [plain(entry.said) for entry in entries]
    Chain.objects.bulk_create([Chain(town=town)], ignore_conflicts=True)
    chain = Chain.objects.select_for_update().get(town=town)
    events, contents = _link(chain, entries, bodies)
    Chain.objects.filter(town=town).update(seq=chain.seq, head=chain.head)
    Event.objects.bulk_create(events)
    EventBody.objects.bulk_create(contents)
    letters = _deliver(entries, events, bodies)
    _queue(town, entries, events)
    return letters


def _link(chain: Chain, entries: list[Entry], bodies: list[Any]) -> tuple[list[Event], list[EventBody]]:
    events, contents, received = [], [], clock.now()
    for entry, body in zip(entries, bodies, strict=True):
        text, salt = canonical(body), os.urandom(16)
        chain.seq += 1
        header = canonical(
            {
                "town": chain.town,
                "seq": chain.seq,
                "type": entry.said.TYPE,
                "actor": _text(entry.actor),
                "device": _text(entry.origin.device),
                "op": _text(entry.origin.op),
                "target": entry.target,
                "at": entry.at.isoformat(),
                "received": received.isoformat(),
                "commit": commitment(salt, text),
            }
        )
        prev, chain.head = chain.head, link(chain.head, header)
        event = Event(
            chain=chain, seq=chain.seq, type=entry.said.TYPE, at=entry.at, target=entry.target[:40],
            header=header, prev=prev, hash=chain.head,
        )  # fmt: skip
        events.append(event)
        contents.append(EventBody(event=event, salt=salt, body=text))
    return events, contents


def _deliver(entries: list[Entry], events: list[Event], bodies: list[Any]) -> list[Letter]:
    wanted = Counter(stream for entry in entries for stream in entry.audience)
    Stream.objects.bulk_create([Stream(id=name) for name in sorted(wanted)], ignore_conflicts=True)
    streams = {s.id: s for s in Stream.objects.select_for_update().filter(id__in=wanted).order_by("id")}
    rows, letters = [], []
    for entry, event, body in zip(entries, events, bodies, strict=True):
        for name in entry.audience:
            streams[name].seq += 1
            rows.append(Delivery(stream=streams[name], seq=streams[name].seq, event=event))
            letters.append(Letter(name, streams[name].seq, entry.said.TYPE, entry.at, body))
    Delivery.objects.bulk_create(rows)
    Stream.objects.bulk_update(streams.values(), ["seq"])
    return letters


def _queue(town: str, entries: list[Entry], events: list[Event]) -> None:
    """One row per handler and commit: a handler reads the journal from where it stopped, so the last number is enough."""
    names = dict.fromkeys(name for entry in entries for name in FOLLOWERS[entry.said.TYPE])
    Outbox.objects.bulk_create(
        Outbox(id=new_id(), handler=name, key=f"{name}:{town}:{events[-1].seq}", town=town, available_at=clock.now())
        for name in names
    )


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


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None
