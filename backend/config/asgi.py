"""ASGI: HTTP by Django, /ws by the hub's socket."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")

from channels.routing import ProtocolTypeRouter, URLRouter
from django import setup
from django.urls import path

setup()

from backend.config.live import TownSocket
from backend.config.threads import KeptThreads

application = ProtocolTypeRouter({"http": KeptThreads(), "websocket": URLRouter([path("ws", TownSocket.as_asgi())])})
