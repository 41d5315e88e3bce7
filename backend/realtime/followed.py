"""One stream as this hub follows it: letters come by several ways and out of turn, and leave in turn, each once."""

from collections import deque

from backend.realtime.connection import Connection
from backend.realtime.frames import Numbered

MOST_RECENT = 16
LARGEST_RECENT = 4_096
MOST_EARLY = 256


class Followed:
    """`head` is None until it was read. `recent` are the last texts, without a hole; `early` those that wait for others."""

    __slots__ = ("early", "head", "listeners", "recent")

    def __init__(self) -> None:
        self.head: int | None = None
        self.listeners: set[Connection] = set()
        self.recent: deque[Numbered] | None = None
        self.early: dict[int, bytes] | None = None

    def admit(self, seq: int, text: bytes) -> list[Numbered]:
        """What is in turn now. What was had before is nothing; what comes too early waits for those between."""
        if self.head is not None and seq <= self.head:
            return []
        self.early = self.early or {}
        if len(self.early) < MOST_EARLY:
            self.early[seq] = text
        return self._in_turn()

    def learn(self, head: int) -> list[Numbered]:
        """The journal says how far the stream is; everything up to there is had from the journal."""
        if self.head is not None and head <= self.head:
            return []
        self.head, self.recent = head, None
        self.early = {seq: text for seq, text in (self.early or {}).items() if seq > head} or None
        return self._in_turn()

    def has_gap(self) -> bool:
        return self.head is not None and bool(self.early)

    def after(self, cursor: int) -> list[Numbered] | None:
        """The texts after `cursor`, if they are still at hand."""
        if not self.recent or self.recent[0][0] > cursor + 1 or self.recent[-1][0] != self.head:
            return None
        return [numbered for numbered in self.recent if numbered[0] > cursor]

    def _in_turn(self) -> list[Numbered]:
        ready: list[Numbered] = []
        if self.head is None or not self.early:
            return ready
        while (text := self.early.pop(self.head + 1, None)) is not None:
            self.head += 1
            ready.append((self.head, text))
            self._remember(self.head, text)
        self.early = self.early or None
        return ready

    def _remember(self, seq: int, text: bytes) -> None:
        if len(text) > LARGEST_RECENT:
            self.recent = None
            return
        if self.recent is None:
            self.recent = deque(maxlen=MOST_RECENT)
        self.recent.append((seq, text))
