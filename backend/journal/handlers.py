"""Which handlers follow which event. Filled by config/event_handlers.py; run by jobs.py through the outbox."""

from collections import defaultdict
from collections.abc import Callable

Handle = Callable[[str], None]
HANDLERS: dict[str, Handle] = {}
FOLLOWERS: defaultdict[str, list[str]] = defaultdict(list)


def follow(event_type: str, name: str, handle: Handle) -> None:
    """After an event of this type, run `handle(town)`; it must be safe to run twice."""
    HANDLERS[name] = handle
    if name not in FOLLOWERS[event_type]:
        FOLLOWERS[event_type].append(name)
