"""One-minute tickets for the websocket: signed, so that a storm of reconnecting phones asks the database nothing."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass

from django.core import signing

SALT = "websocket"
LIFETIME_S = 60


@dataclass(frozen=True, slots=True)
class Holder:
    user: str
    device: str
    streams: frozenset[str]


def issue(user: str, device: str, streams: Iterable[str]) -> str:
    return signing.dumps({"u": user, "d": device, "s": sorted(streams)}, salt=SALT, compress=True)


def read(ticket: object) -> Holder | None:
    """The holder, or None for a ticket that is not ours or older than a minute."""
    try:
        content = signing.loads(str(ticket), salt=SALT, max_age=LIFETIME_S)
        # interned: thousands of connections hear the same few streams
        return Holder(content["u"], content["d"], frozenset(map(sys.intern, content["s"])))
    except (signing.BadSignature, KeyError):  # KeyError: one that the version before this one made
        return None
