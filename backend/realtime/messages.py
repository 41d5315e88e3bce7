"""What a client may say on a socket."""

from datetime import datetime
from typing import Annotated, Any

import msgspec

LARGEST_FRAME = 65_536
Seq = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Cursors = dict[str, Seq]


class Health(msgspec.Struct, frozen=True):
    """How the phone itself is doing: what it has not yet sent, since when, and its clock."""

    unsent: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
    app: Annotated[str, msgspec.Meta(max_length=40)]
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    oldest: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class Hello(msgspec.Struct, tag_field="k", tag="hello"):
    ticket: Any = None
    epoch: str | None = None
    cursors: Cursors = {}
    health: msgspec.Raw | None = None


class Ack(msgspec.Struct, tag_field="k", tag="ack"):
    cursors: Cursors = {}


class Ping(msgspec.Struct, tag_field="k", tag="ping"):
    health: msgspec.Raw | None = None


_decoder = msgspec.json.Decoder(Hello | Ack | Ping)
_health = msgspec.json.Decoder(Health)


def parse(text: str | None) -> Hello | Ack | Ping | None:
    """None for what cannot be read."""
    if text is None or len(text) > LARGEST_FRAME:
        return None
    try:
        return _decoder.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None


def parse_health(raw: msgspec.Raw | None) -> Health | None:
    """None also for what cannot be read: a phone with a strange report is no phone to hang up on."""
    if raw is None:
        return None
    try:
        return _health.decode(raw)
    except (msgspec.MsgspecError, RecursionError):
        return None
