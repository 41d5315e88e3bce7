"""From a choice of subjects and a checklist to who gets what: a plan that can be looked at before anybody is sent anywhere."""

from collections import Counter
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from django.db.models import QuerySet

from backend.accounts.models import RoleHeld, User, with_roles
from backend.accounts.roles import Role
from backend.accounts.views import PersonView, person_view
from backend.dispatch.choosing import Choice, chosen, is_meant, require_chosen
from backend.dispatch.hiding import people_of
from backend.dispatch.kinds import OWN_WORK, RULES, Goes, Kind
from backend.dispatch.permissions import is_fit
from backend.dispatch.problems import (
    ALL_UNDER_WAY,
    ASSIGNEE_MISSING,
    ASSIGNEE_UNFIT,
    NO_FITTING_ENTERPRISE,
    NO_PRINCIPAL,
    NOBODY_HOLDS_GRID,
    NOT_FITTING,
    OWN_ENTERPRISE,
    TOO_MANY_TASKS,
    UNKNOWN_SUBJECT,
)
from backend.dispatch.queries import enterprises_waiting, open_counts
from backend.enterprises.models import Enterprise
from backend.enterprises.queries import longest_unvisited
from backend.foundation.problems import Kind as Problem
from backend.foundation.shapes import View
from backend.standards.models import Checklist
from backend.standards.queries import get_checklist
from backend.territory.models import Grid
from backend.territory.queries import grids_visible_to, main_holders
from backend.territory.views import GridView, grid_view

MOST = 5000


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
    """A grid, or an enterprise that was named, which gets nothing, and why."""

    grid_uid: UUID | None
    code: str
    detail: str
    enterprise_id: UUID | None = None


class PlanView(View):
    subjects: list[Planned]
    workers: list[Load]
    skipped: list[Skipped]


class Plan:
    """`chosen`: (enterprise, grid, assignee) in sending order; `skipped`: grids and named enterprises that get nothing, and why."""

    def __init__(self) -> None:
        self.chosen: list[tuple[Enterprise, Grid, User]] = []
        self.skipped: list[Skipped] = []

    def skip(self, grid: Grid, why: Problem) -> None:
        self.skipped.append(Skipped(grid_uid=grid.uid, code=why.code, detail=f"{grid.name}：{why.zh}"))

    def pass_over(self, subject: Enterprise, why: Problem) -> None:
        self.skipped.append(
            Skipped(
                grid_uid=subject.grid_id, enterprise_id=subject.pk, code=why.code, detail=f"{subject.name}：{why.zh}"
            )
        )

    def miss(self, enterprise: UUID) -> None:
        why = UNKNOWN_SUBJECT
        self.skipped.append(Skipped(grid_uid=None, enterprise_id=enterprise, code=why.code, detail=why.zh))

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


class Wanted(Choice, kw_only=True):
    """Who is meant, what is to be done there, and by whom."""

    checklist_id: UUID
    # null: everybody who is meant
    per_grid: Annotated[int, msgspec.Meta(ge=1, le=1000)] | None = 3
    kind: Literal[
        "inspection", "patrol", "recheck", "drill", "training", "verification", "self_inspection", "leader_led", "joint",
        "unannounced",
    ] = "inspection"  # fmt: skip
    assignee_id: UUID | None = None
    # who sends it: one's own department if none is named; of a joint inspection the lead department
    department_id: UUID | None = None
    participant_ids: Annotated[list[UUID], msgspec.Meta(max_length=30)] = []


def plan(user: User, wanted: Wanted) -> Plan:
    """Per grid the `per_grid` fitting enterprises that were not visited for longest, each to the grid's main holder, to the
    enterprise's principal, or to who is named, as the kind is.

    Who still waits for a task of the kind by this checklist gets no second one. What lies outside the person's scope is as
    if it did not exist. A grid that was chosen, or an enterprise that was named, and gets nothing stands in `skipped`.
    Raises nothing_chosen, not_found (checklist), assignee_missing, assignee_unfit, too_many_tasks.
    """
    require_chosen(wanted)
    return _Planning(user, wanted, get_checklist(wanted.checklist_id)).done()


