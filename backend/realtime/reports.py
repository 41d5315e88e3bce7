"""What phones report over the socket, what they have stored and how they are doing: gathered, then told in one call."""

from typing import TYPE_CHECKING, Any

from backend.realtime.connection import Connection
from backend.realtime.gathering import Gathering
from backend.realtime.messages import Cursors
from backend.realtime.questions import Questions, in_database

if TYPE_CHECKING:
    from backend.realtime.hub import Hub

GATHER_S = 1


class Reports:
    def __init__(self, hub: "Hub", questions: Questions) -> None:
        self._hub, self._questions = hub, questions
        self._stored: Gathering[str, tuple[int, int]] = Gathering(GATHER_S, self._acknowledge)
        self._heard: Gathering[str, Any] = Gathering(GATHER_S, self._note_health)

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

    def heard(self, device: str, health: Any) -> None:
        """The device is there, and may have told how it is doing."""
        if device and self._questions.note_health:
            self._heard.add(device, health)

    async def stop(self) -> None:
        await self._stored.stop()
        await self._heard.stop()

    async def _acknowledge(self, stored: dict[str, tuple[int, int]]) -> None:
        if self._questions.acknowledge:
            await in_database(self._questions.acknowledge, stored)

    async def _note_health(self, reports: dict[str, Any]) -> None:
        if self._questions.note_health:
            await in_database(self._questions.note_health, reports)
