"""How many events a second verify_chain checks, in a chain of 300,000 on SQLite, as JSON.

    python -m tests.bench.chain [EVENTS]

Each event has a body of some 900 characters, about that of a task. Making the chain is not measured.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

EVENTS, BATCH = 300_000, 5_000
TOWN = "900000001"


def headers(count: int, canonical: Any, commitment: Any) -> Iterator[tuple[str, bytes, str, datetime]]:
    """(header, salt, body, at) of one event after the other."""
    person, began = str(UUID(int=7)), datetime(2026, 1, 1, tzinfo=UTC)
    for seq in range(1, count + 1):
        at, task, salt = began + timedelta(seconds=seq, microseconds=seq), str(UUID(int=seq)), os.urandom(16)
        view = {"id": task, "version": seq, "state": "sent", "title": "小场所消防检查" * 4, "fields": ["安全出口"] * 40}
        body = canonical({"task": view | {"people": [person] * 4}})
        said = {
            "town": TOWN, "seq": seq, "type": "task.changed", "actor": person, "device": person, "op": task,
            "target": task, "at": at.isoformat(), "received": at.isoformat(), "commit": commitment(salt, body),
        }  # fmt: skip
        yield canonical(said), salt, body, at


def make_chain(count: int) -> None:
    from django.db import transaction

    from backend.journal.chain import START, canonical, commitment, link
    from backend.journal.models import Chain, Event, EventBody

    prev, events, bodies = START, [], []
    chain = Chain.objects.create(town=TOWN)
    for seq, (header, salt, body, at) in enumerate(headers(count, canonical, commitment), start=1):
        target, here = str(UUID(int=seq)), link(prev, header)
        row = Event(
            id=seq, chain=chain, seq=seq, type="task.changed", at=at, target=target, header=header, prev=prev, hash=here
        )
        events.append(row)
        bodies.append(EventBody(event=row, salt=salt, body=body))
        prev = here
        if len(events) == BATCH or seq == count:
            with transaction.atomic():
                Event.objects.bulk_create(events)
                EventBody.objects.bulk_create(bodies)
            events, bodies = [], []
    Chain.objects.filter(pk=chain.pk).update(seq=count, head=prev)


def measure(count: int) -> dict[str, Any]:
    from backend.journal.chain import verify_chain

    begun, cpu = time.perf_counter(), sum(os.times()[:4])
    verdict = verify_chain(TOWN)
    seconds, cpu = time.perf_counter() - begun, sum(os.times()[:4]) - cpu
    assert verdict.ok, verdict
    assert verdict.events == count, verdict
    return {"chain_events_per_s": round(count / seconds), "chain_events_per_cpu_s": round(count / cpu), "events": count}


def main() -> None:
    """Django is set up here and not above: the processes that check a stretch import this file too, and need none of it."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    with tempfile.TemporaryDirectory(prefix="awg-") as home:
        os.environ |= {"ANWANGGE_HOME": home, "DJANGO_SETTINGS_MODULE": "backend.config.settings"}
        os.environ.pop("DATABASE_URL", None)
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        make_chain(count)
        print(json.dumps(measure(count)))


if __name__ == "__main__":
    main()
