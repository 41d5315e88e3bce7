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
    hold: Callable[[list[Any]], None]


def no_images(_: object) -> list[str]:
    return []


def accept(
    name: str,
    body: type[Any],
    carry_out: Callable[..., Any],
    *,
    hold: Callable[[list[Any]], None],
    images: Callable[[Any], list[str]] = no_images,
) -> None:
    """`carry_out(body, acting_user=…)` in one transaction with the operation's row; `images(body)`: SHA-256s it refers to;
    `hold(bodies)`: read and lock at once what many operations of this type will ask for."""
    OPERATIONS[name] = Kind(body, carry_out, images, hold)
