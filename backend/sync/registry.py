"""Operation type → the body it must have and the service that carries it out. Filled by config/operations.py."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

OPERATIONS: dict[str, "Kind"] = {}


@dataclass(frozen=True)
class Kind:
    body: type[Any]
    carry_out: Callable[..., Any]
    images: Callable[[Any], list[str]]


def accept(name: str, body: type[Any], carry_out: Callable[..., Any], images: Callable[[Any], list[str]]) -> None:
    """`carry_out(body, acting_user=…)` in one transaction with the operation's row; `images(body)`: SHA-256s it refers to."""
    OPERATIONS[name] = Kind(body, carry_out, images)
