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


FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 2


async def follow_store(hub: "Hub") -> None:
    """A cut link is taken up again at once, a store that is down is tried every two seconds."""
    pause = FIRST_PAUSE_S
    while True:
        before = hub.counted["subscribed"]
        with contextlib.suppress(RedisError, OSError):
            await _listen(hub)
        if hub.counted["subscribed"] > before:
            pause = FIRST_PAUSE_S
        elif pause == FIRST_PAUSE_S:
            log.warning("store not reachable, polling goes on")
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_S)


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
