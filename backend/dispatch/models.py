"""Tasks: everything somebody must do by a date, who holds it, and what is known of its way to them."""

from django.db import models
from django.db.models import Q

from backend.accounts.models import Department, User
from backend.dispatch.kinds import Kind
from backend.dispatch.states import MOVES, OPEN, Fact
from backend.enterprises.models import Enterprise
from backend.foundation.ids import new_id
from backend.foundation.moves import Move, Stateful
from backend.standards.models import Checklist
from backend.territory.models import Grid


class Priority(models.TextChoices):
    NORMAL = "normal", "普通"
    URGENT = "urgent", "紧急"


class Dispatch(models.Model):
    """One act of handing out work. Its id is made by the sender's browser, so that sending twice sends once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    town = models.CharField(max_length=9)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.INSPECTION)
    title = models.CharField(max_length=120)
    checklist = models.ForeignKey(Checklist, on_delete=models.PROTECT)
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT)
    priority = models.CharField(max_length=6, choices=Priority.choices, default=Priority.NORMAL)
    deadline = models.DateTimeField()
    note = models.TextField(blank=True)
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="dispatches")
    sent_at = models.DateTimeField()
    skipped = models.JSONField(default=list)
    request = models.CharField("SHA-256 of what was asked for", max_length=64)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title


class Task(Stateful):
    MOVES = MOVES
    known_facts: list["TaskFact"]  # filled by queries.with_all
    known_parties: list["Countersignature"]  # filled by queries.with_all

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # db_index=False: the indexes below begin with them
    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, related_name="tasks", db_index=False)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="tasks", db_index=False)
    grid = models.ForeignKey(Grid, on_delete=models.PROTECT, related_name="tasks", db_index=False)
    assignee = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tasks", db_index=False)
    assignment_no = models.PositiveIntegerField(default=1)
    deadline = models.DateTimeField()
    sent_at = models.DateTimeField()
    inspection_id = models.UUIDField("the result that completed it", null=True)
    reason = models.CharField("why it was last returned, declined or withdrawn", max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["assignee", "state"], name="dispatch_task_assignee"),
            models.Index(fields=["state", "deadline"], name="dispatch_task_deadline"),
            # lists read the newest of them from the end
            models.Index(fields=["dispatch", "id"], name="dispatch_task_of_dispatch"),
            models.Index(fields=["enterprise", "id"], name="dispatch_task_of_enterprise"),
            models.Index(fields=["grid", "id"], name="dispatch_task_of_grid"),
            models.Index(fields=["assignee", "id"], name="dispatch_task_of_person"),
            models.Index(fields=["state", "id"], name="dispatch_task_in_state"),
            models.Index(fields=["state", "sent_at"], name="dispatch_task_done_since"),
            # what is open is counted from this alone: all by which somebody may see it, and what is counted
            models.Index(
                fields=["grid", "deadline", "dispatch", "assignee", "id"],
                condition=Q(state__in=sorted(OPEN)),
                name="dispatch_task_open",
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def town(self) -> str:
        return self.dispatch.town


class TaskMove(Move):
    subject = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="moves")


Task.Move = TaskMove


class Assignment(models.Model):
    """Who held a task under which number: a result names the number it was made under."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="assignments")
    number = models.PositiveIntegerField()
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "number"], name="dispatch_assignment_number")]


class TaskFact(models.Model):
    """A rung of the ladder: the first time it was reached under an assignment."""

    task = models.ForeignKey(
        Task, on_delete=models.CASCADE, related_name="facts", db_index=False
    )  # the constraint has one
    assignment_no = models.PositiveIntegerField()
    fact = models.CharField(max_length=10, choices=Fact.choices)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    accuracy_m = models.FloatField(null=True)
    no_fix_reason = models.CharField(max_length=200, blank=True)
    off_grid_m = models.FloatField("metres outside the task's grid, 0 inside", null=True)

    class Meta:
        indexes = [models.Index(fields=["at"], name="dispatch_fact_at")]
        constraints = [
            models.UniqueConstraint(fields=["task", "assignment_no", "fact"], name="dispatch_fact_once"),
        ]


class Countersignature(models.Model):
    """A department that takes part in a joint inspection, under each assignment anew; signed once it has agreed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="parties")
    assignment_no = models.PositiveIntegerField(default=1)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="countersignatures")
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="countersignatures")
    at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "assignment_no", "department"], name="dispatch_countersigned_once")
        ]


class Hearer(models.TextChoices):
    """Who hears a reminder; a level that nobody holds passes it on to the next."""

    ASSIGNEE = "assignee", "承办人"
    LEAD = "lead", "部门牵头人"
    HEAD = "head", "部门主要负责人"
    OFFICE = "office", "安委办"


class ReminderRule(models.Model):
    """How long before (negative) or after the deadline of a task somebody hears that it is not done."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.PositiveIntegerField(default=1)
    town = models.CharField("town prefix", max_length=9)
    kind = models.CharField("of this kind only", max_length=16, choices=Kind.choices, blank=True)
    priority = models.CharField("of this priority only", max_length=6, choices=Priority.choices, blank=True)
    minutes = models.IntegerField("after the deadline; negative: before it")
    hears = models.CharField(max_length=8, choices=Hearer.choices)
    active = models.BooleanField(default=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["town", "priority", "minutes", "id"]


class Reminder(models.Model):
    """A rule has spoken about an assignment, once to each person; to nobody if nobody holds any level of it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    rule = models.ForeignKey(ReminderRule, on_delete=models.PROTECT, related_name="reminders")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="reminders")
    assignment_no = models.PositiveIntegerField()
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="reminders")
    hears = models.CharField("as what they heard it", max_length=8, choices=Hearer.choices)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "task", "assignment_no", "user"], name="dispatch_reminded_once")
        ]
