"""Dated judgement standards with their clauses, and versioned checklists made from them."""

from django.db import models

from backend.accounts.models import User
from backend.foundation.ids import new_id
from backend.territory.models import Town


class StandardKind(models.TextChoices):
    STANDARD = "standard", "判定标准"
    KEY_ITEMS = "key_items", "重点检查事项"
    TOWN_SUPPLEMENT = "town_supplement", "本镇补充"


class Confidence(models.TextChoices):
    """How far it is checked that the published text says so."""

    VERIFIED = "verified", "已核对公开文本"
    KNOWN = "known", "熟知"
    LIKELY = "likely", "很可能"
    UNSURE = "unsure", "没有把握"


class Standard(models.Model):
    """One edition of a judgement standard, in force from–to, both days included.

    composite: the rules by which several clauses together make a major hazard, as in the data files.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    number = models.CharField(max_length=60)
    body = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=StandardKind.choices, default=StandardKind.STANDARD)
    sectors = models.JSONField(default=list)
    tags = models.JSONField(default=list)
    applies_to = models.CharField(max_length=200, blank=True)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)
    date_note = models.CharField(max_length=200, blank=True)
    replaced_by = models.CharField("key of the edition that follows", max_length=60, blank=True)
    confidence = models.CharField(max_length=10, choices=Confidence.choices, default=Confidence.UNSURE)
    source = models.CharField(max_length=200, blank=True)
    composite = models.JSONField(default=list)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Method(models.TextChoices):
    DIRECT = "direct", "直接判定"
    COMPOSITE = "composite", "综合判定"


class Clause(models.Model):
    """A clause in our own words; `number` only where it is known. `groups`: those in which it counts for composite rules."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    standard = models.ForeignKey(Standard, on_delete=models.CASCADE, related_name="clauses")
    key = models.CharField(max_length=40)
    number = models.CharField(max_length=20, blank=True)
    text = models.TextField()
    method = models.CharField(max_length=10, choices=Method.choices)
    level_hint = models.CharField(max_length=8)
    groups = models.JSONField(default=list)
    place = models.PositiveSmallIntegerField("order within the standard", default=0)
    confidence = models.CharField(max_length=10, choices=Confidence.choices, default=Confidence.UNSURE)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["place", "key"]
        constraints = [models.UniqueConstraint(fields=["standard", "key"], name="standards_clause_key")]


class Checklist(models.Model):
    """One version of a checklist; never edited once it is used, replaced by the next version.

    division: prefix of the division whose office published it, seen by the towns below; empty for what is shipped.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=60)
    division = models.CharField(max_length=12, blank=True)
    version = models.PositiveIntegerField()
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    sector = models.CharField(max_length=2)
    tag = models.CharField("only for enterprises with this tag", max_length=20, blank=True)
    items = models.JSONField()
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "division", "version"], name="standards_checklist_edition")
        ]


class ChecklistInUse(models.Model):
    """A town has sent tasks by this checklist: its phones hold it, and it is never edited again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    checklist = models.ForeignKey(Checklist, on_delete=models.PROTECT, related_name="uses")
    town = models.ForeignKey(Town, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["checklist", "town"], name="standards_checklist_in_use")]
