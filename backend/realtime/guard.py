"""Rights do not outlive their reason: who is connected is looked at again every minute, and shown out at once on request."""

import asyncio
import logging
from typing import TYPE_CHECKING

from backend.realtime import frames
from backend.realtime.connection import Connection
from backend.realtime.questions import Member, Questions, in_database

if TYPE_CHECKING:
    from backend.realtime.hub import Hub

log = logging.getLogger(__name__)
RECHECK_S = 60
AT_ONCE = 500


class Guard:
    def __init__(self, hub: "Hub", questions: Questions) -> None:
        self._hub, self._rights = hub, questions.rights

    async def watch(self) -> None:
        while True:
            await asyncio.sleep(RECHECK_S)
            self._hub.forget_unheard()
            try:
                await self.recheck()
            except Exception:
                log.exception("rights not looked at, next try in %s s", RECHECK_S)

    async def recheck(self) -> None:
        everybody = [connection for own in self._hub.people.values() for connection in own]
        for start in range(0, len(everybody), AT_ONCE):
            await self._recheck(everybody[start : start + AT_ONCE])

    async def _recheck(self, connections: list[Connection]) -> None:
        if self._rights is None:
            return
        members = [Member(c.holder.user, c.holder.device, c.session) for c in connections if c.holder]
        for connection, streams in zip(connections, await in_database(self._rights, members), strict=True):
            if streams is None:
                self._hub.dismiss(connection, frames.NO_RIGHTS, 1)
            elif connection.holder and streams != connection.holder.streams and not connection.dismissed:
                self._renew(connection, connection.holder.streams - streams)

    def _renew(self, connection: Connection, lost: frozenset[str]) -> None:
        """What it may no longer hear it hears no more; for the rest it must come back with a new ticket."""
        self._hub.ignore(connection, lost)
        connection.outdated = True
        connection.wire.say(frames.resync("streams"))

    def show_out(self, user: str, device: str) -> None:
        for connection in list(self._hub.people.get(user, ())):
            if connection.holder and connection.holder.device == device:
                self._hub.dismiss(connection, frames.NO_RIGHTS, 1)
