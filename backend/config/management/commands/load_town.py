"""`anwangge load-town FOLDER`: a town from a folder of files, all or nothing; a demo town with an invented past."""

from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.config.loading.faults import Faults, in_words
from backend.config.loading.folder import TownFolder, read_folder
from backend.config.loading.history.play import first_day, play_history
from backend.config.loading.settings_file import TownSettings, read_settings
from backend.config.loading.summary import coverage_line, history_line, summary_lines
from backend.config.loading.writing import write_town
from backend.foundation import clock
from backend.journal.recording import recording, unannounced
from backend.rollups.services import advance
from backend.territory.dividing import InputError
from backend.territory.models import Town

DEMO_PASSWORD = "anwangge-demo"


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="see towns/jinji for a complete one")
        parser.add_argument("--demo-password", help=f"of everybody in a demo town (default {DEMO_PASSWORD})")
        parser.add_argument("--no-history", action="store_true", help="a demo town without its invented past")
        parser.add_argument(
            "--if-missing", action="store_true", help="do nothing, and succeed, if it is loaded already"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        began = perf_counter()
        # a folder with a faulty town.yaml is read on, so that all its faults are said at once
        settings = read_settings(options["folder"], Faults())
        if settings and self._is_loaded(settings, options["if_missing"]):
            return
        password = _password(settings, options["demo_password"]) if settings else None
        folder = self._folder(options["folder"])
        self.stdout.write(coverage_line(folder.mended))
        self._load(folder, password, with_history=folder.settings.demo and not options["no_history"])
        self.stdout.write(f"用时 {perf_counter() - began:.1f} 秒")

    def _is_loaded(self, settings: TownSettings, if_missing: bool) -> bool:
        loaded = Town.objects.filter(code=settings.code).exists()
        if loaded and not if_missing:
            raise CommandError(
                f"{settings.name}（{settings.code}）已经装载过。要重新装载，请另用一个空的 ANWANGGE_HOME。"
            )
        return loaded

    def _folder(self, path: Path) -> TownFolder:
        try:
            return read_folder(path)
        except InputError as error:
            for fault in error.faults:
                self.stderr.write(in_words(fault))
            raise CommandError(f"{path} 有 {len(error.faults)} 处错误，什么都没有写入。") from error

    def _load(self, folder: TownFolder, password: str | None, *, with_history: bool) -> None:
        town = folder.settings.code
        with unannounced(), recording():
            with clock.at(_valid_from(with_history)):
                loaded = write_town(folder, password)
            if with_history:
                play_history(town, folder.settings.grids.seed, self.stdout.write)
        advance(town)
        for line in summary_lines(folder, loaded):
            self.stdout.write(line)
        if with_history:
            self.stdout.write(history_line(town))
        if password is None:
            self.stdout.write("  人员还没有密码，用 anwangge changepassword 手机号 设置")
        else:
            self.stdout.write(f"  所有演示账号的密码：{password}")


def _password(settings: TownSettings, given: str | None) -> str | None:
    if settings.demo:
        return given or DEMO_PASSWORD
    if given is not None:
        raise CommandError(f"{settings.name} 不是演示镇，不能用公共密码；装载后用 anwangge changepassword 逐个设置。")
    return None


def _valid_from(with_history: bool) -> datetime:
    """Grids, roles and postings of a town with a past began when that past begins."""
    return clock.start_of(first_day()) if with_history else clock.now()
