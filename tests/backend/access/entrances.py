"""Every entrance there is, read from the URL table, and who gets in, found out by knocking."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from backend.accounts.models import User
from tests.backend.phone import Phone

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
NOBODYS = "00000000-0000-7000-8000-000000000000"
SAMPLES = {"uuid": NOBODYS, "path": "phone.js", "sha256": "0" * 64, "name": "sw.js"}
TABLE = Path(__file__).parent / "matrix.txt"
REFUSED = {302, 401, 403, 405}  # 302: the admin sends strangers to its sign-in


def addresses() -> Iterator[str]:
    """One concrete path per URL pattern; the admin, which keeps its own door, as its front page only."""
    for pattern in get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            yield "/" + str(pattern.pattern)
        elif isinstance(pattern, URLPattern):
            yield "/" + _filled(str(pattern.pattern))


def _filled(route: str) -> str:
    route = re.sub(r"<(uuid|path):\w+>", lambda found: SAMPLES[found[1]], route)
    route = re.sub(r"\(\?P<(\w+)>[^()]*\)", lambda found: SAMPLES[found[1]], route)
    return route.strip("^$")


def knock(phone: Phone, method: str, path: str) -> int:
    status: int = phone._send(method.lower(), path, b"{}", "application/json").status_code
    return status


def table(people: dict[str, User]) -> dict[str, set[str]]:
    """`METHOD path` → names of those who get in (any answer that is not a refusal)."""
    phones: dict[str, Phone] = {name: Phone(user) for name, user in people.items()} | {"anyone": Phone()}
    found: dict[str, set[str]] = {}
    for path in addresses():
        for method in METHODS:
            if (method, path) == ("DELETE", "/api/session"):
                continue  # signing out would end the knocking; test_session.py has it
            inside = {name for name, phone in phones.items() if knock(phone, method, path) not in REFUSED}
            if inside:
                found[f"{method} {path}"] = inside
    return found


def as_text(found: dict[str, set[str]], everybody: Any) -> str:
    return "".join(f"{entrance}: {_words(inside, set(everybody))}\n" for entrance, inside in sorted(found.items()))


def _words(inside: set[str], everybody: set[str]) -> str:
    if "anyone" in inside:
        return "anyone"
    return "signed in" if inside == everybody else " ".join(sorted(inside))
