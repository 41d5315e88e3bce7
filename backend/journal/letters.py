"""Letters on their way to the sockets: a best effort over the store, after the commit. Losing one loses nothing."""

import logging
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from django.conf import settings
from django.db.models import Q
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from backend.journal.models import Delivery
from backend.journal.writing import Letter

log = logging.getLogger(__name__)
CHANNEL = "anwangge:letters"
CONTROL = "anwangge:control"
LARGEST_CARRIED = 16_384
LARGEST_SACK = 512 * 1024
STREAMS_AT_ONCE = 100


@lru_cache(maxsize=1)
def store() -> Redis:
    """Nobody waits long for it: what it does not carry is found by the polls."""
    return Redis.from_url(
        settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0),
    )  # fmt: skip


class Patience:
    """A store that hangs costs its timeout once and not with every commit: after a failure it is left alone a while."""

    def __init__(self, pause_s: float) -> None:
        self._pause_s, self._until = pause_s, 0.0

    @property
    def over(self) -> bool:
        return time.monotonic() < self._until

    def failed(self) -> None:
        self._until = time.monotonic() + self._pause_s

    def restored(self) -> None:
        self._until = 0.0


patience = Patience(pause_s=2)


def carry(letters: list[Letter]) -> None:
    """Tell the sockets what was written: the letters of one commit travel together."""
    if patience.over:
        return
    try:
        for sack in _sacks(_envelope_of(letter) for letter in letters):
            store().publish(CHANNEL, sack)
    except RedisError as error:
        patience.failed()
        log.info("sockets not told, they will ask: %s", error)


def post(stream: str, frame: dict[str, Any]) -> None:
    """Send something that is no event (seq 0): it is not numbered and not kept."""
    if patience.over:
        return
    try:
        store().publish(CHANNEL, envelope(stream, 0, msgspec.json.encode(frame)))
    except RedisError as error:
        patience.failed()
        log.info("letter not sent: %s", error)


def show_out(user: str, device: str) -> None:
    """Ask the hubs to close the sockets of a device at once. Should it not arrive, they find out within a minute."""
    try:
        store().publish(CONTROL, msgspec.json.encode({"user": user, "device": device}))
    except RedisError as error:
        log.info("sockets not asked to close: %s", error)


def again(wanted: dict[str, tuple[int, int]]) -> dict[str, list[tuple[int, bytes]]]:
    """The same texts from the journal: per stream those with after < seq ≤ upto, ascending, with their numbers."""
    found: dict[str, list[tuple[int, bytes]]] = {stream: [] for stream in wanted}
    names = list(wanted)
    for start in range(0, len(names), STREAMS_AT_ONCE):
        chosen = Q()
        for stream in names[start : start + STREAMS_AT_ONCE]:
            after, upto = wanted[stream]
            chosen |= Q(stream_id=stream, seq__gt=after, seq__lte=upto)
        rows = Delivery.objects.filter(chosen).order_by("stream_id", "seq")
        for stream, seq, kind, at, body in rows.values_list(
            "stream_id", "seq", "event__type", "event__at", "event__content__body"
        ):
            found[stream].append((seq, _text(stream, seq, kind, at, _raw(body))))
    return found


def envelope(stream: str, seq: int, text: bytes) -> bytes:
    """`<stream> <seq> <length>\\n<text>`; several follow one another in one message."""
    return f"{stream} {seq} {len(text)}\n".encode() + text


def opened(sack: bytes) -> Iterator[tuple[str, int, bytes]]:
    place = 0
    while place < len(sack):
        end = sack.index(b"\n", place)
        stream, seq, length = sack[place:end].decode().split(" ")
        place = end + 1 + int(length)
        yield stream, int(seq), sack[end + 1 : place]


def _sacks(envelopes: Iterable[bytes]) -> Iterator[bytes]:
    """Messages of a size that the store hands on without a stir."""
    filled: list[bytes] = []
    size = 0
    for one in envelopes:
        if size + len(one) > LARGEST_SACK and filled:
            yield b"".join(filled)
            filled, size = [], 0
        filled.append(one)
        size += len(one)
    if filled:
        yield b"".join(filled)


def _envelope_of(letter: Letter) -> bytes:
    return envelope(letter.stream, letter.seq, _text(letter.stream, letter.seq, letter.type, letter.at, letter.body))


def _text(stream: str, seq: int, kind: str, at: datetime, body: Any) -> bytes:
    whole = msgspec.json.encode({"k": "ev", "s": stream, "q": seq, "t": kind, "at": at, "b": body})
    if len(whole) <= LARGEST_CARRIED:
        return whole
    return msgspec.json.encode({"k": "hint", "s": stream, "head": seq})


def _raw(body: str | None) -> msgspec.Raw:
    return msgspec.Raw(body.encode() if body else b"null")
