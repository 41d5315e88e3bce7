"""How a device is doing: when it was last heard of, and what it says it still holds.

Told with every beat of thousands of phones, read by a person now and then: what is known here already is not written again
within a minute. It is a picture for people, never a fact of the work: noting it fails nobody.
"""

import logging
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.db import DatabaseError

from backend.accounts.models import Device
from backend.foundation import clock
from backend.foundation.shapes import Body

log = logging.getLogger(__name__)
QUIET = timedelta(minutes=1)
REMEMBERED = 20_000  # devices; about 5 MB
LONGEST_HELD = timedelta(days=3650)
LARGEST_SKEW_S = 2**31 - 1
Moment = Annotated[datetime, msgspec.Meta(tz=True)]

_seen: dict[UUID, datetime] = {}
_told: dict[UUID, tuple[datetime, int]] = {}


class DeviceHealth(Body, kw_only=True):
    """What a phone says of itself: operations not yet acknowledged, the oldest of them, its version, its clock."""

    unsent: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
    oldest: Moment | None = None
    app: Annotated[str, msgspec.Meta(max_length=20)] = ""
    at: Moment


def note_seen(device: UUID | None) -> None:
    """The device has spoken. Written at most once a minute by each process."""
    now = clock.now()
    if device and _is_due(_seen.get(device), now):
        _remember(_seen, device, now)
        _write(device, last_seen_at=now)


def note_health(device: UUID | None, health: DeviceHealth) -> None:
    """The device has told how it is. Written when a minute has passed or the number of unsent operations is another."""
    if device is None:
        return
    now, (told_at, unsent) = clock.now(), _told.get(device, (None, None))
    if health.unsent != unsent or _is_due(told_at, now):
        _remember(_told, device, (now, health.unsent))
        _remember(_seen, device, now)
        _write(device, last_seen_at=now, health_at=now, **_columns(health, now))


def _columns(health: DeviceHealth, now: datetime) -> dict[str, Any]:
    """The age of the oldest is measured on the phone, by one clock: a phone a day ahead must not look as if it held
    nothing for long."""
    held = min(max(health.at - health.oldest, timedelta(0)), LONGEST_HELD) if health.oldest and health.unsent else None
    skew = round((health.at - now).total_seconds())
    return {
        "unsent": health.unsent,
        "oldest_unsent_at": now - held if held is not None else None,
        "app_version": health.app,
        "clock_skew_s": max(-LARGEST_SKEW_S, min(skew, LARGEST_SKEW_S)),
    }


def _is_due(last: datetime | None, now: datetime) -> bool:
    """Also when the clock was set back: else nothing would be written until it has caught up."""
    return last is None or not timedelta(0) <= now - last < QUIET


def _remember(memory: dict[UUID, Any], device: UUID, what: Any) -> None:
    if len(memory) >= REMEMBERED:
        memory.clear()
    memory[device] = what


def _write(device: UUID, **columns: Any) -> None:
    try:
        Device.objects.filter(pk=device).update(**columns)
    except DatabaseError as error:
        log.warning("health of device %s not written: %s", device, type(error).__name__)
