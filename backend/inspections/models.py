"""What comes back from a visit: answers, photos, signatures. Written once, never edited."""

from django.db import models

from backend.accounts.models import DeviceKey, User
from backend.dispatch.models import Task
from backend.enterprises.models import Enterprise
from backend.foundation.ids import new_id
from backend.standards.models import Checklist, Clause
from backend.territory.models import Grid


class Proof(models.TextChoices):
    """How it is proven that the inspector signed."""

    NONE = "", "无"
    PIN = "pin", "签名 PIN"
    DEVICE = "device", "设备密钥"
    REVOKED = "revoked", "已作废的设备密钥"


class Inspection(models.Model):
    """The result of one visit. Its id is made on the phone when the form is opened."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.PositiveIntegerField("raised when a photo arrives; the record itself never changes", default=1)
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="inspections")
    assignment_no = models.PositiveIntegerField()
    late = models.BooleanField("from a former assignment, or after the task was answered", default=False)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="inspections")
    grid = models.ForeignKey(Grid, on_delete=models.PROTECT, related_name="inspections")
    checklist = models.ForeignKey(Checklist, on_delete=models.PROTECT)
    cited = models.JSONField("standards.views.CitedChecklist on the day of the visit", null=True)
    inspector = models.ForeignKey(User, on_delete=models.PROTECT, related_name="inspections")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    received_at = models.DateTimeField()
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    accuracy_m = models.FloatField(null=True)
    no_fix_reason = models.CharField(max_length=200, blank=True)
    inside_grid = models.BooleanField(null=True)
    distance_m = models.FloatField("from the enterprise, geodesic", null=True)
    hazard_ids = models.JSONField(default=list)
    arrived_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    off_grid_m = models.FloatField("metres outside the task's grid, 0 inside", null=True)
    # a signed record is never edited: what was wrong is said by a further one
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="correction")
    correction_reason = models.CharField(max_length=200, blank=True)
    proof = models.CharField(max_length=8, choices=Proof.choices, blank=True)
    device_key = models.ForeignKey(DeviceKey, null=True, on_delete=models.PROTECT, related_name="inspections")
    signed_text = models.TextField("what the device signed, to the letter", blank=True)
    device_signature = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]


class Verdict(models.TextChoices):
    PASS = "pass", "合格"
    FAIL = "fail", "不合格"
    NA = "na", "不涉及"


class Answer(models.Model):
    """`verdict` is worked out where the inspector gave only a `value`."""

    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="answers")
    item = models.CharField(max_length=40)
    verdict = models.CharField(max_length=4, choices=Verdict.choices)
    value = models.JSONField("number, text or key of a choice", null=True)
    note = models.TextField(blank=True)
    clause = models.ForeignKey(Clause, null=True, on_delete=models.PROTECT)
    citation = models.JSONField("standards.views.Citation of the clause", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inspection", "item"], name="inspections_answer_once")]


class Photo(models.Model):
    """A photo named by its content; `stored` once its bytes are on the server."""

    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="photos")
    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="photos")
    sha256 = models.CharField(max_length=64, db_index=True)
    stored = models.BooleanField(default=False)
    taken_at = models.DateTimeField()
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)


class Signature(models.Model):
    """Drawn by hand, or refused with a reason."""

    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="signatures")
    role = models.CharField(max_length=10, choices=[("inspector", "检查人"), ("subject", "被检查方")])
    name = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    stored = models.BooleanField(default=False)
    refused_reason = models.CharField(max_length=200, blank=True)
    witness = models.CharField("of the refusal", max_length=40, blank=True)
    witness_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    witness_stored = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inspection", "role"], name="inspections_signature_once")]


class Fellow(models.Model):
    """Another inspector who took part and signed."""

    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="fellows")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="fellow_inspections")
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    stored = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inspection", "user"], name="inspections_fellow_once")]


class Acknowledgement(models.Model):
    """The enterprise has read the record, and agrees or objects."""

    inspection = models.OneToOneField(Inspection, on_delete=models.CASCADE, related_name="acknowledgement")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="acknowledgements")
    at = models.DateTimeField("as they say, but not later than it was here")
    recorded_at = models.DateTimeField()
    agreed = models.BooleanField()
    note = models.TextField(blank=True)
