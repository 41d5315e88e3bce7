"""State moves: compare-and-set on the row, and a history line that says from, to, why, who, when.

If no row was updated somebody was faster: the caller is told, nothing is overwritten.
"""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import F

from backend.foundation import clock
from backend.foundation.ids import new_id
from backend.foundation.problems import SOMEBODY_WAS_FASTER, declare

ILLEGAL_MOVE = declare("illegal_move", 409, "当前状态下不能这样做。", "Not possible in the present state.", "state")

Moving = TypeVar("Moving", bound="Stateful")


class Stateful(models.Model):
    """A row with a state and a version; subclasses name their history model as `Move` and their table as `MOVES`."""

    Move: type["Move"]
    MOVES: Mapping[str, frozenset[str]]

    state = models.CharField(max_length=24)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True


class Move(models.Model):
    """One line of history. Subclasses add `subject`, a foreign key to the row that moved."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    from_state = models.CharField(max_length=24)
    to_state = models.CharField(max_length=24)
    why = models.CharField(max_length=200, blank=True)
    who = models.UUIDField(null=True)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ["id"]


def move(subject: Moving, to: str, *, who: UUID | None, why: str = "", **changes: Any) -> Moving:
    """Move `subject` from the state it was read in to `to`, with further column `changes`.

    Raises Problem illegal_move (the table does not know this move) or somebody_was_faster (row changed meanwhile).
    """
    if to not in subject.MOVES.get(subject.state, frozenset()):
        raise ILLEGAL_MOVE.because(f"{subject.state} → {to}", state=subject.state, wanted=to)
    before = subject.state
    change(subject, state=to, **changes)
    subject.Move.objects.create(  # type: ignore[attr-defined]
        subject=subject, from_state=before, to_state=to, why=why, who=who, at=clock.now()
    )
    return subject


def change(subject: Moving, **changes: Any) -> Moving:
    """Change columns only if state and version are still those that were read; raise the version."""
    rows = type(subject)._default_manager.filter(pk=subject.pk, state=subject.state, version=subject.version)
    if not rows.update(version=F("version") + 1, **changes):
        raise SOMEBODY_WAS_FASTER.because()
    for name, value in changes.items():
        setattr(subject, name, value)
    subject.version += 1
    return subject
