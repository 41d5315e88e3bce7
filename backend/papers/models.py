"""Papers that were issued, the files they consist of, and the templates a town has put in place of ours."""

from django.db import models

from backend.accounts.models import Department, User
from backend.enterprises.models import Enterprise
from backend.foundation.ids import new_id
from backend.papers.kinds import Form, Kind


class Paper(models.Model):
    """A document as it left the house. Never changed: what was wrong is put right by another paper."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    town = models.CharField(max_length=9)
    kind = models.CharField(max_length=24, choices=Kind.choices)
    number = models.CharField("town, kind, year and running number", max_length=32, unique=True)
    title = models.CharField(max_length=120)
    enterprise = models.ForeignKey(Enterprise, null=True, on_delete=models.PROTECT, related_name="papers")
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="papers")
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="papers")
    issued_at = models.DateTimeField("the moment printed on it")
    mark = models.CharField("first 16 digits of the chain's last hash, as printed", max_length=16, blank=True)
    mark_seq = models.PositiveBigIntegerField("number of the event that the mark is of", default=0)
    template_sha256 = models.CharField(max_length=64, blank=True)
    not_arrived = models.JSONField("images that it names and that had not arrived", default=list)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.number


class PaperSubject(models.Model):
    """What a paper is about: inspections or hazards, by id."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="subjects")
    subject = models.UUIDField(db_index=True)


class PaperFile(models.Model):
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="files")
    form = models.CharField(max_length=4, choices=Form.choices)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "form"], name="papers_file_once")]


class PaperNumber(models.Model):
    """The last running number of a town, kind and year; a number is never given twice."""

    town = models.CharField(max_length=9)
    kind = models.CharField(max_length=24)
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["town", "kind", "year"], name="papers_number_once")]


class Template(models.Model):
    """One version of a town's own template. The newest is used; the former ones stay."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    town = models.CharField(max_length=9)
    kind = models.CharField(max_length=24, choices=Kind.choices)
    version = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="templates")
    uploaded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["town", "kind", "version"], name="papers_template_version")]
