"""The states of a hazard and the legal moves. Nothing leaves the ledger: closed and cancelled rows stay."""

from datetime import datetime

from django.db.models import TextChoices


class HazardState(TextChoices):
    REPORTED = "reported", "待判定"  # found and recorded; nobody has judged it yet
    JUDGED = "judged", "已判定"  # general or major, by a cited clause
    RECTIFYING = "rectifying", "整改中"  # the five elements are complete and ordered
    AWAITING_RECHECK = "awaiting_recheck", "待复查"  # the rectifier says it is done
    CLOSED = "closed", "已销号"  # a re-check passed
    CANCELLED = "cancelled", "已撤销"  # was no hazard, with reason and approver


class Level(TextChoices):
    GENERAL = "general", "一般"
    MAJOR = "major", "重大"


MOVES: dict[str, frozenset[str]] = {
    HazardState.REPORTED: frozenset({HazardState.JUDGED, HazardState.CANCELLED}),
    HazardState.JUDGED: frozenset({HazardState.RECTIFYING, HazardState.CANCELLED}),
    HazardState.RECTIFYING: frozenset({HazardState.AWAITING_RECHECK}),
    HazardState.AWAITING_RECHECK: frozenset({HazardState.CLOSED, HazardState.RECTIFYING}),
}

FINAL = frozenset({HazardState.CLOSED, HazardState.CANCELLED})


def is_overdue(state: str, due: datetime | None, now: datetime) -> bool:
    return state not in FINAL and due is not None and due < now
