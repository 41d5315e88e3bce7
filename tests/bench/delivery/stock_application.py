"""Runs in the virtual environment of the stock peer: its application, and as a program its publisher."""

import asyncio
import json
import os
import sys
import time
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.urls import path

EVENT_BYTES = 300
# capacity: with the default of 100 the layer drops what a burst brings, silently
LAYER = {"hosts": [os.environ["BENCH_STORE"]], "capacity": 100_000}
settings.configure(
    SECRET_KEY="bench",
    CHANNEL_LAYERS={"default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": LAYER}},
)


class Listener(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.channel_layer.group_add("town", self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard("town", self.channel_name)

    async def said(self, message: dict[str, Any]) -> None:
        await self.send(text_data=message["text"])


application = ProtocolTypeRouter({"websocket": URLRouter([path("ws", Listener.as_asgi())])})


def event(number: int) -> str:
    begun = f'{{"k":"ev","q":{number},"b":"'
    return begun + "x" * (EVENT_BYTES - len(begun) - 2) + '"}'


async def publish(first: int, count: int, every: float) -> list[int]:
    layer, start, left = get_channel_layer(), time.monotonic(), []
    for number in range(count):
        await asyncio.sleep(max(0.0, start + number * every - time.monotonic()))
        left.append(time.monotonic_ns())
        await layer.group_send("town", {"type": "said", "text": event(first + number)})
    return left


async def obey() -> None:
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps({"left": await publish(**json.loads(line))}), flush=True)


if __name__ == "__main__":
    asyncio.run(obey())
