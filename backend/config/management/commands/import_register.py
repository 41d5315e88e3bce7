"""`anwangge import-register FILE`: units from an XLSX or CSV. Says of every row that is not taken why, and what to do.

Good rows are written and the others are kept with their reasons; `--dry-run` writes none. `--undo ID` takes a whole import back.
"""

from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.enterprises.importing import steps
from backend.enterprises.importing.views import import_view
from backend.enterprises.models import RegisterImport, Verdict
from backend.enterprises.states import ImportState
from backend.foundation.ids import new_id
from backend.foundation.problems import Problem
from backend.territory.models import Town


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="XLSX, or CSV in UTF-8 or GB18030")
        parser.add_argument("--town", metavar="CODE", help="nine digits (default: the only town there is)")
        parser.add_argument(
            "--crs", default="EPSG:4490", help="of positions whose heading does not say: EPSG code, GCJ-02 or BD-09"
        )
        parser.add_argument("--dry-run", action="store_true", help="check only; the register stays as it is")
        parser.add_argument(
            "--undo", metavar="ID", type=UUID, help="take back what this import has put on the register"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self._began = perf_counter()
        try:
            if options["undo"]:
                self._undo(options["undo"])
            elif options["file"]:
                self._import(options["file"], options["town"] or _only_town(), options["crs"], options["dry_run"])
            else:
                raise CommandError("给出文件，或用 --undo 给出要撤销的导入编号")
        except Problem as problem:
            raise CommandError(f"{problem.kind.zh}{problem.detail and f'（{problem.detail}）'}") from problem

    def _import(self, path: Path, town: str, crs: str, dry_run: bool) -> None:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"读不了 {path}：{error.strerror}") from error
        wanted = steps.NewImport(id=new_id(), town=town, file_name=path.name[:120], crs=crs)
        found = steps.finish(steps.take(wanted, content, acting_user=None), self._progress)
        if found.state == ImportState.UNREADABLE:
            raise CommandError(found.unreadable_why)
        self._say_ignored(found)
        if not dry_run:
            found = steps.finish(steps.carry_out(found, acting_user=None), self._progress)
        self._say_faults(found)
        self.stdout.write(f"导入编号 {found.pk}，用时 {perf_counter() - self._began:.1f} 秒")

    def _undo(self, key: UUID) -> None:
        found = RegisterImport.objects.filter(pk=key).first()
        if found is None:
            raise CommandError(f"没有编号为 {key} 的导入")
        self._say_faults(steps.finish(steps.undo(found, acting_user=None), self._progress))

    def _progress(self, found: RegisterImport) -> None:
        counts = import_view(found).counts
        words = "，".join(f"{Verdict(name).label} {number}" for name, number in sorted(counts.items()))
        self.stdout.write(f"{ImportState(found.state).label}：{words} 行  {perf_counter() - self._began:.1f} 秒")

    def _say_ignored(self, found: RegisterImport) -> None:
        if found.ignored:
            self.stdout.write(f"没有用到的列：{'、'.join(found.ignored)}")

    def _say_faults(self, found: RegisterImport) -> None:
        for row in found.rows.filter(verdict__in=(Verdict.REFUSED, Verdict.KEPT)):
            for fault in row.faults:
                self.stdout.write(f"第 {row.number} 行 {fault['column']}：{fault['why']}；{fault['todo']}")


def _only_town() -> str:
    towns = list(Town.objects.values_list("code", flat=True)[:2])
    if len(towns) != 1:
        raise CommandError("没有装载过镇" if not towns else "有几个镇，用 --town 指明")
    return towns[0]
