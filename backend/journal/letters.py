"""Letters on their way to the sockets: a best effort over the store, after the commit. Losing one loses nothing."""

import logging
import time
from functools import lru_cache
from typing import Any

import msgspec
from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from backend.journal.writing import Letter

log = logging.getLogger(__name__)
CHANNEL = "anwangge:letters"
LARGEST_CARRIED = 16_384


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
    """Tell the sockets what was written: one envelope per stream entry, `<stream> <seq>\\n<frame>`."""
    if patience.over:
        return
    try:
        with store().pipeline(transaction=False) as pipe:
            for letter in letters:
                pipe.publish(CHANNEL, envelope(letter.stream, letter.seq, _frame(letter)))
            pipe.execute()
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


def envelope(stream: str, seq: int, frame: bytes) -> bytes:
    return f"{stream} {seq}\n".encode() + frame


def opened(raw: bytes) -> tuple[str, int, bytes]:
    head, _, frame = raw.partition(b"\n")
    stream, _, seq = head.decode().rpartition(" ")
    return stream, int(seq), frame


def _frame(letter: Letter) -> bytes:
    whole = msgspec.json.encode(
        {"k": "ev", "s": letter.stream, "q": letter.seq, "t": letter.type, "at": letter.at, "b": letter.body}
    )
    if len(whole) <= LARGEST_CARRIED:
        return whole
    return msgspec.json.encode({"k": "hint", "s": letter.stream, "head": letter.seq})
