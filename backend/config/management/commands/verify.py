"""`anwangge verify`: 核验, nothing lost, nothing twice, the chain unbroken. Changes nothing; exit 1 on findings."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from backend.config.verifying import Verified, verify


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, as_json: bool, **options: Any) -> None:
        found = verify()
        self.stdout.write(json.dumps(found.as_json(), ensure_ascii=False) if as_json else _in_words(found))
        if not found.ok:
            sys.exit(1)


def _in_words(found: Verified) -> str:
    lines = [f"✗ {f.where}: {f.what}\n    → {f.do}" for f in found.findings]
    lines.append("核验 / read: " + _listed(found.read))
    lines.append("待处理 / waiting: " + (_listed(found.waiting) or "0"))
    well = "无丢失、无重复、链完整 / nothing lost, nothing twice, chain unbroken"
    lines.append(well if found.ok else f"{len(found.findings)} 处不符 / findings")
    return "\n".join(lines)


def _listed(counted: dict[str, int]) -> str:
    return ", ".join(f"{name} {n}" for name, n in sorted(counted.items()) if n)
