"""The ledger: one row per hazard, moved only by recorded steps, never deleted."""

from typing import Any

from django.db import models
from django.db.models import Q

from backend.accounts.models import Department, User
from backend.dispatch.models import Task
from backend.enterprises.models import Enterprise
from backend.foundation.ids import new_id
from backend.foundation.moves import Move, Stateful
from backend.hazards.states import MOVES, Level, PetitionState
from backend.standards.models import Clause
from backend.territory.models import Grid


class Source(models.TextChoices):
    SELF_CHECK = "self_check", "企业自查"
    DEPARTMENT = "department", "部门检查"
    PATROL = "patrol", "网格巡查"
    LEADER = "leader", "领导带队"
    EXPERT = "expert", "专家体检"
    HANDED_DOWN = "handed_down", "上级交办"
    TIP = "tip", "举报"  # that there was a tip; who gave it is nowhere in the ledger
    ACCIDENT = "accident", "事故倒查"


class Cause(models.TextChoices):
    EQUIPMENT = "equipment", "设施设备故障"
    VIOLATION = "violation", "非法违规行为"
    MANAGEMENT = "management", "安全管理缺陷"


class Hazard(Stateful):
    MOVES = MOVES

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    town = models.CharField(max_length=9)
    number = models.CharField("town, year and running number", max_length=24, unique=True)
    # db_index=False: the indexes below begin with them
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="hazards", db_index=False)
    grid = models.ForeignKey(Grid, on_delete=models.PROTECT, related_name="hazards", db_index=False)
    department = models.ForeignKey(
        Department, null=True, on_delete=models.PROTECT, related_name="hazards", db_index=False
    )
    sender = models.ForeignKey(
        Department, null=True, on_delete=models.PROTECT, related_name="+", db_index=False,
        verbose_name="department that sent the inspection it came out of",
    )  # fmt: skip
    sector = models.CharField(max_length=2)
    source = models.CharField(max_length=12, choices=Source.choices)
    cause = models.CharField(max_length=12, choices=Cause.choices, blank=True)
    item = models.CharField("checklist item", max_length=40, blank=True)
    part = models.CharField("where in the place", max_length=120, blank=True)
    lon = models.FloatField("where it was seen, EPSG:4490; the enterprise's if nobody said", null=True)
    lat = models.FloatField(null=True)
    description = models.TextField()
    proposed_level = models.CharField("by who found it", max_length=8, choices=Level.choices, blank=True)
    level = models.CharField(max_length=8, choices=Level.choices, blank=True)
    clause = models.ForeignKey(Clause, null=True, on_delete=models.PROTECT)
    # standards.views.Citation of the clause proposed and of the one judged by: what is shown, whatever becomes of the standard
    proposed_citation = models.JSONField(null=True)
    citation = models.JSONField(null=True)
    fixed_on_spot = models.BooleanField("with photos before and after, not yet refuted by a re-check", default=False)
    task = models.ForeignKey(Task, null=True, on_delete=models.PROTECT, related_name="hazards")
    inspection_id = models.UUIDField(null=True)
    found_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="hazards_found", db_index=False)
    found_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    due = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged_from")
    request = models.CharField("SHA-256 of what was reported, if a device gave the id", max_length=64, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-id"]
        indexes = [
            # the ledger is counted from this alone: what is counted, and all by which somebody may see a row
            models.Index(
                fields=[
                    "town",
                    "state",
                    "level",
                    "due",
                    "found_by",
                    "department",
                    "sender",
                    "grid",
                    "enterprise",
                    "id",
                ],
                name="hazards_counted",
            ),
            models.Index(fields=["department", "state"], name="hazards_department_state"),
            models.Index(fields=["state", "due"], name="hazards_state_due"),
            models.Index(fields=["lat", "lon"], name="hazards_where"),
            # lists read the newest of them from the end
            models.Index(fields=["enterprise", "id"], name="hazards_of_enterprise"),
            models.Index(fields=["grid", "id"], name="hazards_of_grid"),
            models.Index(fields=["department", "id"], name="hazards_of_department"),
            models.Index(fields=["sender", "id"], name="hazards_of_sender"),
            models.Index(fields=["found_by", "id"], name="hazards_of_finder"),
            models.Index(fields=["state", "id"], name="hazards_in_state"),
            models.Index(fields=["level", "id"], name="hazards_of_level"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def cited(self) -> dict[str, Any] | None:
        """The kept Citation that speaks for it now: of the judgement, until then of the proposal."""
        kept: dict[str, Any] | None = self.citation or self.proposed_citation
        return kept


class HazardMove(Move):
    subject = models.ForeignKey(Hazard, on_delete=models.CASCADE, related_name="moves")


Hazard.Move = HazardMove


class Stage(models.TextChoices):
    FOUND = "found", "发现时"
    BEFORE = "before", "整改前"
    AFTER = "after", "整改后"
    RECHECK = "recheck", "复查时"
    DOCUMENT = "document", "交办文件"
    SIGNATURE = "signature", "签名"


class HazardPhoto(models.Model):
    """An image that belongs to a hazard; `stored` once its bytes are on the server."""

    hazard = models.ForeignKey(Hazard, on_delete=models.CASCADE, related_name="photos")
    sha256 = models.CharField(max_length=64, db_index=True)
    stored = models.BooleanField(default=False)
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.FOUND)
    taken_at = models.DateTimeField(null=True)
    record = models.UUIDField("the report of done or the re-check it came with", null=True)


class SourceDocument(models.Model):
    """The paper by which a superior handed a hazard down."""

    hazard = models.OneToOneField(Hazard, on_delete=models.CASCADE, related_name="document")
    number = models.CharField(max_length=60)
    issuer = models.CharField(max_length=80)
    dated = models.DateField()
    sha256 = models.CharField("of the scanned paper", max_length=64, blank=True)


class Rectification(models.Model):
    """The five elements (五落实): who, how, with what money, until when, and what if it goes wrong meanwhile.

    Filled in bit by bit while the hazard is judged; `ordered_at` once they were complete and the order was given.
    """

    hazard = models.OneToOneField(Hazard, on_delete=models.CASCADE, related_name="rectification")
    responsible = models.CharField(max_length=40)
    responsible_phone = models.CharField(max_length=20, blank=True)
    measures = models.TextField()
    funds = models.CharField(max_length=60)
    deadline = models.DateTimeField(null=True)
    emergency_plan = models.TextField()
    interim = models.TextField("measures until it is done", blank=True)
    points = models.JSONField("what the re-check answers one by one: key, text", default=list)
    rectifier = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="rectifications")
    ordered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField(null=True)


class RectificationReport(models.Model):
    """Somebody says that it is done. Written once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    hazard = models.ForeignKey(Hazard, on_delete=models.CASCADE, related_name="reports")
    number = models.PositiveIntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    note = models.TextField(blank=True)
    on_the_spot = models.BooleanField(default=False)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["hazard", "number"], name="hazards_report_number")]


class PointVerdict(models.TextChoices):
    FIXED = "fixed", "已整改"
    PARTLY = "partly", "部分整改"
    NOT_FIXED = "not_fixed", "未整改"
    NA = "na", "不适用"


class Recheck(models.Model):
    """What somebody else saw of what was reported done, point by point, signed. Written once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    hazard = models.ForeignKey(Hazard, on_delete=models.CASCADE, related_name="rechecks")
    report = models.OneToOneField(RectificationReport, on_delete=models.PROTECT, related_name="recheck")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    points = models.JSONField("key, text, verdict, note")
    opinion = models.TextField(blank=True)
    passed = models.BooleanField()
    signed_name = models.CharField(max_length=40)
    signature = models.CharField("SHA-256 of the image", max_length=64)

    class Meta:
        ordering = ["id"]


class PetitionKind(models.TextChoices):
    EXTENSION = "extension", "延期"
    CANCELLATION = "cancellation", "撤销"


class Petition(Stateful):
    """Somebody asks for more time, or that a row be cancelled; somebody else decides."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    hazard = models.ForeignKey(Hazard, on_delete=models.CASCADE, related_name="petitions")
    kind = models.CharField(max_length=12, choices=PetitionKind.choices)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    reason = models.TextField()
    deadline = models.DateTimeField("asked for", null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    why = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["hazard", "kind"], condition=Q(state=PetitionState.ASKED), name="hazards_one_open_petition"
            )
        ]


class DepartmentReport(models.Model):
    """An enterprise reports a major hazard to the department responsible, and a named person there confirms."""

    hazard = models.OneToOneField(Hazard, on_delete=models.CASCADE, related_name="department_report")
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")
    reported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()
    note = models.TextField(blank=True)
    received_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(null=True)
    receipt_note = models.TextField(blank=True)


class LedgerNumber(models.Model):
    """The last running number of a town and year; a number is never given twice."""

    town = models.CharField(max_length=9)
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["town", "year"], name="hazards_number_once")]
