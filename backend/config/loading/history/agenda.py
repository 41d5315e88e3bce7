"""Acts in order of time, so that what is made later also has the later id and the higher number."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count

from backend.foundation import clock

Act = Callable[[], None]


class Agenda:
    """Acts put on it run at their moment by the clock; they may put on further ones. What lies after `until` never runs."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        self._waiting: list[tuple[datetime, int, Act]] = []
        self._numbers = count()

    def put(self, moment: datetime, act: Act) -> None:
        if moment <= self.until:
            heapq.heappush(self._waiting, (moment, next(self._numbers), act))

    def run(self) -> None:
        while self._waiting:
            moment, _, act = heapq.heappop(self._waiting)
            with clock.at(moment):
                act()
