"""One socket as the hub holds it. No task, no queue, few words: there may be five thousand of them."""

import time
from typing import TYPE_CHECKING

from backend.realtime.frames import Batch
from backend.realtime.tickets import Holder

if TYPE_CHECKING:
    from backend.realtime.queued import QueuedWire
    from backend.realtime.transport import RawWire

BURST_FRAMES = 20
FRAMES_PER_S = 5


class Connection:
    """`holder` is None until hello. `held`: live batches that wait while what was missed is read; None afterwards.
    `session`: the session that a browser's cookie named. `outdated`: its streams are no longer those of its
    ticket. `live`: greeted,
    not lagging, not dismissed; asked once per delivery, so it is kept."""

    __slots__ = (
        "_refilled", "_tokens", "acked", "dismissed", "held", "holder", "lagging_since", "live", "outdated", "session", "since",
        "wire",
    )  # fmt: skip

    def __init__(self, wire: "RawWire | QueuedWire", session: str | None = None) -> None:
        self.wire = wire
        self.session = session
        self.holder: Holder | None = None
        self.held: list[tuple[str, Batch]] | None = []
        self.since = self._refilled = time.monotonic()
        self._tokens = float(BURST_FRAMES)
        self.acked = 0
        self.lagging_since: float | None = None
        self.live = self.outdated = self.dismissed = False

    def may_speak(self) -> bool:
        """A bucket of frames that refills steadily: a client gone wild costs nobody else their turn."""
        now = time.monotonic()
        self._tokens = min(BURST_FRAMES, self._tokens + (now - self._refilled) * FRAMES_PER_S)
        self._refilled = now
        self._tokens -= 1
        return self._tokens >= 0
