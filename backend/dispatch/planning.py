"""From chosen grids and a checklist to who gets what: a plan that can be looked at before anybody is sent anywhere."""

from collections import Counter
from typing import Annotated
from uuid import UUID

import msgspec

from backend.accounts.models import User
from backend.accounts.views import PersonView, person_view
from backend.dispatch.problems import ALL_UNDER_WAY, NO_FITTING_ENTERPRISE, NOBODY_HOLDS_GRID
from backend.dispatch.queries import enterprises_waiting, open_counts
from backend.enterprises.models import Enterprise
from backend.enterprises.queries import longest_unvisited
from backend.foundation.problems import Kind
from backend.foundation.shapes import Body, View
from backend.standards.models import Checklist
from backend.territory.models import Grid
from backend.territory.queries import grids_visible_to, main_holders
from backend.territory.views import GridView, grid_view


class Chosen(View):
    id: UUID
    name: str
    risk: str


class Planned(View):
    enterprise: Chosen
    grid: GridView
    assignee: PersonView


class Load(View):
    user: PersonView
    new: int
    open: int


class Skipped(View):
    grid_uid: UUID
    code: str
    detail: str


class PlanView(View):
    subjects: list[Planned]
    workers: list[Load]
    skipped: list[Skipped]


class Plan:
    """`chosen`: (enterprise, grid, assignee) in sending order; `skipped`: grids that get nothing, and why."""

    def __init__(self) -> None:
        self.chosen: list[tuple[Enterprise, Grid, User]] = []
        self.skipped: list[Skipped] = []

    def skip(self, grid: Grid, kind: Kind) -> None:
        self.skipped.append(Skipped(grid_uid=grid.uid, code=kind.code, detail=f"{grid.name}：{kind.zh}"))

    def view(self) -> PlanView:
        new = Counter(user.id for _, _, user in self.chosen)
        held, people = open_counts(list(new)), {user.id: user for _, _, user in self.chosen}
        loads = [Load(user=person_view(people[u]), new=n, open=held.get(u, 0)) for u, n in new.most_common()]
        return PlanView(
            subjects=[
                Planned(
                    enterprise=Chosen(id=e.id, name=e.name, risk=e.risk), grid=grid_view(g), assignee=person_view(u)
                )
                for e, g, u in self.chosen
            ],
            workers=loads,
            skipped=self.skipped,
        )


class Wanted(Body):
    """What the lead chose on the map."""

    # more than that is no choice on a map, and SQLite takes only so many values in one question
    grid_uids: Annotated[list[UUID], msgspec.Meta(max_length=2000)]
    checklist_id: UUID
    per_grid: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 3


def plan(user: User, grid_uids: list[UUID], checklist: Checklist, per_grid: int) -> Plan:
    """Per grid the `per_grid` fitting enterprises that were not visited for longest, each to the grid's main holder.

    Who still waits for an inspection by this checklist gets no second one.
    A grid outside the person's scope is as if it did not exist. A grid nobody holds is named in `skipped`.
    """
    made = Plan()
    rows = list(grids_visible_to(user).filter(pk__in=grid_uids).order_by("code"))
    holders, waiting = main_holders([grid.uid for grid in rows]), enterprises_waiting(checklist, grid_uids)
    for grid in rows:
        if grid.uid not in holders:
            made.skip(grid, NOBODY_HOLDS_GRID)
            continue
        fitting = longest_unvisited(grid.uid, checklist.sector, checklist.tag)
        subjects = [subject for subject in fitting if subject.pk not in waiting][:per_grid]
        made.chosen += [(subject, grid, holders[grid.uid]) for subject in subjects]
        if not subjects:
            made.skip(grid, ALL_UNDER_WAY if fitting else NO_FITTING_ENTERPRISE)
    return made
