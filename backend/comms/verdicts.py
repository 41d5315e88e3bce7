"""What time makes of a device and of an answer: worked out from the facts, never stored."""

from datetime import datetime, timedelta

from django.db.models import TextChoices

from backend.accounts.models import Device

SILENT_AFTER = timedelta(days=3)
HOLDING_AFTER, HOLDING_LONG = timedelta(days=1), timedelta(days=3)
LARGEST_SKEW_S = 300


class Verdict(TextChoices):
    """On a device, worst first: work that only one phone has can be lost with it."""

    HOLDING = "holding", "压着未传"
    SILENT = "silent", "失联"
    CLOCK = "clock", "时钟不准"
    OLD_APP = "old_app", "版本不一致"
    OK = "ok", "正常"


class Outcome(TextChoices):
    """Of a test for one person, worst first."""

    NEVER = "never", "未送达"  # it closed without an answer
    WAITING = "waiting", "等待中"  # it is open
    LATE = "late", "迟到"  # answered after it had closed
    REACHED = "reached", "已送达"


def held_for(device: Device, now: datetime) -> timedelta:
    """How long the oldest operation has waited on the device; zero when it holds none."""
    return now - device.oldest_unsent_at if device.unsent and device.oldest_unsent_at else timedelta(0)


def verdicts_on(device: Device, now: datetime, version: str) -> list[Verdict]:
    """Worst first. `version`: the server's; a device that never told its own is not called old."""
    found = {
        Verdict.HOLDING: held_for(device, now) > HOLDING_AFTER,
        Verdict.SILENT: now - device.last_seen_at > SILENT_AFTER,
        Verdict.CLOCK: abs(device.clock_skew_s or 0) > LARGEST_SKEW_S,
        Verdict.OLD_APP: device.app_version not in ("", version),
    }
    return [verdict for verdict, holds in found.items() if holds] or [Verdict.OK]


def place_of(device: Device, now: datetime, version: str) -> str:
    """Where it stands in the list: by its worst verdict, long held work above all, then the longest not heard of."""
    worst = list(Verdict).index(verdicts_on(device, now, version)[0])
    lately = held_for(device, now) <= HOLDING_LONG
    return f"{worst}{int(lately)} {device.last_seen_at:%Y-%m-%dT%H:%M:%S} {device.pk}"


def outcome_of(received_at: datetime | None, closes_at: datetime, now: datetime) -> Outcome:
    """By our clock alone: what the phone says of the moment it heard is kept beside it, and decides nothing."""
    if received_at is None:
        return Outcome.WAITING if now < closes_at else Outcome.NEVER
    return Outcome.REACHED if received_at <= closes_at else Outcome.LATE
