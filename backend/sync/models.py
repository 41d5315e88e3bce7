"""What devices sent: operations as they arrived and what became of them, and uploads on their way."""

from django.db import models

from backend.accounts.models import User
from backend.foundation.ids import new_id
from backend.foundation.moves import Move


class Status(models.TextChoices):
    APPLIED = "applied"  # in force
    AWAITING_BLOB = "awaiting_blob"  # in force, images still to come
    CONFLICT = "conflict"  # somebody was faster; kept for a person to look at
    REJECTED = "rejected"  # against a rule; kept with the reason
    QUARANTINED = "quarantined"  # could not be read or failed in our code; kept for the administrator


class Operation(models.Model):
    """One operation of a device: stored as it arrived, whatever became of it."""

    op_id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="operations")
    device = models.UUIDField(null=True)
    n = models.PositiveBigIntegerField("counter of the device")
    type = models.CharField(max_length=40)
    target = models.CharField(max_length=40, blank=True)
    client_time = models.CharField("as the device said", max_length=40)
    body = models.TextField()
    fingerprint = models.CharField("SHA-256 of type, target and body", max_length=64)
    received_at = models.DateTimeField()
    status = models.CharField(max_length=14, choices=Status.choices)
    code = models.CharField("of the problem", max_length=40, blank=True)
    detail = models.TextField(blank=True)
    blobs = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["status", "received_at"], name="sync_operation_status")]


class Act(models.TextChoices):
    RELEASED = "released"  # carried out again, as the person who sent it
    DISMISSED = "dismissed"  # will not be carried out; kept all the same


class OperationMove(Move):
    """What somebody did about an operation that was set aside. `why`: the reason given, or the code of the outcome."""

    subject = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="moves")
    act = models.CharField(max_length=9, choices=Act.choices)


class ContestedOperation(models.Model):
    """A second operation under an id that was already used with another body. Both are kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    op_id = models.UUIDField(db_index=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT)
    device = models.UUIDField(null=True)
    type = models.CharField(max_length=40, blank=True)
    target = models.CharField(max_length=40, blank=True)
    body = models.TextField()
    fingerprint = models.CharField(max_length=64)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["op_id", "user", "fingerprint"], name="sync_contested_once")]


class Upload(models.Model):
    """A file on its way, by the person who sends it and the SHA-256 that it must have in the end."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    sha256 = models.CharField(max_length=64)
    length = models.PositiveIntegerField()
    begun_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "sha256"], name="sync_upload_once")]


class UploadPart(models.Model):
    """A piece that has arrived. In the database, so that any web process can go on where another stopped."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="parts")
    offset = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        ordering = ["offset"]
        constraints = [models.UniqueConstraint(fields=["upload", "offset"], name="sync_part_once")]
