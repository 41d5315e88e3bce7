"""`anwangge rehearse`: the acceptance test of a town. Simulated phones receive and answer a dispatch over the real server.

With --url it works on that server (its tasks and results are real rows there: rehearse before going live);
with none it starts one of its own on a scratch database with the demo town.
"""

import asyncio
import csv
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import httpx
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.config.processes import CannotStart, Processes
from backend.config.scratch import DEMO_PASSWORD, DEMO_TOWN, scratch_server
from backend.rehearsal.rehearsal import Plan, Trouble, rehearse
from backend.rehearsal.verdict import Verdict
from client import Refused, Unanswered

DEMO_OFFICE = "10000000401"
Meanwhile = Callable[[Trouble], None]


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--phones", type=int, default=30)
        parser.add_argument("--per-grid", type=int, default=2, help="tasks per grid")
        parser.add_argument("--url", help="server to rehearse on")
        parser.add_argument("--office", default=DEMO_OFFICE, help="phone number of somebody of the safety office")
        parser.add_argument("--people", type=Path, help="CSV phone,password (default: the demo password for all)")
        parser.add_argument("--town", type=Path, default=DEMO_TOWN, help="town folder for the server of its own")
        parser.add_argument("--minutes", type=float, default=0, help="repeat for so long (default: one round)")
        parser.add_argument(
            "--kill",
            action="store_true",
            help="kill -9 its own web process and its own store at random times meanwhile",
        )
        parser.add_argument("--kill-web", type=int, default=0, help="times to kill -9 its own web process meanwhile")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            verdict = self._on(options["url"], options) if options["url"] else self._on_own_server(options)
        except (CannotStart, Refused, Unanswered, TimeoutError, httpx.HTTPError) as error:
            raise CommandError(f"{type(error).__name__}: {error}") from error
        self.stdout.write(
            json.dumps(verdict.as_json(), ensure_ascii=False) if options["as_json"] else _in_words(verdict)
        )
        if not verdict.ok:
            sys.exit(1)

    def _on(self, url: str, options: dict[str, Any], meanwhile: Meanwhile | None = None) -> Verdict:
        plan = Plan(
            url=url, office=options["office"], password_of=_passwords(options["people"]), phones=options["phones"],
            per_grid=options["per_grid"], minutes=options["minutes"], seed=options["seed"], meanwhile=meanwhile,
        )  # fmt: skip
        return asyncio.run(rehearse(plan, lambda line: self.stderr.write(line)))

    def _on_own_server(self, options: dict[str, Any]) -> Verdict:
        with scratch_server(options["town"]) as server:
            self.stderr.write(f"a server of its own at {server.url}, web process {server.pid_of('web')}")
            if options["kill"]:
                return self._on(server.url, options, lambda trouble: _kill_anything(server, trouble, options["seed"]))
            return self._on(server.url, options, lambda trouble: _kill_web(server, trouble, options["kill_web"]))


def _kill_web(server: Processes, trouble: Trouble, times: int) -> None:
    for n in range(times):
        trouble.over.wait(1 if n == 0 else 0)
        _kill(server, "web", trouble)
        server.wait_until_healthy()


def _kill_anything(server: Processes, trouble: Trouble, seed: int) -> None:
    """The web process or the store, every few seconds, until it is over; the server is well again at the end."""
    random = Random(seed)
    while not trouble.over.wait(random.uniform(2, 12)):
        _kill(server, random.choice(["web", "web", "store"]), trouble)
    server.wait_until_healthy()


def _kill(server: Processes, name: str, trouble: Trouble) -> None:
    if pid := server.pid_of(name):
        os.kill(pid, signal.SIGKILL)
        trouble.done(f"kill -9 {name}")


def _passwords(file: Path | None) -> Callable[[str], str]:
    if file is None:
        return lambda phone: DEMO_PASSWORD
    with file.open(encoding="utf-8-sig") as rows:
        known = {row["phone"]: row["password"] for row in csv.DictReader(rows)}
    return lambda phone: known.get(phone, "")


def _in_words(verdict: Verdict) -> str:
    ways = ", ".join(f"{way} {n}" for way, n in sorted(verdict.ways.items()))
    return "\n".join(
        [
            f"phones {verdict.phones}, rounds {verdict.rounds}, kills {verdict.blows}",
            f"sent {verdict.sent}, received {verdict.received}, answered {verdict.answered} ({ways})",
            f"delivery {_times(verdict.delivery_ms)}",
            *([f"of these, while or after a kill {_times(verdict.delivery_after_blows_ms)}"] if verdict.blows else []),
            *(f"fault: {fault}" for fault in verdict.faults[:20]),
            f"lost {verdict.lost}, duplicated {verdict.duplicated}",
        ]
    )


def _times(percentiles: dict[str, int]) -> str:
    return ", ".join(f"{name} {ms} ms" for name, ms in percentiles.items()) or "none"
