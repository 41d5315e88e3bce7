"""`anwangge backup FILE.tar`: database and files of a running server in one file, to be kept on another machine."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from backend.config.backup.making import back_up


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--with-keys", action="store_true", help="also the secret keys: then keep it like a key")

    def handle(self, *args: Any, file: Path, with_keys: bool, **options: Any) -> None:
        manifest = back_up(file, with_keys=with_keys)
        for town, last in manifest.chains.items():
            self.stdout.write(f"{town}: 到第 {last.seq} 个事件 / up to event {last.seq}, {last.at}")
        files = sum(name.startswith("files/") for name in manifest.members)
        self.stdout.write(f"{file}: {files} 个文件 / files, {file.stat().st_size >> 20} MB")
