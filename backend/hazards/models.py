"""The ledger: one row per hazard, moved only by recorded steps, never deleted."""

from django.db import models

from backend.accounts.models import Department, User
from backend.dispatch.models import Task
from backend.enterprises.models import Enterprise
from backend.foundation.ids import new_id
from backend.foundation.moves import Move, Stateful
from backend.hazards.states import MOVES, Level
from backend.standards.models import Clause
from backend.territory.models import Grid


class Source(models.TextChoices):
    SELF_CHECK = "self_check", "企业自查"
    DEPARTMENT = "department", "部门检查"
    PATROL = "patrol", "网格巡查"
    LEADER = "leader", "领导带队"
    EXPERT = "expert", "专家体检"
    HANDED_DOWN = "handed_down", "上级交办"


class Hazard(Stateful):
    MOVES = MOVES

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    town = models.CharField(max_length=9)
    number = models.CharField("town, year and running number", max_length=24, unique=True)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="hazards")
    grid = models.ForeignKey(Grid, on_delete=models.PROTECT, related_name="hazards")
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="hazards")
    sector = models.CharField(max_length=2)
    source = models.CharField(max_length=12, choices=Source.choices)
    item = models.CharField("checklist item", max_length=40, blank=True)
    description = models.TextField()
    level = models.CharField(max_length=8, choices=Level.choices, blank=True)
    clause = models.ForeignKey(Clause, null=True, on_delete=models.PROTECT)
    task = models.ForeignKey(Task, null=True, on_delete=models.PROTECT, related_name="hazards")
    inspection_id = models.UUIDField(null=True)
    found_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="hazards_found")
    found_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    due = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.number


class HazardMove(Move):
    subject = models.ForeignKey(Hazard, on_delete=models.CASCADE, related_name="moves")


Hazard.Move = HazardMove


class HazardPhoto(models.Model):
    hazard = models.ForeignKey(Hazard, on_delete=models.CASCADE, related_name="photos")
    sha256 = models.CharField(max_length=64, db_index=True)
    stored = models.BooleanField(default=False)


class Rectification(models.Model):
    """The five elements (五落实): who, how, with what money, until when, and what if it goes wrong meanwhile."""

    hazard = models.OneToOneField(Hazard, on_delete=models.CASCADE, related_name="rectification")
    responsible = models.CharField(max_length=40)
    measures = models.TextField()
    funds = models.CharField(max_length=60)
    deadline = models.DateTimeField()
    emergency_plan = models.TextField()
    rectifier = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="rectifications")


class LedgerNumber(models.Model):
    """The last running number of a town and year; a number is never given twice."""

    town = models.CharField(max_length=9)
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["town", "year"], name="hazards_number_once")]
