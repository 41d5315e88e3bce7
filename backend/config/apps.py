from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Ties operations and events to their handlers once every app is loaded."""

    name = "backend.config"
    label = "config"

    def ready(self) -> None:
        from backend.config import event_handlers, operations

        operations.register()
        event_handlers.register()
