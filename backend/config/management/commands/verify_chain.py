"""`anwangge verify-chain`: has the past been changed? Every event, every anchor; with --anchors also the files kept elsewhere.

Exit code 1 and the first event that does not fit if it was.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.journal.anchors import UnreadableAnchor, read_anchors
from backend.journal.chain import Verdict, verify_chain
from backend.journal.models import Anchor, Chain
from backend.journal.signing import Signed


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--town", metavar="CODE", help="only this chain (default: all)")
        parser.add_argument(
            "--anchors", type=Path, metavar="DIR", help="folder of anchor files kept on another machine"
        )
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        elsewhere = _elsewhere(options["anchors"])
        towns = [options["town"]] if options["town"] else _towns(elsewhere)
        verdicts = [verify_chain(town, elsewhere) for town in towns]
        for verdict in verdicts:
            self.stdout.write(
                json.dumps(as_json(verdict), ensure_ascii=False) if options["as_json"] else _line(verdict)
            )
        if not all(verdict.ok for verdict in verdicts):
            sys.exit(1)


def as_json(verdict: Verdict) -> dict[str, Any]:
    why = verdict.why
    return {
        "town": verdict.town, "ok": verdict.ok, "events": verdict.events, "head": verdict.head,
        "first_bad": verdict.first_bad, "why": why.name.lower() if why else None, "anchor_day": verdict.day or None,
        "zh": why.zh if why else None, "en": why.en if why else None,
    }  # fmt: skip


def _elsewhere(folder: Path | None) -> list[Signed]:
    if folder is None:
        return []
    if not folder.is_dir():
        raise CommandError(f"没有这个文件夹 / no such folder: {folder}")
    try:
        return read_anchors(folder)
    except UnreadableAnchor as error:
        raise CommandError(f"不是锚点文件 / not an anchor: {error}") from error


def _towns(elsewhere: Iterable[Signed]) -> list[str]:
    """Also those of which only an anchor is left: a chain that was removed as a whole is the worst that can happen."""
    named = {*Chain.objects.values_list("town", flat=True), *Anchor.objects.values_list("town", flat=True)}
    return sorted(named | {signed.payload.town for signed in elsewhere})


def _line(verdict: Verdict) -> str:
    if verdict.why is None:
        return f"{verdict.town}: {verdict.events} 个事件完好 / events hold, {verdict.head[:16]}"
    anchor = f"（锚点 anchor {verdict.day}）" if verdict.day else ""
    return f"{verdict.town}: 第 {verdict.first_bad} 个事件 event {verdict.first_bad}: {verdict.why.zh} / {verdict.why.en}{anchor}"
