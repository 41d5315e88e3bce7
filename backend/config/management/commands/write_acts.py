"""`anwangge write-acts [FILE]`: the matrix of acts × roles, from accounts/roles.py and the URL table, as docs/acts.md."""

from collections import defaultdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.urls import URLPattern, get_resolver

from backend.accounts.roles import ACTS, Role
from backend.foundation.endpoints import Endpoint

HEAD = """# Acts

Which role may do what. Made from `backend/accounts/roles.py` and the URL table by `anwangge write-acts`; a test holds that it is
up to date. An act that is not marked is refused. How far a role reaches (its division, department, grids or enterprise)
is a second question, answered by `permissions.py` and `queries.py` of each app: what lies outside does not exist (404).

"""
FOOT = """
What has no act of its own is open to everybody who is signed in and refused by the row: only who holds a task can open, accept,
check in, decline or answer it.
"""


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", default=settings.ROOT / "docs" / "acts.md")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        file.write_text(acts_document(), encoding="utf-8")


def acts_document() -> str:
    entrances = _entrances()
    lines = [
        "| act | " + " | ".join(str(role.label) for role in Role) + " | entrances |",
        "|---|" + ":-:|" * len(Role) + "---|",
        *(_row(act, entrances[act]) for act in sorted(frozenset().union(*ACTS.values()))),
    ]
    return HEAD + "\n".join(lines) + "\n" + FOOT


def _row(act: str, entrances: list[str]) -> str:
    marks = ["●" if act in ACTS[role] else "" for role in Role]
    return f"| `{act}` | " + " | ".join(marks) + f" | {'<br>'.join(f'`{entrance}`' for entrance in entrances)} |"


def _entrances() -> defaultdict[str, list[str]]:
    """Act → the methods and addresses that ask for it, in the order of the URL table."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for pattern in get_resolver().url_patterns:
        view = getattr(pattern.callback, "view_class", None) if isinstance(pattern, URLPattern) else None
        if view and issubclass(view, Endpoint):
            for method, act in view.access.items():
                found[act].append(f"{method} /{str(pattern.pattern).strip('^$')}")
    return found
