"""Who else knows what a chain was: the stored anchors, the chain of the division above, files kept elsewhere.

A chain alone cannot show that its tail was cut, or that it was written anew from some event on. These can.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from backend.journal.models import Anchor, Epoch, Event
from backend.journal.signing import Payload, Signed, is_genuine, known_keys
from backend.journal.walking import Misfit

COUNTY = 6
ANCHORED = "chain.anchored"


@dataclass(frozen=True)
class Objection:
    """A witness does not agree: about which event, in what, and which anchor says so."""

    seq: int
    why: Misfit
    day: str


def parent_of(town: str) -> str | None:
    """The chain that holds the anchors of this one: the county's; a county's own has none above it here."""
    return town[:COUNTY] if len(town) > COUNTY else None


def objections(town: str, seq: int, elsewhere: Iterable[Signed] = ()) -> list[Objection]:
    """What the witnesses of `town` say against its chain, which ends at `seq`; lowest event first."""
    rows = [signed_of(anchor) for anchor in Anchor.objects.filter(town=town).order_by("day")]
    files = [signed for signed in elsewhere if signed.payload.town == town]
    found = [*_unsigned([*rows, *files]), *_against_the_chain(town, seq, [*rows, *files])]
    if (parent := parent_of(town)) is not None:
        found += _against_the_parent(rows, _told(parent, town))
    return sorted(found, key=lambda objection: objection.seq)


def signed_of(anchor: Anchor) -> Signed:
    payload = Payload(
        town=anchor.town, epoch=str(anchor.epoch), day=anchor.day.isoformat(), seq=anchor.seq, head=anchor.head,
        count=anchor.count,
    )  # fmt: skip
    return Signed(payload, anchor.signature, anchor.public_key)


def _unsigned(claims: list[Signed]) -> Iterable[Objection]:
    known = known_keys()
    for signed in claims:
        if not is_genuine(signed):
            yield Objection(signed.payload.seq, Misfit.SIGNATURE, signed.payload.day)
        elif signed.public_key not in known:
            yield Objection(signed.payload.seq, Misfit.STRANGER, signed.payload.day)


def _against_the_chain(town: str, last: int, claims: list[Signed]) -> Iterable[Objection]:
    payloads = [signed.payload for signed in claims]
    hashes = _hashes(town, {payload.seq for payload in payloads})
    epoch = str(Epoch.objects.order_by("-id").values_list("id", flat=True).first())
    for payload in payloads:
        if hashes.get(payload.seq) == payload.head and payload.count == payload.seq:
            continue
        cut = payload.seq > last
        why = Misfit.FORMER if payload.epoch != epoch else Misfit.CUT if cut else Misfit.ANCHOR
        yield Objection(last + 1 if cut else payload.seq, why, payload.day)


def _hashes(town: str, numbers: set[int]) -> dict[int, str]:
    wanted = sorted(numbers)
    found: dict[int, str] = {}
    for at in range(0, len(wanted), 500):
        rows = Event.objects.filter(chain=town, seq__in=wanted[at : at + 500])
        found.update(rows.values_list("seq", "hash"))
    return found


def _told(parent: str, town: str) -> dict[tuple[str, str], Signed]:
    """(epoch, day) → anchor as the chain above holds it."""
    rows = Event.objects.filter(chain=parent, type=ANCHORED, target=town).values_list("content__body", flat=True)
    told = [msgspec.json.decode(body, type=_Told).anchor for body in rows if body]
    return {(signed.payload.epoch, signed.payload.day): signed for signed in told}


def _against_the_parent(rows: list[Signed], told: dict[tuple[str, str], Signed]) -> Iterable[Objection]:
    stored = {(signed.payload.epoch, signed.payload.day): signed for signed in rows}
    for key in stored.keys() | told.keys():
        if stored.get(key) == told.get(key):
            continue
        signed, why = (told[key], Misfit.UNANCHORED) if key in told else (stored[key], Misfit.UNTOLD)
        yield Objection(signed.payload.seq, why, signed.payload.day)


class _Told(msgspec.Struct):
    anchor: Signed
