"""A client of the phone protocol (docs/protocol.md). Knows nothing of the server's inside; `phone.Phone` is a whole phone."""

from client.http import Refused, Session, Unanswered
from client.phone import Phone

__all__ = ["Phone", "Refused", "Session", "Unanswered"]
