"""Reminders: rules (data) say how long before or after the deadline of a task that is not done who hears of it.

A reminder is due at deadline + minutes, if that moment lies in the present assignment (what passed before a task changed hands
is not said again) and after the rule was last changed (a new rule does not speak of the past). Who should hear it but does
not exist (a department without a lead) is passed over for the next level: assignee → lead → head → office.
"""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from backend.accounts.models import RoleHeld, User
from backend.accounts.roles import Role
from backend.dispatch.events import ReminderRuleChanged, TaskReminded
from backend.dispatch.hiding import is_hidden, people_of
from backend.dispatch.models import Assignment, Hearer, Reminder, ReminderRule, Task
from backend.dispatch.problems import NOT_YOUR_TOWN
from backend.dispatch.queries import hold_tasks
from backend.dispatch.states import OPEN, OWED
from backend.dispatch.views import reminder_rule_view, reminder_view
from backend.foundation import clock
from backend.foundation.problems import NOT_FOUND, SOMEBODY_WAS_FASTER
from backend.foundation.shapes import Body
from backend.journal.recording import held, publish, recording
from backend.territory.models import Town
from backend.territory.scopes import scope_of

# after a pause of the server longer than this, what was due before it is not said any more: the overdue list shows it
CATCH_UP = timedelta(days=7)
AT_ONCE = 100
HOUR, DAY = 60, 24 * 60
# priority, minutes after the deadline, who hears
USUAL: tuple[tuple[str, int, Hearer], ...] = (
    ("normal", -DAY, Hearer.ASSIGNEE),
    ("normal", 0, Hearer.ASSIGNEE),
    ("normal", DAY, Hearer.LEAD),
    ("normal", 3 * DAY, Hearer.HEAD),
    ("normal", 7 * DAY, Hearer.OFFICE),
    ("urgent", -2 * HOUR, Hearer.ASSIGNEE),
    ("urgent", 0, Hearer.ASSIGNEE),
    ("urgent", 2 * HOUR, Hearer.LEAD),
    ("urgent", 8 * HOUR, Hearer.HEAD),
    ("urgent", DAY, Hearer.OFFICE),
)
_ROLES = {Hearer.LEAD: Role.DEPARTMENT_LEAD, Hearer.HEAD: Role.DEPARTMENT_HEAD, Hearer.OFFICE: Role.SAFETY_OFFICE}
_LEVELS = list(Hearer)


class NewRule(Body, kw_only=True):
    """`version`: the one that was read, none for a new rule. `minutes` after the deadline, negative before it."""

    version: int | None = None
    town: Annotated[str, msgspec.Meta(pattern=r"^\d{9}$")]
    kind: Literal[
        "", "inspection", "patrol", "recheck", "drill", "training", "verification", "self_inspection", "leader_led",
        "joint", "unannounced",
    ] = ""  # fmt: skip
    priority: Literal["", "normal", "urgent"] = ""
    minutes: Annotated[int, msgspec.Meta(ge=-43200, le=43200)]
    hears: Literal["assignee", "lead", "head", "office"]
    active: bool = True


def set_rule(rule: UUID, wanted: NewRule, *, acting_user: User) -> ReminderRule:
    """Make the rule with this id, or change it. Raises not_your_town, not_found (another town's), somebody_was_faster."""
    if not any(wanted.town.startswith(prefix) for prefix in scope_of(acting_user).wide):
        raise NOT_YOUR_TOWN.because(town=wanted.town)
    with recording():
        row = ReminderRule.objects.select_for_update(of=("self",)).filter(pk=rule).first()
        if row and row.town != wanted.town:
            raise NOT_FOUND.because("提醒规则")
        if wanted.version != (row.version if row else None):
            raise SOMEBODY_WAS_FASTER.because(version=row.version if row else None)
        columns = {name: getattr(wanted, name) for name in NewRule.__struct_fields__}
        columns |= {"version": row.version + 1 if row else 1, "changed_at": clock.now(), "changed_by": acting_user}
        row, _ = ReminderRule.objects.update_or_create(pk=rule, defaults=columns)
        publish(
            ReminderRuleChanged(reminder_rule=reminder_rule_view(row)), town=row.town, target=row.id, audience=[],
            acting_user=acting_user.id,
        )  # fmt: skip
    return row


