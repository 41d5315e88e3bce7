from django.apps import AppConfig


class CommsConfig(AppConfig):
    name = "backend.comms"
    label = "comms"
