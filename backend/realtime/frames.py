"""What the server says on a socket: JSON texts, and texts as websocket frames that are ready for the wire."""

from collections.abc import Iterable
from typing import Any

import msgspec

UNREADABLE, NO_TICKET, NO_RIGHTS, TOO_SLOW, TOO_MANY, GOING_DOWN = 4400, 4401, 4403, 4408, 4429, 4503
# a text and its number in its stream; 0 for what is not numbered
Numbered = tuple[int, bytes]


class Batch:
    """Texts that go out together, encoded for the wire once, however many connections hear them."""

    __slots__ = ("framed", "numbered")

    def __init__(self, numbered: list[Numbered]) -> None:
        self.numbered = numbered
        self.framed = b"".join(text_frame(text) for _, text in numbered)

    @classmethod
    def of(cls, texts: Iterable[bytes]) -> "Batch":
        return cls([(0, text) for text in texts])


def text_frame(text: bytes) -> bytes:
    """RFC 6455, section 5.2: one final text frame, unmasked as a server's are."""
    size = len(text)
    if size < 126:
        return bytes((0x81, size)) + text
    if size < 1 << 16:
        return b"\x81\x7e" + size.to_bytes(2, "big") + text
    return b"\x81\x7f" + size.to_bytes(8, "big") + text


def ok(**content: Any) -> bytes:
    return msgspec.json.encode({"k": "ok"} | content)


def heads(numbers: dict[str, int]) -> bytes:
    return msgspec.json.encode({"k": "heads", "heads": numbers})


def pong(ticket: str | None) -> bytes:
    return msgspec.json.encode({"k": "pong", "ticket": ticket} if ticket else {"k": "pong"})


def resync(reason: str) -> bytes:
    return msgspec.json.encode({"k": "resync", "reason": reason})


def bye(code: int, retry_after: int) -> bytes:
    return msgspec.json.encode({"k": "bye", "code": code, "retry_after": retry_after})
