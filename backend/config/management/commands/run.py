"""`anwangge run`: everything a town needs on one machine, until Ctrl-C. With --demo-town it loads one if none is there."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.accounts.models import RoleHeld
from backend.accounts.roles import Role
from backend.config.backup.at_work import work_here
from backend.config.processes import CannotStart, Processes
from backend.journal.epoch import note_history, settle_epoch
from backend.territory.models import Town


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--demo-town", type=Path, help="town folder to load when the database holds no town")

    def handle(self, *args: Any, port: int, demo_town: Path | None, **options: Any) -> None:
        work_here(settings.HOME)
        processes = Processes(settings.HOME, port, own_store="REDIS_URL" not in os.environ)
        _when_told_to_stop(_give_up)
        try:
            processes.check()
            call_command("migrate", verbosity=0)
            settle_epoch()
            if demo_town and not Town.objects.exists():
                call_command("load_town", str(demo_town))
            processes.start()
            processes.wait_until_healthy()
            self._say_addresses(port)
            _when_told_to_stop(processes.ask_to_stop)
        except CannotStart as error:
            processes.stop()
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            # they are a session of their own, which no signal to us reaches
            processes.stop()
            raise SystemExit(130) from None
        processes.wait()
        # whoever puts an old copy back while nothing runs is found out at the next start
        note_history()

    def _say_addresses(self, port: int) -> None:
        base = f"http://localhost:{port}"
        pages = {
            "手机 phone": "/",
            "工作台 console": "/console",
            "大屏 screen": "/screen",
            "管理 admin": "/admin/",
            "API": "/api/docs",
        }
        lines = [f"  {name:<14} {base}{path}" for name, path in pages.items()]
        self.stdout.write("\n".join(["", "安网格 Anwangge", *lines, *_sign_ins(), "", "  Ctrl-C 停止 / stops", ""]))


def _sign_ins() -> list[str]:
    """One demo person per role; nothing for a real town."""
    if not Town.objects.filter(demo=True).exists():
        return []
    lines = ["", "  演示账号 demo sign-ins（密码 password: anwangge-demo）"]
    for role in Role:
        held = (
            RoleHeld.objects.filter(role=role, user__is_demo=True)
            .select_related("user")
            .order_by("user__phone")
            .first()
        )
        if held:
            lines.append(f"    {held.user.phone}  {role.label}  {held.user.name}")
    return lines


def _give_up() -> None:
    raise KeyboardInterrupt


def _when_told_to_stop(act: Callable[[], None]) -> None:
    """By Ctrl-C or SIGTERM. Set at once: a script that starts us with `&` has Ctrl-C ignored, and SIGTERM would end us alone."""

    def told(signum: int, frame: FrameType | None) -> None:
        act()

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, told)
