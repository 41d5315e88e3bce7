"""Reading the journal: the deliveries of a stream after a cursor, heads, the epoch."""

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import Max, Q

from backend.journal.models import Delivery, Epoch, Stream


def current_epoch() -> str:
    found = Epoch.objects.order_by("-id").first() or Epoch.objects.create()
    return str(found.id)


def heads(streams: Iterable[str]) -> dict[str, int]:
    """Last number of each stream; 0 for one that nothing was ever sent to."""
    wanted = list(streams)
    return dict.fromkeys(wanted, 0) | dict(Stream.objects.filter(id__in=wanted).values_list("id", "seq"))


def moved_after(delivery: int | None) -> tuple[int, dict[str, int]]:
    """Streams that something was delivered to after this row, and the newest row. Rows become visible out of the order of
    their numbers: who asks again and again must go back some way, and now and then compare all heads."""
    newest = Delivery.objects.aggregate(newest=Max("pk"))["newest"] or 0
    if delivery is None or newest == delivery:
        return newest, {}
    moved = Delivery.objects.filter(pk__gt=delivery).order_by().values_list("stream_id").annotate(Max("seq"))
    return newest, dict(moved)


def floors(streams: Iterable[str]) -> dict[str, int]:
    """The number below which a stream's history has been put away: a cursor under it must take a snapshot."""
    wanted = list(streams)
    return dict.fromkeys(wanted, 0) | dict(Stream.objects.filter(id__in=wanted).values_list("id", "min_seq"))


def after(stream: str, cursor: int, limit: int) -> list[dict[str, Any]]:
    """At most `limit` events of `stream` with seq > cursor, ascending: {s, q, t, at, b}; b is null once erased."""
    rows = (
        Delivery.objects.filter(stream_id=stream, seq__gt=cursor)
        .order_by("seq")
        .values_list("seq", "event__type", "event__at", "event__content__body")[:limit]
    )
    return [
        {"s": stream, "q": seq, "t": kind, "at": at, "b": json.loads(body) if body else None}
        for seq, kind, at, body in rows
    ]


def targets_delivered(
    ranges: dict[str, tuple[int, int]], targets: Iterable[str], types: Iterable[str]
) -> set[tuple[str, str]]:
    """(stream, target) for those of `targets` that an event of these types told to a stream within after < seq ≤ upto."""
    within = Q()
    for stream, (after, upto) in ranges.items():
        within |= Q(stream_id=stream, seq__gt=after, seq__lte=upto)
    if not within:
        return set()
    rows = Delivery.objects.filter(within, event__type__in=list(types), event__target__in=list(targets))
    return set(rows.values_list("stream_id", "event__target"))
