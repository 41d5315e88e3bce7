"""The types of events: a Struct each, known by the name it is stored under."""

from collections.abc import Callable
from typing import ClassVar, TypeVar

import msgspec

EVENT_TYPES: dict[str, type["Event"]] = {}


class Event(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Base of all events; `@event("task.sent")` gives a subclass the name it is stored under."""

    TYPE: ClassVar[str] = ""


Kind = TypeVar("Kind", bound=type[Event])


def event(name: str) -> Callable[[Kind], Kind]:
    def register(kind: Kind) -> Kind:
        if name in EVENT_TYPES:
            raise TypeError(f"event {name} is defined twice")
        kind.TYPE = name
        EVENT_TYPES[name] = kind
        return kind

    return register
