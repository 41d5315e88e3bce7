from django.apps import AppConfig


class StandardsConfig(AppConfig):
    name = "backend.standards"
    label = "standards"
