from django.apps import AppConfig


class HazardsConfig(AppConfig):
    name = "backend.hazards"
    label = "hazards"
