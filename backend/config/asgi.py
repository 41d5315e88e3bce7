"""ASGI: HTTP by Django, /ws by the hub's socket."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path

http = get_asgi_application()

from backend.config.live import TownSocket

application = ProtocolTypeRouter({"http": http, "websocket": URLRouter([path("ws", TownSocket.as_asgi())])})
