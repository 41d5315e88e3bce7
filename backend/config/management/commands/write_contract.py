"""`anwangge write-contract FOLDER`: the OpenAPI schema and the problem catalogue, from which the PWA makes its types."""

from pathlib import Path
from typing import Any

import msgspec
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from backend.config.health import catalogue


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        call_command("spectacular", "--format", "openapi-json", "--file", str(folder / "schema.gen.json"))
        (folder / "problems.gen.json").write_bytes(msgspec.json.format(msgspec.json.encode(catalogue())))
