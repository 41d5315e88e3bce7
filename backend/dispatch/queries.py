"""Reading tasks. `visible_to` is the only door: REST, snapshots, counts and files go through it."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from backend.accounts.models import User
from backend.dispatch.models import Dispatch, Task, TaskFact
from backend.dispatch.states import FINAL, OPEN, Fact
from backend.foundation import clock
from backend.foundation.problems import NOT_FOUND
from backend.journal.recording import held
from backend.standards.models import Checklist
from backend.territory.scopes import Scope, scope_of

RECENT_DAYS = 7


_FACTS: Any = Prefetch("facts", TaskFact.objects.order_by("pk"), to_attr="known_facts")


def with_all(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """With everything that a TaskView needs, in two queries; the facts as a list `known_facts`."""
    return (
        tasks.select_related(
            "dispatch", "dispatch__issued_by", "dispatch__department", "enterprise", "grid", "assignee"
        )
        .defer("dispatch__skipped", "dispatch__request")  # of the sending itself, and long
        .prefetch_related(_FACTS)
    )


def tasks_visible_to(user: User) -> QuerySet[Task]:
    """Own tasks; those of the own departments; all of the town for the offices that see everything."""
    return Task.objects.filter(_visible(scope_of(user), "assignee", "grid__code", "dispatch__department"))


def dispatches_visible_to(user: User) -> QuerySet[Dispatch]:
    """Those one issued, of the own departments, or of the whole town; with counts of tasks sent and answered."""
    scope = scope_of(user)
    found = scope.within("town", scope.wide) | Q(department__in=scope.departments)
    submitted = Count("tasks", filter=~Q(tasks__state__in=OPEN) & ~Q(tasks__state="withdrawn"))
    rows = Dispatch.objects.filter(found | Q(issued_by=user.id)).select_related("issued_by", "department")
    return rows.annotate(task_count=Count("tasks"), submitted_count=submitted)


def _visible(scope: Scope, person: str, code: str, department: str) -> Q:
    return Q(**{person: scope.user}) | scope.within(code, scope.wide) | Q(**{f"{department}__in": scope.departments})


def get_task(task: UUID) -> Task:
    """By id, whoever asks: for services, which check who may act. Raises not_found."""
    found = with_all(Task.objects.filter(pk=task)).first()
    if found is None:
        raise NOT_FOUND.because("任务")
    return found


def hold_task(task: UUID) -> Task:
    """The same, and nobody else changes it before the unit of work ends: a phone's word must not be refused because
    another device of the same person acknowledged something in the same millisecond. Read once per unit of work."""
    if task not in held():
        hold_tasks([task])
    found: Task | None = held().get(task)
    if found is None:
        raise NOT_FOUND.because("任务")
    return found


def hold_tasks(tasks: Iterable[UUID]) -> None:
    """Read and lock at once what `hold_task` will be asked for, in order of ids: two who hold the same never wait for
    each other crosswise."""
    rows = Task.objects.select_for_update(of=("self",)).filter(pk__in=list(tasks))
    held().update({task.pk: task for task in with_all(rows).order_by("pk")})


def on_replica(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """Those that a surface keeps: all that are open, and what was finished or withdrawn in the last week."""
    fresh = Q(state__in=FINAL, moves__to_state__in=FINAL, moves__at__gte=clock.days_ago(RECENT_DAYS))
    return with_all(tasks.filter(~Q(state__in=FINAL) | fresh).distinct())


def open_counts(users: list[UUID]) -> dict[UUID, int]:
    rows = Task.objects.filter(assignee__in=users, state__in=OPEN).values("assignee").annotate(n=Count("pk"))
    return {row["assignee"]: row["n"] for row in rows}


def waiting_for_phones(users: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Per person the open tasks that no device of theirs has yet been seen to hold."""
    found: defaultdict[UUID, list[UUID]] = defaultdict(list)
    rows = not_on_phone(Task.objects.filter(assignee__in=list(users), state__in=OPEN)).order_by("pk")
    for user, task in rows.values_list("assignee_id", "pk"):
        found[user].append(task)
    return dict(found)


def not_on_phone(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """A task that changed hands has to reach the new holder's phone too: only facts of the present assignment count."""
    stored = TaskFact.objects.filter(task=OuterRef("pk"), assignment_no=OuterRef("assignment_no"), fact=Fact.ON_PHONE)
    return tasks.filter(~Exists(stored))


def enterprises_waiting(checklist: Checklist, grids: list[UUID]) -> set[UUID]:
    """Enterprises of these grids with an open task by this checklist (any version)."""
    rows = Task.objects.filter(grid__in=grids, state__in=OPEN, dispatch__checklist__key=checklist.key)
    return set(rows.values_list("enterprise", flat=True))
