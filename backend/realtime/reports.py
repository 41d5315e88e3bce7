"""What phones report over the socket, what they have stored and how they are doing: gathered, then told in one call."""

import time
from typing import TYPE_CHECKING

from backend.realtime.connection import Connection
from backend.realtime.gathering import Gathering
from backend.realtime.messages import Cursors, Health
from backend.realtime.questions import Questions, in_database

if TYPE_CHECKING:
    from backend.realtime.hub import Hub

GATHER_S = 1
HEALTH_EVERY_S = 60


class Reports:
    def __init__(self, hub: "Hub", questions: Questions) -> None:
        self._hub, self._questions = hub, questions
        self._stored: Gathering[str, tuple[int, int]] = Gathering(GATHER_S, self._acknowledge)
        self._health: Gathering[str, Health] = Gathering(GATHER_S, self._note_health)
        self._noted: dict[str, tuple[float, int]] = {}

    def stored(self, connection: Connection, cursors: Cursors) -> None:
        """Only the own stream is of interest, and only if it moved."""
        if connection.holder is None:
            return
        user = connection.holder.user
        own = self._hub.streams.get(f"p:{user}")
        upto = min(cursors.get(f"p:{user}", 0), (own and own.head) or 0)
        if upto > connection.acked:
            before, highest = self._stored.waiting.get(user, (connection.acked, upto))
            self._stored.add(user, (min(before, connection.acked), max(highest, upto)))
            connection.acked = upto

    def health(self, device: str, health: Health | None) -> None:
        """At most one write per device and minute, unless what it has not sent changed."""
        if health is None or self._questions.note_health is None:
            return
        at, unsent = self._noted.get(device, (0.0, -1))
        if health.unsent != unsent or time.monotonic() - at > HEALTH_EVERY_S:
            self._noted[device] = (time.monotonic(), health.unsent)
            self._health.add(device, health)

    async def stop(self) -> None:
        await self._stored.stop()
        await self._health.stop()

    async def _acknowledge(self, stored: dict[str, tuple[int, int]]) -> None:
        if self._questions.acknowledge:
            await in_database(self._questions.acknowledge, stored)

    async def _note_health(self, reports: dict[str, Health]) -> None:
        if self._questions.note_health:
            await in_database(self._questions.note_health, reports)
