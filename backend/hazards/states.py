"""The states of a hazard and the legal moves. Nothing leaves the ledger: closed, cancelled and merged rows stay."""

from datetime import datetime

from django.db.models import TextChoices


class HazardState(TextChoices):
    REPORTED = "reported", "待判定"  # found and recorded; nobody has judged it yet
    JUDGED = "judged", "已判定"  # general or major, by a cited clause
    RECTIFYING = "rectifying", "整改中"  # the five elements are complete and ordered
    AWAITING_RECHECK = "awaiting_recheck", "待复查"  # somebody has reported it done, with photos
    CLOSED = "closed", "已销号"  # a re-check passed
    CANCELLED = "cancelled", "已撤销"  # was no hazard, with reason and approver
    MERGED = "merged", "已并入"  # the same hazard as another row, which it points to


class Level(TextChoices):
    GENERAL = "general", "一般"
    MAJOR = "major", "重大"


# judged → awaiting_recheck is for what was fixed on the spot, and back for what then failed: it was never ordered
MOVES: dict[str, frozenset[str]] = {
    HazardState.REPORTED: frozenset({HazardState.JUDGED, HazardState.CANCELLED, HazardState.MERGED}),
    HazardState.JUDGED: frozenset(
        {HazardState.RECTIFYING, HazardState.AWAITING_RECHECK, HazardState.CANCELLED, HazardState.MERGED}
    ),
    HazardState.RECTIFYING: frozenset({HazardState.AWAITING_RECHECK, HazardState.MERGED}),
    HazardState.AWAITING_RECHECK: frozenset(
        {HazardState.CLOSED, HazardState.RECTIFYING, HazardState.JUDGED, HazardState.MERGED}
    ),
}

FINAL = frozenset({HazardState.CLOSED, HazardState.CANCELLED, HazardState.MERGED})
OPEN = frozenset(HazardState) - FINAL


class PetitionState(TextChoices):
    """Decided once, by compare-and-set; who, when and why stand on the row."""

    ASKED = "asked", "待审批"
    GRANTED = "granted", "已同意"
    REFUSED = "refused", "未同意"


def is_overdue(state: str, due: datetime | None, now: datetime) -> bool:
    return state not in FINAL and due is not None and due < now
