"""Letters on their way to the sockets: a best effort over the store, after the commit. Losing one loses nothing."""

import logging
from functools import lru_cache
from typing import Any

import msgspec
from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from backend.journal.writing import Letter

log = logging.getLogger(__name__)
CHANNEL = "anwangge:letters"
LARGEST_CARRIED = 16_384


@lru_cache(maxsize=1)
def store() -> Redis:
    return Redis.from_url(settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=2)


def carry(letters: list[Letter]) -> None:
    """Tell the sockets what was written: one envelope per stream entry, `<stream> <seq>\\n<frame>`."""
    try:
        with store().pipeline(transaction=False) as pipe:
            for letter in letters:
                pipe.publish(CHANNEL, envelope(letter.stream, letter.seq, _frame(letter)))
            pipe.execute()
    except RedisError as error:
        log.info("sockets not told, they will ask: %s", error)


def post(stream: str, frame: dict[str, Any]) -> None:
    """Send something that is no event (seq 0): it is not numbered and not kept."""
    try:
        store().publish(CHANNEL, envelope(stream, 0, msgspec.json.encode(frame)))
    except RedisError as error:
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
