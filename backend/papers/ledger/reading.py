"""Reading a ledger of any length: a chunk of hazards at a time, with what belongs to them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from backend.accounts.models import User
from backend.foundation import clock
from backend.hazards.models import Hazard, HazardMove, Rectification
from backend.hazards.queries import with_all
from backend.papers.facts.recheck import last_rechecks
from backend.papers.queries import orders_about

# SQLite takes 999 values in a question
CHUNK = 500


@dataclass(frozen=True)
class Known:
    """What is known of the hazards of a chunk beside their rows."""

    now: datetime
    elements: dict[UUID, Rectification]
    rechecks: dict[UUID, HazardMove]
    people: dict[UUID, str]
    orders: dict[str, str]


def chunks(rows: QuerySet[Hazard]) -> Iterator[tuple[list[Hazard], Known]]:
    """In order of id, which is the order of recording; the same few queries for each chunk."""
    whole = with_all(rows).select_related("grid__village", "enterprise", "department", "found_by", "clause__standard")
    whole, last = whole.order_by("pk"), None
    while chunk := list((whole.filter(pk__gt=last) if last else whole)[:CHUNK]):
        yield chunk, _known(chunk)
        last = chunk[-1].pk


def _known(chunk: list[Hazard]) -> Known:
    rechecks = last_rechecks(chunk)
    people = User.objects.filter(pk__in={move.who for move in rechecks.values()}).values_list("pk", "name")
    return Known(
        clock.now(), {row.hazard_id: row for row in Rectification.objects.filter(hazard__in=chunk)}, rechecks, dict(people),
        orders_about([str(hazard.pk) for hazard in chunk]),
    )  # fmt: skip
