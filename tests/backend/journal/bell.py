"""An event without business in it, for tests that are about the journal alone."""

from collections.abc import Iterable
from typing import ClassVar

from backend.journal.events import Event
from backend.journal.recording import publish, recording
from tests.cast import TOWN


class Rang(Event):
    """Not registered: nothing but these tests says it."""

    TYPE: ClassVar[str] = "bell.rang"
    words: str


def say(words: str = "叮", *, town: str = TOWN, to: Iterable[str] = ("g:1",)) -> None:
    """Inside a `recording()`."""
    publish(Rang(words=words), town=town, audience=to, target="bell", acting_user=None)


def ring(words: str = "叮", *, town: str = TOWN, to: Iterable[str] = ("g:1",)) -> None:
    with recording():
        say(words, town=town, to=to)
