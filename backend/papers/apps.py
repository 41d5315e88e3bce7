from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "backend.papers"
    label = "papers"
