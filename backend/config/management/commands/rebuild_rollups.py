"""`anwangge rebuild-rollups`: throw every town's counters away and count its journal again."""

from typing import Any

from django.core.management.base import BaseCommand

from backend.rollups.services import rebuild
from backend.territory.models import Town


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        for town in Town.objects.order_by("code"):
            self.stdout.write(f"{town.code}: {rebuild(town.code)}")
