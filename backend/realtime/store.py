"""Listening to the store: letters for the streams, and requests to close somebody's sockets."""

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Any

import msgspec
from django.conf import settings
from redis.asyncio import Redis
from redis.exceptions import RedisError

from backend.journal.letters import CHANNEL, CONTROL, opened

if TYPE_CHECKING:
    from backend.realtime.hub import Hub

log = logging.getLogger(__name__)


async def follow_store(hub: "Hub") -> None:
    while True:
        with contextlib.suppress(RedisError, OSError):
            await _listen(hub)
        log.warning("store not reachable, polling goes on")
        await asyncio.sleep(1)


async def _listen(hub: "Hub") -> None:
    async with Redis.from_url(settings.REDIS_URL, socket_timeout=None) as store:
        subscription = store.pubsub()
        await subscription.subscribe(CHANNEL, CONTROL)
        async for message in subscription.listen():
            _hear(hub, message)


def _hear(hub: "Hub", message: dict[str, Any]) -> None:
    """The client library connects and subscribes again silently. The store's confirmation is the only sign of it: what was
    said in between did not come, so the heads are read at once."""
    if message["type"] == "subscribe":
        hub.counted["subscribed"] += 1
        hub.mender.poll_now()
    elif message["channel"] == CONTROL.encode():
        asked = msgspec.json.decode(message["data"])
        hub.guard.show_out(asked["user"], asked["device"])
    else:
        for stream, seq, text in opened(message["data"]):
            hub.deliver(stream, seq, text)
