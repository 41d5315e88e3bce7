"""What happens in the town under test, from a process of its own: it makes the tickets and publishes real events.

Started in the home of the server (ANWANGGE_HOME). Takes one JSON object per line, answers with one:
    {"do": "hellos", "sockets": 1000, "file": "…"}    a hello with a ticket per line
    {"do": "publish", "count": 150, "every": 0}       when each event left for the sockets
Each event is written to the journal and committed; `every` 0 writes all of them in one transaction.
"""

# ruff: noqa: E402  models can be imported once Django is set up
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django

django.setup()

from backend.accounts.models import RoleHeld, User
from backend.accounts.roles import Role
from backend.foundation.ids import new_id
from backend.journal import queries as journal
from backend.journal.events import Event, event
from backend.journal.recording import announcers, publish, recording
from backend.realtime import tickets
from backend.sync.streams import streams_of_all
from backend.territory.models import Grid, Posting, Town

FRAME_BYTES = 300


@event("bench.said")
class Said(Event):
    padding: str


TOWN = Town.objects.get().code
STREAM = f"a:{TOWN}"
left: list[int] = []


def note_leaving(letters: list[Any]) -> None:
    left.extend([time.monotonic_ns()] * len(letters))


announcers.insert(0, note_leaving)


def padding() -> str:
    """What brings the frame of an event to its size."""
    now, head = datetime.now(UTC).isoformat(), journal.heads([STREAM])[STREAM]
    bare = {"k": "ev", "s": STREAM, "q": head + 1, "t": Said.TYPE, "at": now, "b": {"padding": ""}}
    return "x" * (FRAME_BYTES - len(json.dumps(bare, separators=(",", ":"))))


def hellos(sockets: int, file: str) -> dict[str, Any]:
    """As many people, each with a stream of their own, one of the town's grids, and the town's announcements."""
    epoch, head = journal.current_epoch(), journal.heads([STREAM])[STREAM]
    people = hire(sockets)
    streams = streams_of_all(people)
    with Path(file).open("w") as out:
        for person in people:
            ticket = tickets.issue(str(person.id), str(new_id()), streams[person.id])
            hello = {"k": "hello", "v": 1, "ticket": ticket, "epoch": epoch, "cursors": {STREAM: head}}
            out.write(json.dumps(hello) + "\n")
    return {"first": head + 1}


def hire(number: int) -> list[User]:
    """Grid workers of the town: the server looks every minute whether who is connected may still be."""
    grids, first = list(Grid.objects.all()), User.objects.filter(phone__startswith="199").count()
    people = [User(phone=f"199{first + n:08d}", name="bench") for n in range(number)]
    User.objects.bulk_create(people)
    RoleHeld.objects.bulk_create(RoleHeld(user=person, role=Role.GRID_WORKER, division=TOWN) for person in people)
    Posting.objects.bulk_create(
        Posting(user=person, grid=grids[n % len(grids)], main=False) for n, person in enumerate(people)
    )
    return people


def say(count: int, every: float) -> dict[str, Any]:
    left.clear()
    text, start = padding(), time.monotonic()
    at_once = count if every == 0 else 1
    for number in range(0, count, at_once):
        time.sleep(max(0.0, start + number * every - time.monotonic()))
        with recording():
            for _ in range(at_once):
                publish(Said(padding=text), town=TOWN, audience=[STREAM], target="bench", acting_user=None)
    return {"left": left}


def main() -> None:
    for line in sys.stdin:
        wanted = json.loads(line)
        do = {"hellos": hellos, "publish": say}[wanted.pop("do")]
        print(json.dumps(do(**wanted)), flush=True)


main()
