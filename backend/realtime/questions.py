"""What the hub asks of the business, given by config: this app knows none. All of it in batches, in the one thread that
the sockets have for the database."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections

P = ParamSpec("P")
R = TypeVar("R")


class Member(NamedTuple):
    """Who is connected; `session` is None for a client that sent no cookie."""

    user: str
    device: str
    session: str | None


# streams of each member today; None: no longer allowed
Rights = Callable[[list[Member]], list[frozenset[str] | None]]
# user → (before, upto): the numbers of the own stream that have newly been stored on a device
Acknowledge = Callable[[dict[str, tuple[int, int]]], None]
# device → its newest report, as it came; None from one that told none
NoteHealth = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Questions:
    acknowledge: Acknowledge | None = None
    rights: Rights | None = None
    note_health: NoteHealth | None = None


async def in_database(question: Callable[P, R], *args: P.args, **named: P.kwargs) -> R:
    answer: R = await sync_to_async(_answered)(question, *args, **named)
    return answer


def _answered(question: Callable[..., Any], *args: Any, **named: Any) -> Any:
    close_old_connections()
    try:
        return question(*args, **named)
    finally:
        close_old_connections()
