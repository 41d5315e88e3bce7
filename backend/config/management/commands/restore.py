"""`anwangge restore FILE.tar`: a backup put back. A new epoch begins by itself, so that phones send what it lacks."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from backend.config.backup.restoring import restore
from backend.journal.chain import verify_chain


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--yes", action="store_true", help="move aside what is here")

    def handle(self, *args: Any, file: Path, yes: bool, **options: Any) -> None:
        manifest, epoch, aside = restore(file, yes=yes)
        if aside:
            self.stdout.write(f"原有数据在 / what was here is in {aside}")
        for town, last in manifest.chains.items():
            self.stdout.write(f"{town}: 恢复到第 {last.seq} 个事件 / up to event {last.seq}, {last.at}")
        self.stdout.write(f"新纪元，手机将重新上传 / new epoch, phones will send again: {epoch}")
        if broken := [found for town in manifest.chains if not (found := verify_chain(town)).ok]:
            for found in broken:
                why = f"{found.why.zh} / {found.why.en}" if found.why else ""
                self.stderr.write(f"{found.town}: 第 {found.first_bad} 个事件 event {found.first_bad}: {why}")
            sys.exit(1)
