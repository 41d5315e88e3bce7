"""ASGI: HTTP by Django, /ws by the hub's socket."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")

from channels.routing import ProtocolTypeRouter, URLRouter
from django import setup
from django.urls import path

setup()

from backend.config import session
from backend.config.threads import KeptThreads
from backend.foundation.bounds import Bounded
from backend.realtime.socket import Socket
from backend.sync import arriving, uploading

http = Bounded(KeptThreads(), larger=[("/api/ops", arriving.LARGEST), ("/api/blobs", uploading.LARGEST)])


class TownSocket(Socket):
    """The socket with what it needs to know of the business: whom to tell what a phone has stored, and the epoch."""

    acknowledge = staticmethod(session.acknowledge)
    epoch = staticmethod(session.epoch)


application = ProtocolTypeRouter({"http": http, "websocket": URLRouter([path("ws", TownSocket.as_asgi())])})