class _Planning:
    """What is known while a plan is made."""

    def __init__(self, user: User, wanted: Wanted, checklist: Checklist) -> None:
        self.made, self.user, self.wanted, self.kind = Plan(), user, wanted, Kind(wanted.kind)
        self.rule = RULES[self.kind]
        self.named = _named(wanted, self.rule.goes)
        rows = chosen(user, wanted)
        fitting = longest_unvisited(rows, checklist.sector, checklist.tag)
        self.subjects = [subject for subject in fitting if is_meant(subject, wanted)]
        self.grids = {grid.uid: grid for grid in self._named_grids()} | {s.grid_id: s.grid for s in self.subjects}
        self.own = people_of(rows.values("pk"))
        self.waiting = enterprises_waiting(checklist, wanted.kind, rows)
        self.holders = main_holders(list(self.grids)) if self.rule.goes is Goes.HOLDER else {}
        self.principals = _principals(rows.values("pk")) if self.rule.goes is Goes.PRINCIPAL else {}

    def done(self) -> Plan:
        by_grid: dict[UUID, list[Enterprise]] = {uid: [] for uid in self.grids}
        for subject in self.subjects:
            by_grid[subject.grid_id].append(subject)
        for grid in sorted(self.grids.values(), key=lambda grid: grid.code):
            self._plan_grid(grid, by_grid[grid.uid])
        self._name_missing()
        if len(self.made.chosen) > MOST:
            raise TOO_MANY_TASKS.because(wanted=len(self.made.chosen), most=MOST)
        return self.made

    def _named_grids(self) -> list[Grid]:
        wanted = self.wanted.grid_uids
        return list(grids_visible_to(self.user).filter(pk__in=wanted)) if wanted else []

    def _plan_grid(self, grid: Grid, subjects: list[Enterprise]) -> None:
        if self.rule.goes is Goes.HOLDER and not self.named and grid.uid not in self.holders:
            self.made.skip(grid, NOBODY_HOLDS_GRID)
            return
        said = self._said()
        free = [subject for subject in subjects if not self._is_kept_out(subject)]
        self._give(grid, [subject for subject in free if subject.pk not in self.waiting])
        if self.wanted.enterprise_ids:
            for subject in free:
                if subject.pk in self.waiting:
                    self.made.pass_over(subject, ALL_UNDER_WAY)
        if self._said() == said:
            self.made.skip(grid, ALL_UNDER_WAY if free else NO_FITTING_ENTERPRISE)

    def _said(self) -> int:
        return len(self.made.chosen) + len(self.made.skipped)

    def _give(self, grid: Grid, subjects: list[Enterprise]) -> None:
        given = 0
        for subject in subjects:
            if given == self.wanted.per_grid:
                break
            if assignee := self._assignee(grid, subject):
                self.made.chosen.append((subject, grid, assignee))
                given += 1

    def _is_kept_out(self, subject: Enterprise) -> bool:
        """Who has a post there learns nothing of an unannounced task, not even that one is under way."""
        if self.rule.hidden and self.user.pk in self.own.get(subject.pk, ()):
            self.made.pass_over(subject, OWN_ENTERPRISE)
            return True
        return False

    def _assignee(self, grid: Grid, subject: Enterprise) -> User | None:
        person = self.named or self.holders.get(grid.uid) or self.principals.get(subject.pk)
        if person is None:
            self.made.pass_over(subject, NO_PRINCIPAL)
        elif self.kind not in OWN_WORK and person.pk in self.own.get(subject.pk, ()):
            self.made.pass_over(subject, OWN_ENTERPRISE)
        elif self.named and not is_fit(self.kind, person, grid.code, subject.pk):
            self.made.pass_over(subject, ASSIGNEE_UNFIT)
        else:
            return person
        return None

    def _name_missing(self) -> None:
        """Of a list of enterprises, those that are not there and those that the checklist is not for."""
        if not self.wanted.enterprise_ids:
            return
        fitting = {subject.pk for subject in self.subjects}
        known = {row.pk: row for row in chosen(self.user, Choice(enterprise_ids=self.wanted.enterprise_ids))}
        for enterprise in dict.fromkeys(self.wanted.enterprise_ids):
            if enterprise not in known:
                self.made.miss(enterprise)
            elif enterprise not in fitting:
                self.made.pass_over(known[enterprise], NOT_FITTING)


def _named(wanted: Wanted, goes: Goes) -> User | None:
    if wanted.assignee_id is None:
        if goes is Goes.NAMED:
            raise ASSIGNEE_MISSING.because(kind=wanted.kind)
        return None
    person = User.objects.filter(pk=wanted.assignee_id, is_active=True).first()
    if person is None:
        raise ASSIGNEE_UNFIT.because(kind=wanted.kind)
    return with_roles([person])[0]


def _principals(enterprises: QuerySet[Any]) -> dict[UUID, User]:
    """Enterprise → its principal of today who can sign in."""
    held = RoleHeld.objects.current().filter(
        role=Role.ENTERPRISE_PRINCIPAL, enterprise_id__in=enterprises, user__is_active=True
    )
    return {row.enterprise_id: row.user for row in held.select_related("user").order_by("-pk") if row.enterprise_id}
