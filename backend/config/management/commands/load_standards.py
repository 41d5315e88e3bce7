"""`anwangge load-standards`: the shipped standards and checklists into the database; `--check` only looks at the files."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.enterprises.sectors import SECTORS
from backend.foundation import clock
from backend.standards.coverage import Covered, coverage
from backend.standards.files import Library, shipped
from backend.standards.services import load_standards


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail if a file is faulty or a sector has nothing"
        )
        parser.add_argument("--day", type=date.fromisoformat, help="in force on this day (default: today)")

    def handle(self, *args: Any, check: bool, day: date | None, **options: Any) -> None:
        library = shipped()
        for fault in library.faults:
            self.stderr.write(f"{fault.file}: {fault.key}: {fault.why}")
        if library.faults:
            raise CommandError(f"{len(library.faults)} 处错误，什么都没有写入。")
        self._report(library, day or clock.today())
        if not check:
            for clause in load_standards():
                self.stderr.write(f"{clause}: 文件里的文字与库里不同，保留库里的；要改请用新的条款")

    def _report(self, library: Library, day: date) -> None:
        found = coverage(library, day)
        for sector in found:
            self._line(sector)
        bare = [sector.code for sector in found if not sector.standards or not sector.checklists]
        self.stdout.write(f"{day} 行业领域 sectors {len(found) - len(bare)}/{len(found)}")
        clauses = sum(len(standard.clauses) for standard in library.standards)
        self.stdout.write(
            f"标准 standards {len(library.standards)}，条款 clauses {clauses}，检查表 checklists {len(library.checklists)}"
        )
        if bare:
            names = "、".join(f"{code} {SECTORS[code][0]}" for code in bare)
            raise CommandError(f"{day} 没有标准或检查表的行业领域：{names}")

    def _line(self, sector: Covered) -> None:
        self.stdout.write(f"{sector.code} {SECTORS[sector.code][0]}  检查表 {', '.join(sector.checklists) or '无'}")
        for row in sector.standards:
            until = f"至 {row.effective_to}" if row.effective_to else "起"
            self.stdout.write(
                f"   {sector.label(row)} {row.number} {row.title} {row.effective_from} {until} [{row.confidence}]"
            )
