"""Counting what the journal says. Reads each town's chain on from where it stopped, so running twice counts once."""

import json
from collections import Counter
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from backend.foundation import clock
from backend.journal.models import Event
from backend.rollups.models import DayCount, Progress

BATCH = 1000
MEASURES = ("sent", "done", "found", "closed")
Key = tuple[Any, str, str]


def advance(town: str) -> int:
    """Count the events that came since the last time; returns the number of the last one read."""
    while True:
        read, seq = _advance_batch(town)
        if read < BATCH:
            return seq


def rebuild(town: str) -> int:
    """Throw the counters of `town` away and count its whole chain again."""
    with transaction.atomic():
        DayCount.objects.filter(town=town).delete()
        Progress.objects.update_or_create(town=town, defaults={"seq": 0})
    return advance(town)


def drift(town: str) -> list[tuple[str, str]]:
    """Where the counters differ from a fresh count of the chain up to where they stand: (row, what)."""
    progress = Progress.objects.filter(town=town).first()
    upto, fresh = progress.seq if progress else 0, Counter[tuple[str, str, str, str]]()
    for event in Event.objects.filter(chain=town, seq__lte=upto).select_related("content").iterator(chunk_size=BATCH):
        for (day, grid, sector), measures in _count([event]).items():
            fresh.update({(str(day), str(grid), sector, name): n for name, n in measures.items()})
    held = Counter[tuple[str, str, str, str]]()
    for row in DayCount.objects.filter(town=town):
        held.update({(str(row.day), str(row.grid), row.sector, name): getattr(row, name) for name in MEASURES})
    wrong = [key for key in fresh.keys() | held.keys() if fresh[key] != held[key]]
    return [("/".join(key), f"{held[key]}, {fresh[key]} expected") for key in sorted(wrong)]


def _advance_batch(town: str) -> tuple[int, int]:
    Progress.objects.get_or_create(town=town)
    with transaction.atomic():
        progress = Progress.objects.select_for_update().get(town=town)
        rows = Event.objects.filter(chain=town, seq__gt=progress.seq).order_by("seq").select_related("content")[:BATCH]
        events = list(rows)
        if events:
            _add(town, _count(events))
            progress.seq = events[-1].seq
            progress.save()
        return len(events), progress.seq


def _count(events: list[Event]) -> dict[Key, Counter[str]]:
    counted: dict[Key, Counter[str]] = {}
    for event in events:
        content = getattr(event, "content", None)
        if content is None:
            continue
        for measure, view, at in _measures(event.type, json.loads(content.body)):
            sector = view.get("sector") or next(iter(view["enterprise"].get("sectors", [])), "99")
            key = (clock.day_of(datetime.fromisoformat(at)), view["grid"]["uid"], sector)
            counted.setdefault(key, Counter())[measure] += 1
    return counted


def _measures(kind: str, body: dict[str, Any]) -> list[tuple[str, dict[str, Any], str]]:
    """(measure, view, when) for what an event adds to the counters. A task is done, a hazard closed, only once."""
    match kind:
        case "task.sent":
            return [("sent", body["task"], body["task"]["sent_at"])]
        case "task.completed":
            return [("done", body["task"], body["task"]["ladder"]["submitted"])]
        case "hazard.reported":
            return [("found", body["hazard"], body["hazard"]["found_at"])]
        case "hazard.moved" if body["hazard"]["state"] == "closed":
            return [("closed", body["hazard"], body["hazard"]["closed_at"])]
    return []


def _add(town: str, counted: dict[Key, Counter[str]]) -> None:
    for (day, grid, sector), measures in counted.items():
        row, _ = DayCount.objects.get_or_create(town=town, day=day, grid=grid, sector=sector)
        DayCount.objects.filter(pk=row.pk).update(**{name: F(name) + n for name, n in measures.items()})
