"""The hash chain: hash = SHA-256(prev | canonical header). Tamper-evident, never tamper-proof."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.journal.models import Chain, Event

START = "0" * 64


def canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def link(prev: str, header: str) -> str:
    return hashlib.sha256(f"{prev}|{header}".encode()).hexdigest()


def commitment(salt: bytes, body: str) -> str:
    """Salted, because names and phone numbers are guessable and the body must be erasable."""
    return hmac.new(salt, body.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Verdict:
    town: str
    events: int
    head: str
    first_bad: int | None

    @property
    def ok(self) -> bool:
        return self.first_bad is None


def verify_chain(town: str) -> Verdict:
    """Walk the chain of `town`; the first event whose number, link, header or body does not fit is named."""
    chain = Chain.objects.filter(town=town).first()
    if chain is None:
        return Verdict(town, 0, START, None)
    prev, expected = START, 1
    for event in chain.events.select_related("content").order_by("seq").iterator(chunk_size=2000):
        if event.seq != expected or not _fits(event, prev):
            return Verdict(town, expected - 1, prev, expected)
        prev, expected = event.hash, expected + 1
    whole = prev == chain.head and expected == chain.seq + 1
    return Verdict(town, expected - 1, prev, None if whole else expected)


def _fits(event: Event, prev: str) -> bool:
    return event.prev == prev and event.hash == link(prev, event.header) and _agrees(event)


def _agrees(event: Event) -> bool:
    """Whether columns and body, which people are shown, say what the hashed header says."""
    header, content = json.loads(event.header), getattr(event, "content", None)
    return (
        (header["seq"], header["type"], header["target"][:40]) == (event.seq, event.type, event.target)
        and datetime.fromisoformat(header["at"]) == event.at
        and (content is None or header["commit"] == commitment(bytes(content.salt), content.body))
    )
