"""Reading tasks. `visible_to` is the only door: REST, snapshots, counts and files go through it."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from backend.accounts.models import User
from backend.dispatch.hiding import hidden_from, kept_out_of
from backend.dispatch.models import Countersignature, Dispatch, Reminder, ReminderRule, Task, TaskFact
from backend.dispatch.states import FINAL, OPEN, UNDER_WAY, Fact
from backend.enterprises.models import Enterprise
from backend.foundation import clock
from backend.foundation.pagination import Seen
from backend.foundation.problems import NOT_FOUND
from backend.journal.recording import held
from backend.standards.models import Checklist
from backend.territory.scopes import scope_of

RECENT_DAYS = 7


_FACTS: Any = Prefetch("facts", TaskFact.objects.order_by("pk"), to_attr="known_facts")
_PARTIES: Any = Prefetch(
    "parties", Countersignature.objects.select_related("department", "user").order_by("pk"), to_attr="known_parties"
)


def with_all(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """With everything that a TaskView needs, in three queries; facts and parties as lists `known_facts`, `known_parties`."""
    return (
        tasks.select_related(
            "dispatch", "dispatch__issued_by", "dispatch__department", "enterprise", "grid", "assignee"
        )
        .defer("dispatch__skipped", "dispatch__request")  # of the sending itself, and long
        .prefetch_related(_FACTS, _PARTIES)
    )


def tasks_visible_to(user: User) -> QuerySet[Task]:
    """Own tasks; those that the own departments sent or take part in; all of the town for the offices that see everything.
    Never an unannounced one at an enterprise where the person has a post, until its result is in."""
    return seen_tasks(user).together()


def seen_tasks(user: User) -> Seen[Task]:
    """The same, ground by ground."""
    scope = scope_of(user)
    rows = Task.objects.exclude(hidden_from(scope)) if scope.enterprises else Task.objects.all()
    return Seen(
        rows,
        (
            Q(assignee=scope.user), scope.within("grid__code", scope.wide),
            Q(dispatch__department__in=scope.departments), _takes_part(scope.departments),
        ),
    )  # fmt: skip


def tasks_of_department(department: UUID) -> QuerySet[Task]:
    """What its stream carries: the tasks it sent or takes part in."""
    rows = Task.objects.filter(Q(dispatch__department=department) | _takes_part([department]))
    return rows.exclude(kept_out_of(f"d:{department}"))


def tasks_of_town(user: User, town: str) -> QuerySet[Task]:
    """What the town's operations picture carries, as far as the person sees it."""
    return tasks_visible_to(user).filter(grid__code__startswith=town).exclude(kept_out_of(f"o:{town}"))


def _takes_part(departments: Iterable[UUID]) -> Q:
    return Q(pk__in=Countersignature.objects.filter(department__in=departments).values("task"))


def dispatches_visible_to(user: User) -> QuerySet[Dispatch]:
    """Those one issued, of the own departments, or of the whole town; with counts of tasks sent and answered."""
    scope = scope_of(user)
    found = scope.within("town", scope.wide) | Q(department__in=scope.departments)
    submitted = Count("tasks", filter=~Q(tasks__state__in=OPEN) & ~Q(tasks__state="withdrawn"))
    takes_part = Q(tasks__in=Task.objects.filter(_takes_part(scope.departments)))
    seen = Dispatch.objects.filter(found | Q(issued_by=user.id) | takes_part)
    rows = Dispatch.objects.filter(pk__in=seen.values("pk")).select_related("issued_by", "department")
    if scope.enterprises:
        rows = rows.exclude(pk__in=Task.objects.filter(hidden_from(scope)).values("dispatch"))
    return rows.annotate(task_count=Count("tasks"), submitted_count=submitted)


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


def enterprises_waiting(checklist: Checklist, kind: str, enterprises: QuerySet[Enterprise]) -> set[UUID]:
    """Those of `enterprises` with a task of this kind under way by this checklist (any version)."""
    rows = Task.objects.filter(enterprise__in=enterprises.values("pk"), state__in=UNDER_WAY)
    return set(
        rows.filter(dispatch__kind=kind, dispatch__checklist__key=checklist.key).values_list("enterprise", flat=True)
    )


def reminder_rules_visible_to(user: User) -> QuerySet[ReminderRule]:
    """Those of the towns that the person sees whole."""
    return ReminderRule.objects.filter(scope_of(user).within("town", scope_of(user).wide))


def reminders_of(user: User) -> QuerySet[Reminder]:
    """What the person was reminded of, as far as they still see the task."""
    seen = Reminder.objects.filter(user=user, task__in=tasks_visible_to(user))
    return seen.select_related("rule", "task__dispatch", "task__enterprise", "task__assignee")
