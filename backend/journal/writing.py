"""Writing what was said at the end of a unit of work: links of the chain, bodies, deliveries, outbox rows.

Plain SQL, because every operation of every phone passes here: a few statements for all events of a commit, however many.
The counter rows (chain, streams) are raised by one upsert with `RETURNING`, which makes, locks and reads them in one step.
"""

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from backend.foundation import clock
from backend.foundation.ids import new_id
from backend.journal.chain import START, canonical, commitment, link
from backend.journal.events import Event as Said
from backend.journal.handlers import FOLLOWERS
from backend.journal.models import Outbox

# SQLite was built for at most 999 values in a statement for a long time; PostgreSQL takes 65,535
MOST_VALUES = 900


@dataclass(frozen=True)
class Origin:
    """Where a change comes from when it came as an operation from a device."""

    op: UUID | None = None
    device: UUID | None = None


@dataclass(frozen=True)
class Entry:
    """Something said, until it is written."""

    said: Said
    town: str
    audience: tuple[str, ...]
    target: str
    actor: UUID | None
    at: datetime
    origin: Origin


@dataclass(frozen=True)
class Letter:
    """An event on its way to one stream; `body` is JSON already."""

    stream: str
    seq: int
    type: str
    at: datetime
    body: Any


def write(entries: list[Entry]) -> list[Letter]:
    """Inside the transaction. Towns in order of their codes, so that two writers never wait for each other crosswise."""
    letters: list[Letter] = []
    for town in sorted({entry.town for entry in entries}):
        letters += _write_town(town, [entry for entry in entries if entry.town == town])
    return letters


def _write_town(town: str, entries: list[Entry]) -> list[Letter]:
    bodies = [msgspec.json.encode(entry.said, order="sorted") for entry in entries]
    last, head = _raise_chain(town, len(entries))
    first = last - len(entries) + 1
    events, contents, head = _linked(town, first, head, entries, bodies)
    _execute("UPDATE journal_chain SET head = %s WHERE town = %s", (head, town))
    returned = _insert(
        "journal_event", ("chain_id", "seq", "type", "at", "target", "header", "prev", "hash"), events, "seq, id"
    )
    ids = dict(returned)
    _insert(
        "journal_eventbody",
        ("event_id", "salt", "body"),
        [(ids[first + n], salt, text) for n, (salt, text) in enumerate(contents)],
    )
    letters = _deliver(entries, bodies, [ids[first + n] for n in range(len(entries))])
    _queue(town, entries, last)
    return letters


def _linked(
    town: str, seq: int, head: str, entries: list[Entry], bodies: list[bytes]
) -> tuple[list[tuple[Any, ...]], list[tuple[bytes, str]], str]:
    """Rows of the events from number `seq` on, (salt, text) of their bodies, and the last hash."""
    events, contents, received = [], [], clock.now().isoformat()
    for entry, body in zip(entries, bodies, strict=True):
        text, salt = body.decode(), os.urandom(16)
        header = canonical(
            {
                "town": town,
                "seq": seq,
                "type": entry.said.TYPE,
                "actor": _text(entry.actor),
                "device": _text(entry.origin.device),
                "op": _text(entry.origin.op),
                "target": entry.target,
                "at": entry.at.isoformat(),
                "received": received,
                "commit": commitment(salt, text),
            }
        )
        prev, head = head, link(head, header)
        at = connection.ops.adapt_datetimefield_value(entry.at)
        events.append((town, seq, entry.said.TYPE, at, entry.target[:40], header, prev, head))
        contents.append((salt, text))
        seq += 1
    return events, contents, head


def _deliver(entries: list[Entry], bodies: list[bytes], event_ids: list[int]) -> list[Letter]:
    wanted = Counter(stream for entry in entries for stream in entry.audience)
    numbers = _raise_streams(wanted)
    rows, letters = [], []
    for entry, body, event in zip(entries, bodies, event_ids, strict=True):
        for stream in entry.audience:
            numbers[stream] += 1
            rows.append((stream, numbers[stream], event))
            letters.append(Letter(stream, numbers[stream], entry.said.TYPE, entry.at, msgspec.Raw(body)))
    _insert("journal_delivery", ("stream_id", "seq", "event_id"), rows)
    return letters


def _raise_chain(town: str, by: int) -> tuple[int, str]:
    """The chain's new last number and its hash so far; the row is ours until the commit."""
    ((seq, head),) = _execute(
        "INSERT INTO journal_chain (town, seq, head) VALUES (%s, %s, %s)"
        " ON CONFLICT (town) DO UPDATE SET seq = journal_chain.seq + excluded.seq RETURNING seq, head",
        (town, by, START),
    )
    return seq, head


def _raise_streams(wanted: Mapping[str, int]) -> dict[str, int]:
    """The number each stream had before it was raised by what is wanted of it. Rows are taken in the order they are named
    in, so that writers of two towns that meet in a stream never wait for each other crosswise."""
    numbers: dict[str, int] = {}
    names = sorted(wanted)
    for start in range(0, len(names), MOST_VALUES // 2):
        some = names[start : start + MOST_VALUES // 2]
        raised = _execute(
            f"INSERT INTO journal_stream (id, seq, min_seq) VALUES {', '.join(['(%s, %s, 0)'] * len(some))}"
            " ON CONFLICT (id) DO UPDATE SET seq = journal_stream.seq + excluded.seq RETURNING id, seq",
            [value for name in some for value in (name, wanted[name])],
        )
        numbers |= {name: seq - wanted[name] for name, seq in raised}
    return numbers


def _queue(town: str, entries: list[Entry], last: int) -> None:
    """One row per handler and commit: a handler reads the journal from where it stopped, so the last number is enough."""
    names = dict.fromkeys(name for entry in entries for name in FOLLOWERS[entry.said.TYPE])
    Outbox.objects.bulk_create(
        Outbox(id=new_id(), handler=name, key=f"{name}:{town}:{last}", town=town, available_at=clock.now())
        for name in names
    )


def _insert(
    table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], returning: str = ""
) -> list[tuple[Any, ...]]:
    """Many rows a statement; what `returning` names of them, in no order."""
    returned: list[tuple[Any, ...]] = []
    one = f"({', '.join(['%s'] * len(columns))})"
    most = MOST_VALUES // len(columns)
    for start in range(0, len(rows), most):
        some = rows[start : start + most]
        returned += _execute(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([one] * len(some))}"
            + (f" RETURNING {returning}" if returning else ""),
            [value for row in some for value in row],
        )
    return returned


def _execute(statement: str, values: Iterable[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        return cursor.fetchall() if "RETURNING" in statement else []


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None
