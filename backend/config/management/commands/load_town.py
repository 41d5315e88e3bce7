"""`anwangge load-town FOLDER`: a town from a folder of files, all or nothing."""

from pathlib import Path
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.config.loading.faults import Faults, in_words
from backend.config.loading.folder import TownFolder, read_folder
from backend.config.loading.settings_file import TownSettings, read_settings
from backend.config.loading.summary import coverage_line, summary_lines
from backend.config.loading.writing import write_town
from backend.territory.dividing import InputError
from backend.territory.models import Town

DEMO_PASSWORD = "anwangge-demo"


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="see towns/jinji for a complete one")
        parser.add_argument("--demo-password", help=f"of everybody in a demo town (default {DEMO_PASSWORD})")
        parser.add_argument("--no-history", action="store_true", help="a demo town without its invented past")
        parser.add_argument("--if-missing", action="store_true", help="do nothing, and succeed, if it is loaded already")

    def handle(self, *args: Any, **options: Any) -> None:
        began = perf_counter()
        settings = self._settings(options["folder"])
        if Town.objects.filter(code=settings.code).exists():
            if options["if_missing"]:
                return
            raise CommandError(f"{settings.name}（{settings.code}）已经装载过。要重新装载，请另用一个空的 ANWANGGE_HOME。")
        password = self._password(settings, options["demo_password"])
        folder = self._folder(options["folder"])
        self.stdout.write(coverage_line(folder.mended))
        self._load(folder, password)
        self.stdout.write(f"用时 {perf_counter() - began:.1f} 秒")

    def _settings(self, folder: Path) -> TownSettings:
        faults = Faults()
        settings = read_settings(folder, faults)
        if settings is None and faults.found:
            # with a broken town.yaml the other files can still be looked at, so that all is said at once
            self._folder(folder)
        assert settings is not None
        return settings

    def _folder(self, path: Path) -> TownFolder:
        try:
            return read_folder(path)
        except InputError as error:
            for fault in error.faults:
                self.stderr.write(in_words(fault))
            raise CommandError(f"{path} 有 {len(error.faults)} 处错误，什么都没有写入。") from error

    def _password(self, settings: TownSettings, given: str | None) -> str | None:
        if settings.demo:
            return given or DEMO_PASSWORD
        if given is not None:
            raise CommandError(f"{settings.name} 不是演示镇，不能用公共密码；装载后用 anwangge changepassword 逐个设置。")
        return None

    def _load(self, folder: TownFolder, password: str | None) -> None:
        loaded = write_town(folder, password)
        for line in summary_lines(folder, loaded):
            self.stdout.write(line)
        if password is None:
            self.stdout.write("  人员还没有密码，用 anwangge changepassword 手机号 设置")
        else:
            self.stdout.write(f"  所有演示账号的密码：{password}")