def send_reminders() -> int:
    """Periodic: say what has become due; how many were told. Safe to run twice, and twice at once: the task is held while
    its reminder is written, and the row (rule, task, assignment, person) is there once."""
    give_usual_rules()
    now, told = clock.now(), 0
    for rule in ReminderRule.objects.filter(active=True).order_by("town", "minutes", "id"):
        due = due_tasks(rule, now)
        for start in range(0, len(due), AT_ONCE):
            told += _remind(rule, due[start : start + AT_ONCE], now)
    return told


def give_usual_rules() -> None:
    """A town that has no rule gets the usual ones. Their ids follow from the town: made twice they are there once."""
    lacking = Town.objects.exclude(code__in=ReminderRule.objects.values("town")).values_list("code", flat=True)
    ReminderRule.objects.bulk_create(
        (
            ReminderRule(
                id=uuid5(NAMESPACE_URL, f"reminder:{town}:{priority}:{minutes}"), town=town, priority=priority,
                minutes=minutes, hears=hears, changed_at=clock.now(),
            )
            for town in lacking
            for priority, minutes, hears in USUAL
        ),
        ignore_conflicts=True,
    )  # fmt: skip


def due_tasks(rule: ReminderRule, now: datetime) -> list[UUID]:
    """In order of ids, so that two who hold the same never wait for each other crosswise."""
    after = timedelta(minutes=rule.minutes)
    since = Assignment.objects.filter(task=OuterRef("pk"), number=OuterRef("assignment_no")).values("since")[:1]
    said = Reminder.objects.filter(rule=rule, task=OuterRef("pk"), assignment_no=OuterRef("assignment_no"))
    from_on = max(now - CATCH_UP, rule.changed_at)
    rows = _concerned(rule).filter(~Exists(said), deadline__lte=now - after, deadline__gte=from_on - after)
    found = rows.annotate(since=Subquery(since)).order_by("pk").values_list("pk", "deadline", "since")
    return [task for task, deadline, begun in found if begun is None or begun <= deadline + after]


def _concerned(rule: ReminderRule) -> QuerySet[Task]:
    """What is declined is owed by the sender, no longer by the assignee."""
    rows = Task.objects.filter(dispatch__town=rule.town, state__in=OPEN if rule.hears == Hearer.ASSIGNEE else OWED)
    if rule.kind:
        rows = rows.filter(dispatch__kind=rule.kind)
    return rows.filter(dispatch__priority=rule.priority) if rule.priority else rows


def _remind(rule: ReminderRule, tasks: list[UUID], now: datetime) -> int:
    with recording():
        hold_tasks(tasks)
        # what another clock said, or a phone answered, while we waited for the lock
        still = set(due_tasks(rule, now)) & set(tasks)
        rows = [row for task in tasks if task in still for row in _rows(rule, held()[task], now)]
        Reminder.objects.bulk_create(rows)
        heard = [row for row in rows if row.user_id]
        for row in heard:
            said = TaskReminded(reminder=reminder_view(row))
            publish(said, town=rule.town, audience=[f"p:{row.user_id}"], target=row.task_id, acting_user=None)
    return len(heard)


def _rows(rule: ReminderRule, task: Task, now: datetime) -> list[Reminder]:
    """One for each who hears it; if no level has anybody, one for nobody, so that it is not asked again."""
    level, people = _hearers(Hearer(rule.hears), task)
    return [
        Reminder(rule=rule, task=task, assignment_no=task.assignment_no, user_id=user, hears=level, at=now)
        for user in people or [None]
    ]


def _hearers(level: Hearer, task: Task) -> tuple[Hearer, list[UUID | None]]:
    """The first level from `level` up that somebody holds. Nobody of the enterprise hears of an unannounced task."""
    kept_out = people_of([task.enterprise_id])[task.enterprise_id] if is_hidden(task) else set()
    for higher in _LEVELS[_LEVELS.index(level) :]:
        people = [task.assignee_id] if higher == Hearer.ASSIGNEE else _in_office(higher, task)
        if able := [user for user in people if user not in kept_out]:
            return higher, list(able)
    return level, []


def _in_office(level: Hearer, task: Task) -> list[UUID]:
    rows = RoleHeld.objects.current().filter(role=_ROLES[level], user__is_active=True)
    if level == Hearer.OFFICE:
        found = [held.user_id for held in rows.order_by("pk") if task.town.startswith(held.division)]
    else:
        found = list(rows.filter(department=task.dispatch.department_id).order_by("pk").values_list("user", flat=True))
    return list(dict.fromkeys(found)) if task.dispatch.department_id or level == Hearer.OFFICE else []
