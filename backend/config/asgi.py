"""ASGI: HTTP by Django, /ws by the hub's socket."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")

from channels.routing import ProtocolTypeRouter, URLRouter
from django import setup
from django.urls import path

setup()

from backend.config.live import TownSocket
from backend.config.threads import KeptThreads
from backend.enterprises.importing import steps
from backend.foundation.bounds import Bounded
from backend.sync import arriving, uploading

LARGER = [
    ("/api/ops", arriving.LARGEST),
    ("/api/blobs", uploading.LARGEST),
    ("/api/register/imports", steps.LARGEST),
]
http = Bounded(KeptThreads(), larger=LARGER)

application = ProtocolTypeRouter({"http": http, "websocket": URLRouter([path("ws", TownSocket.as_asgi())])})
