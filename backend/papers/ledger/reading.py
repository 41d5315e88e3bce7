"""Reading a ledger of any length: a chunk of hazards at a time, with what belongs to them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from backend.foundation import clock
from backend.hazards.models import Hazard, PetitionKind
from backend.hazards.queries import with_all
from backend.hazards.views import HazardView, PetitionView, hazard_view, petition_view
from backend.papers.queries import orders_about

# SQLite takes 999 values in a question
CHUNK = 500


@dataclass(frozen=True)
class Shown:
    """A row of the ledger. `view`: as who asked reads it, which is what is printed; `hazard`: for what no view holds.
    `order`: number of the last rectification order about it."""

    hazard: Hazard
    view: HazardView
    order: str
    now: datetime

    def petitions(self, kind: PetitionKind) -> list[PetitionView]:
        """Also those that were decided."""
        return [petition_view(one) for one in self.hazard.petitions.all() if one.kind == kind]


def chunks(rows: QuerySet[Hazard], *, to_enterprise: bool) -> Iterator[list[Shown]]:
    """In order of id, which is the order of recording; the same few queries for each chunk."""
    whole = with_all(rows).select_related("grid__village", "merged_into").order_by("pk")
    last = None
    while chunk := list((whole.filter(pk__gt=last) if last else whole)[:CHUNK]):
        last, now = chunk[-1].pk, clock.now()
        orders = orders_about([str(hazard.pk) for hazard in chunk])
        yield [
            Shown(hazard, hazard_view(hazard, to_enterprise=to_enterprise), orders.get(str(hazard.pk), ""), now)
            for hazard in chunk
        ]
