"""What a client may say on a socket."""

from typing import Annotated, Any

import msgspec

LARGEST_FRAME = 65_536
Seq = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Cursors = dict[str, Seq]


class Hello(msgspec.Struct, tag_field="k", tag="hello"):
    ticket: Any = None
    epoch: str | None = None
    cursors: Cursors = {}
    health: Any = None


class Ack(msgspec.Struct, tag_field="k", tag="ack"):
    cursors: Cursors = {}


class Ping(msgspec.Struct, tag_field="k", tag="ping"):
    health: Any = None


_decoder = msgspec.json.Decoder(Hello | Ack | Ping)


def parse(text: str | None) -> Hello | Ack | Ping | None:
    """None for what cannot be read."""
    if text is None or len(text) > LARGEST_FRAME:
        return None
    try:
        message: Hello | Ack | Ping = _decoder.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None
    return message
