"""Anchors: once a day, number and hash of every chain, signed: in a row, in the chain of the division above, and in a file
to be kept on another machine."""

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import msgspec
from django.conf import settings
from django.db.models import F
from django.db.models.functions import Length

from backend.foundation import clock
from backend.foundation.durable_files import replace_file
from backend.foundation.shapes import View
from backend.journal.events import Event, event
from backend.journal.models import Anchor, Chain
from backend.journal.models import Event as Link
from backend.journal.queries import current_epoch
from backend.journal.recording import publish, recording
from backend.journal.signing import Payload, Signed, sign
from backend.journal.witnesses import ANCHORED, parent_of, signed_of

MARK = 16
DAYS_LISTED = DAYS_EXPORTED = 30


class AnchorView(View, kw_only=True):
    id: UUID
    version: int = 1
    payload: Payload
    signature: str
    public_key: str


@event(ANCHORED)
class ChainAnchored(Event):
    """Said in the chain of the division above, where the town cannot change it. No stream hears it."""

    anchor: AnchorView


class UnreadableAnchor(Exception):
    """A file that is no anchor."""


def anchor_chains() -> None:
    """Periodic: today's anchor of every chain, lower divisions first. What is there already stays; missing files are written."""
    for town in Chain.objects.filter(seq__gt=0).order_by(Length("town").desc(), "town").values_list("town", flat=True):
        _anchor(town)
    for anchor in Anchor.objects.filter(day__gt=clock.day_of(clock.days_ago(DAYS_EXPORTED))).order_by("day"):
        _export(signed_of(anchor))


def _anchor(town: str) -> None:
    epoch, day = current_epoch(), clock.today()
    with recording():
        chain = Chain.objects.get(town=town)
        if Anchor.objects.filter(town=town, epoch=epoch, day=day).exists():
            return
        count = Link.objects.filter(chain=town, seq__lte=chain.seq).count()
        payload = Payload(town=town, epoch=epoch, day=day.isoformat(), seq=chain.seq, head=chain.head, count=count)
        signed = sign(payload)
        anchor = Anchor.objects.create(
            town=town, epoch=epoch, day=day, seq=chain.seq, head=chain.head, count=count,
            signature=signed.signature, public_key=signed.public_key,
        )  # fmt: skip
        if (parent := parent_of(town)) is not None:
            said = ChainAnchored(anchor=anchor_view(anchor))
            publish(said, town=parent, audience=[], target=town, acting_user=None)


def anchor_view(anchor: Anchor) -> AnchorView:
    signed = signed_of(anchor)
    return AnchorView(id=anchor.id, payload=signed.payload, signature=signed.signature, public_key=signed.public_key)


def _export(signed: Signed) -> None:
    """A file of the same day from another epoch stays: it may be the only witness of what a restored backup lacks."""
    content = msgspec.json.format(msgspec.json.encode(signed)) + b"\n"
    folder, name = exports() / signed.payload.town, signed.payload.day
    file = folder / f"{name}.json"
    if file.exists() and file.read_bytes() != content:
        file = folder / f"{name}-{signed.payload.epoch[-8:]}.json"
    if not file.exists():
        replace_file(file, content)


def exports() -> Path:
    return Path(settings.HOME) / "anchors"


def read_anchors(folder: Path) -> list[Signed]:
    """Every anchor file in `folder` and below. Raises UnreadableAnchor with the name of the first that is none."""
    found = []
    for file in sorted(folder.rglob("*.json")):
        try:
            found.append(msgspec.json.decode(file.read_bytes(), type=Signed))
        except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
            raise UnreadableAnchor(f"{file}: {error}") from error
    return found


def last_anchors(towns: Iterable[str]) -> list[AnchorView]:
    """The anchors of the last days, newest first."""
    rows = Anchor.objects.filter(town__in=list(towns)).order_by(F("day").desc(), "town")
    return [anchor_view(anchor) for anchor in rows[:DAYS_LISTED]]


def chain_mark(town: str) -> str:
    """What a report shows of the chain: who holds the report holds a witness. Empty while nothing happened."""
    head = Chain.objects.filter(town=town, seq__gt=0).values_list("head", flat=True).first() or ""
    return head[:MARK]
