"""The websocket of one device: hello with a ticket, then frames from the hub; it carries letters and reads none."""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.http.cookie import parse_cookie
from django.http.request import split_domain_port, validate_host

from backend.realtime import frames, tickets
from backend.realtime.connection import Connection
from backend.realtime.hub import Hub
from backend.realtime.messages import Ack, Hello, Ping, parse
from backend.realtime.queued import wire_for


class Socket(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """`hub` is given by config."""

    channel_layer_alias = ""
    hub: ClassVar[Hub]
    connection: Connection | None = None

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Without the detour into the database thread that channels makes before each message: nothing here goes there."""
        await getattr(self, get_handler_name(message))(message)

    async def connect(self) -> None:
        headers = _headers(self.scope)
        if not _asked_here(headers):
            await self.close()
            return
        await self.accept()
        self.connection = Connection(wire_for(self.scope, self.base_send), _session(headers))
        self.hub.receive(self.connection)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        connection = self.connection
        if connection is None or connection.dismissed:
            return
        if not connection.may_speak():
            self.hub.dismiss(connection, frames.TOO_MANY, 30)
            return
        match parse(text_data):
            case Hello() as hello if connection.holder is None:
                self._hello(connection, hello)
            case Ack() as ack if connection.holder:
                self.hub.reports.stored(connection, ack.cursors)
            case Ping() as ping:
                self._ping(connection, ping)
            case _:
                self.hub.dismiss(connection, frames.UNREADABLE, 60)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        if self.connection:
            self.hub.leave(self.connection)
        raise StopConsumer

    def _hello(self, connection: Connection, hello: Hello) -> None:
        holder = tickets.read(hello.ticket)
        if holder is None:
            self.hub.dismiss(connection, frames.NO_TICKET, 1)
            return
        self.hub.join(connection, holder)
        self.hub.greeter.greet(connection, hello)
        self.hub.reports.heard(holder.device, hello.health)

    def _ping(self, connection: Connection, ping: Ping) -> None:
        """The answer brings a fresh ticket: whoever is cut off comes back without asking the database."""
        holder, ticket = connection.holder, None
        if holder and not connection.outdated:
            ticket = tickets.issue(holder.user, holder.device, holder.streams)
        if holder:
            self.hub.reports.heard(holder.device, ping.health)
        connection.wire.say(frames.pong(ticket))


def _headers(scope: dict[str, Any]) -> dict[str, str]:
    return {name.decode("latin1").lower(): value.decode("latin1") for name, value in scope["headers"]}


def _asked_here(headers: dict[str, str]) -> bool:
    """The host asked must be one of ours, and a page must come from that very host (browsers always name their origin,
    other clients name none). The first also where the second holds: a foreign name that was bent to our address."""
    host, origin = headers.get("host", ""), headers.get("origin")
    if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        return False
    return origin is None or urlsplit(origin).netloc == host


def _session(headers: dict[str, str]) -> str | None:
    return parse_cookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME)
