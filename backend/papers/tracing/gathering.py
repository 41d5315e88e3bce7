"""The events of the chain that are about a place, in order, each held against its own hash."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec
from django.db.models import Q

from backend.journal.chain import commitment, link
from backend.journal.models import Event
from backend.journal.walking import Misfit
from backend.papers.problems import TOO_MUCH_TO_TRACE
from backend.papers.tracing.hidden import Hidden
from backend.papers.tracing.seen import Header, Saying
from backend.papers.tracing.wanted import Place

TOLD = ("task.", "inspection.", "hazard.", "paper.")
# these name the task or the hazard by its id alone
BY_ID = ("task.left", "task.refused", "task.reminded", "hazard.refused")
MOST = 20_000
_header, _saying = msgspec.json.Decoder(Header).decode, msgspec.json.Decoder(Saying).decode


@dataclass(frozen=True)
class Told:
    """An event about the place. `misfit`: in what the event does not fit its own hash."""

    seq: int
    type: str
    hash: str
    header: Header
    said: Saying
    misfit: Misfit | None


@dataclass
class Gathered:
    """`unreadable`: numbers of events that cannot be read any more; whether they are about the place cannot be said.
    `erased`: how many of the chain's events about work have no body any more."""

    told: list[Told] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)
    erased: int = 0


def gather(place: Place, hidden: Hidden) -> Gathered:
    """Without what is `hidden` from who asks. From the beginning of the chain to its end: a task sent long before may have been
    due in the period, and what was passed in it may have failed afterwards. Raises too_much_to_trace."""
    found, known = Gathered(), set[str]()
    for event in _events(place):
        body = getattr(event, "content", None)
        if body is None:
            found.erased += 1
            continue
        try:
            header, said = _header(event.header), _saying(body.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            found.unreadable.append(event.seq)
            continue
        if hidden.covers(said) or not (place.holds(said) or _about(said) in known):
            continue
        known |= {one.id for one in (said.task, said.hazard) if one is not None}
        if len(found.told) == MOST:
            raise TOO_MUCH_TO_TRACE.because(most=MOST)
        found.told.append(Told(event.seq, event.type, event.hash, header, said, _misfit(event, header)))
    return found


def _about(said: Saying) -> str | None:
    return said.of_task or (said.refusal.hazard_id if said.refusal else None)


def _events(place: Place) -> Iterator[Event]:
    types = Q()
    for start in TOLD:
        types |= Q(type__startswith=start)
    about = Q(content__body__contains=place.needle) | Q(content=None) | Q(type__in=BY_ID) | Q(type__startswith="paper.")
    rows = Event.objects.filter(types, about if place.needle else Q(), chain=place.town)
    return rows.select_related("content").order_by("seq").iterator(chunk_size=2000)


def _misfit(event: Event, header: Header) -> Misfit | None:
    if link(event.prev, event.header) != event.hash:
        return Misfit.HASH
    if (header.seq, header.type, header.target[:40], header.at) != (event.seq, event.type, event.target, event.at):
        return Misfit.COLUMNS
    if commitment(bytes(event.content.salt), event.content.body) != header.commit:
        return Misfit.BODY
    return None
