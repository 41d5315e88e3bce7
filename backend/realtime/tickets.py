"""One-minute tickets for the websocket: signed, so that a storm of reconnecting phones asks the database nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core import signing

SALT = "websocket"
LIFETIME_S = 60


@dataclass(frozen=True)
class Holder:
    user: str
    streams: frozenset[str]


def issue(user: str, streams: Iterable[str]) -> str:
    return signing.dumps({"u": user, "s": sorted(streams)}, salt=SALT, compress=True)


def read(ticket: object) -> Holder | None:
    """The holder, or None for a ticket that is not ours or older than a minute."""
    try:
        content = signing.loads(str(ticket), salt=SALT, max_age=LIFETIME_S)
    except signing.BadSignature:
        return None
    return Holder(content["u"], frozenset(content["s"]))
