"""Which enterprises somebody means: grids, villages, sectors, tags, risk, how long unvisited, or a list of them."""

from typing import Annotated
from uuid import UUID

import msgspec
from django.db.models import Q, QuerySet

from backend.accounts.models import User
from backend.dispatch.problems import NOTHING_CHOSEN
from backend.enterprises.models import Enterprise
from backend.foundation import clock
from backend.foundation.shapes import Body
from backend.territory.queries import grids_visible_to

Short = Annotated[str, msgspec.Meta(max_length=40)]


class Choice(Body, kw_only=True):
    """Conditions that must all hold; an empty one is none."""

    # more than that is no choice on a map, and SQLite takes only so many values in one question
    grid_uids: Annotated[list[UUID], msgspec.Meta(max_length=2000)] = []
    village_codes: Annotated[list[Short], msgspec.Meta(max_length=500)] = []
    sectors: Annotated[list[Short], msgspec.Meta(max_length=50)] = []
    tags: Annotated[list[Short], msgspec.Meta(max_length=50)] = []
    risks: Annotated[list[Short], msgspec.Meta(max_length=4)] = []
    unvisited_days: Annotated[int, msgspec.Meta(ge=0, le=36500)] | None = None
    enterprise_ids: Annotated[list[UUID], msgspec.Meta(max_length=5000)] = []


def require_chosen(choice: Choice) -> None:
    """Raises nothing_chosen: an empty choice would be the whole town, and is more likely a mistake."""
    if not any(getattr(choice, name) for name in Choice.__struct_fields__) and choice.unvisited_days is None:
        raise NOTHING_CHOSEN.because()


def chosen(user: User, choice: Choice) -> QuerySet[Enterprise]:
    """By all that the database can tell. A place outside the person's scope is as if it did not exist."""
    grids = grids_visible_to(user)
    if choice.grid_uids:
        grids = grids.filter(pk__in=choice.grid_uids)
    found = Q(grid__in=grids)
    if choice.village_codes:
        found &= Q(village__in=choice.village_codes)
    if choice.risks:
        found &= Q(risk__in=choice.risks)
    if choice.unvisited_days is not None:
        found &= Q(last_visit=None) | Q(last_visit__lt=clock.days_ago(choice.unvisited_days))
    if choice.enterprise_ids:
        found &= Q(pk__in=choice.enterprise_ids)
    return Enterprise.objects.filter(found)


def is_meant(enterprise: Enterprise, choice: Choice) -> bool:
    """By what stands in lists, into which SQLite cannot look."""
    sector = not choice.sectors or bool(set(choice.sectors) & set(enterprise.sectors))
    return sector and (not choice.tags or bool(set(choice.tags) & set(enterprise.tags)))
