"""Dated judgement standards with their clauses, and versioned checklists made from them."""

from django.db import models

from backend.foundation.ids import new_id


class Standard(models.Model):
    """One edition of a judgement standard, in force from–to."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    number = models.CharField(max_length=60)
    body = models.CharField(max_length=120)
    sectors = models.JSONField(default=list)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Method(models.TextChoices):
    DIRECT = "direct", "直接判定"
    COMPOSITE = "composite", "综合判定"


class Clause(models.Model):
    """A clause in our own words; `number` only where it is known."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    standard = models.ForeignKey(Standard, on_delete=models.CASCADE, related_name="clauses")
    key = models.CharField(max_length=40)
    number = models.CharField(max_length=20, blank=True)
    text = models.TextField()
    method = models.CharField(max_length=10, choices=Method.choices)
    level_hint = models.CharField(max_length=8)

    class Meta:
        ordering = ["key"]
        constraints = [models.UniqueConstraint(fields=["standard", "key"], name="standards_clause_key")]


class Checklist(models.Model):
    """One version of a checklist; never edited once it is published, replaced by the next version."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    sector = models.CharField(max_length=2)
    tag = models.CharField("only for enterprises with this tag", max_length=20, blank=True)
    items = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="standards_checklist_version")]
