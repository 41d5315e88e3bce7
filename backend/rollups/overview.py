"""The town's picture: what burns, whether work moves, where, who owes, the trend. Every figure has a definition."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum

from backend.accounts.models import Department, User
from backend.dispatch.models import Task, TaskFact
from backend.dispatch.queries import tasks_visible_to
from backend.dispatch.states import OPEN
from backend.enterprises.queries import enterprises_visible_to
from backend.foundation import clock
from backend.foundation.shapes import View
from backend.hazards.models import Hazard
from backend.hazards.queries import hazards_visible_to, open_hazards, with_all
from backend.hazards.states import Level
from backend.hazards.views import HazardView, hazard_view
from backend.rollups.definitions import DEFINITIONS
from backend.rollups.models import DayCount, Progress
from backend.territory.models import Posting, Town
from backend.territory.queries import grids_visible_to

TREND_DAYS = 30


class GridFigures(View):
    uid: UUID
    code: str
    open_hazards: int
    major_open: int
    tasks_open: int
    tasks_overdue: int
    done_today: int


class DepartmentFigures(View):
    id: UUID
    name: str
    short: str
    tasks_open: int
    tasks_overdue: int
    hazards_open: int
    hazards_overdue: int
    done_30d: int


class TrendDay(View):
    day: str
    sent: int
    done: int
    found: int
    closed: int


class Overview(View):
    division: str
    name: str
    as_of: str
    version: int
    figures: dict[str, int]
    burning: list[HazardView]
    grids: list[GridFigures]
    departments: list[DepartmentFigures]
    trend: list[TrendDay]
    definitions: dict[str, dict[str, str]]


def overview(user: User, town: Town) -> Overview:
    """As far as the person sees it: the offices the whole town, a department its own part."""
    tasks = tasks_visible_to(user).filter(grid__code__startswith=town.code)
    hazards = hazards_visible_to(user).filter(town=town.code)
    progress = Progress.objects.filter(town=town.code).first()
    trend = _trend(town)
    owing = _owing(tasks, hazards)
    return Overview(
        division=town.code, name=town.division.name, as_of=clock.now().isoformat(), version=progress.seq if progress else 0,
        figures=_figures(user, town, tasks, owing, trend[-1]), burning=_burning(hazards),
        grids=_grids(user, tasks, hazards, town), departments=_departments(town, tasks, owing), trend=trend,
        definitions=DEFINITIONS,
    )  # fmt: skip


@dataclass
class Owing:
    """What is open, by department; None: of no department. Counted once, for the figures and for the duty matrix."""

    tasks: dict[UUID | None, dict[str, int]]
    hazards: dict[UUID | None, dict[str, int]]

    def sums(self) -> dict[str, int]:
        summed: Counter[str] = Counter(dict.fromkeys(("tasks_open", "tasks_overdue", *_OF_HAZARDS), 0))
        for row in (*self.tasks.values(), *self.hazards.values()):
            summed.update(row)
        return dict(summed)


_OF_HAZARDS = ("hazards_open", "hazards_overdue", "major_open", "major_overdue")


def _owing(tasks: QuerySet[Task], hazards: QuerySet[Hazard]) -> Owing:
    late, major = Q(due__lt=clock.now()), Q(level=Level.MAJOR)
    of_task = tasks.filter(state__in=OPEN).order_by().values("dispatch__department").annotate(
        tasks_open=Count("pk"), tasks_overdue=Count("pk", filter=Q(deadline__lt=clock.now()))
    )  # fmt: skip
    of_hazard = open_hazards(hazards).order_by().values("department").annotate(
        hazards_open=Count("pk"), hazards_overdue=Count("pk", filter=late),
        major_open=Count("pk", filter=major), major_overdue=Count("pk", filter=major & late),
    )  # fmt: skip
    return Owing(
        {row.pop("dispatch__department"): row for row in of_task}, {row.pop("department"): row for row in of_hazard}
    )


def _figures(user: User, town: Town, tasks: QuerySet[Task], owing: Owing, today: TrendDay) -> dict[str, int]:
    enterprises = enterprises_visible_to(user).filter(village__code__startswith=town.code)
    active = TaskFact.objects.filter(
        task__in=tasks, fact__in=["on_site", "submitted"], at__gte=clock.start_of(clock.today())
    )
    visited = Count("pk", filter=Q(last_visit__gte=clock.days_ago(30)))
    return (
        owing.sums()
        | enterprises.order_by().aggregate(enterprises=Count("pk"), visited_30d=visited)
        | {
            "sent_today": today.sent,
            "done_today": today.done,
            "found_today": today.found,
            "closed_today": today.closed,
            "workers_active_today": active.values("task__assignee").distinct().count(),
            "workers": Posting.objects.current()
            .filter(grid__code__startswith=town.code)
            .values("user")
            .distinct()
            .count(),
        }
    )


def _burning(hazards: QuerySet[Hazard]) -> list[HazardView]:
    """Major ones first, then those longest past their date."""
    urgent = open_hazards(hazards).filter(Q(level=Level.MAJOR) | Q(due__lt=clock.now()))
    ordered = urgent.annotate(is_major=Q(level=Level.MAJOR)).order_by("-is_major", F("due").asc(nulls_last=True))
    first = list(ordered.values_list("pk", flat=True)[:8])  # first their ids: to sort whole rows takes longer
    rows = with_all(Hazard.objects.filter(pk__in=first)).in_bulk()
    return [hazard_view(rows[key]) for key in first]


def _grids(user: User, tasks: QuerySet[Task], hazards: QuerySet[Hazard], town: Town) -> list[GridFigures]:
    still = open_hazards(hazards).order_by()
    found = {
        r["grid"]: r for r in still.values("grid").annotate(n=Count("pk"), m=Count("pk", filter=Q(level=Level.MAJOR)))
    }
    late = Count("pk", filter=Q(deadline__lt=clock.now()))
    waiting = {
        r["grid"]: r for r in tasks.order_by().filter(state__in=OPEN).values("grid").annotate(n=Count("pk"), late=late)
    }
    done = dict(DayCount.objects.filter(town=town.code, day=clock.today()).values_list("grid").annotate(n=Sum("done")))
    return [
        GridFigures(
            uid=uid, code=code,
            open_hazards=found.get(uid, {}).get("n", 0), major_open=found.get(uid, {}).get("m", 0),
            tasks_open=waiting.get(uid, {}).get("n", 0), tasks_overdue=waiting.get(uid, {}).get("late", 0),
            done_today=done.get(uid, 0),
        )
        for uid, code in grids_visible_to(user).filter(code__startswith=town.code).values_list("uid", "code")
    ]  # fmt: skip


def _departments(town: Town, tasks: QuerySet[Task], owing: Owing) -> list[DepartmentFigures]:
    """The duty matrix: what each department has out, and what it owes."""
    fresh = tasks.filter(state="completed", sent_at__gte=clock.days_ago(30)).order_by()
    done = dict(fresh.values_list("dispatch__department").annotate(n=Count("pk")))
    t, h = owing.tasks, owing.hazards
    return [
        DepartmentFigures(
            id=d.id, name=d.name, short=d.short,
            tasks_open=t.get(d.id, {}).get("tasks_open", 0), tasks_overdue=t.get(d.id, {}).get("tasks_overdue", 0),
            done_30d=done.get(d.id, 0),
            hazards_open=h.get(d.id, {}).get("hazards_open", 0), hazards_overdue=h.get(d.id, {}).get("hazards_overdue", 0),
        )
        for d in Department.objects.filter(division=town.code)
    ]  # fmt: skip


def _trend(town: Town) -> list[TrendDay]:
    first = clock.today() - timedelta(days=TREND_DAYS - 1)
    sums = {name: Sum(name) for name in ("sent", "done", "found", "closed")}
    rows = DayCount.objects.filter(town=town.code, day__gte=first).order_by().values("day").annotate(**sums)
    counted: dict[Any, dict[str, Any]] = {row.pop("day"): row for row in rows}
    days = [first + timedelta(days=n) for n in range(TREND_DAYS)]
    none = dict.fromkeys(sums, 0)
    return [TrendDay(day=day.isoformat(), **counted.get(day, none)) for day in days]
