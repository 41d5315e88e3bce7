"""What happened, in order, for ever. No business word."""

from django.db import models

from backend.foundation.ids import new_id


class Epoch(models.Model):
    """Names this history. A restored backup gets a new one, so that phones know to send again what it lacks."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    began_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]


class Chain(models.Model):
    """One hash chain per town: the last number given and the last hash."""

    town = models.CharField(primary_key=True, max_length=12)
    seq = models.PositiveBigIntegerField(default=0)
    head = models.CharField(max_length=64, default="0" * 64)


class Anchor(models.Model):
    """What a chain was on a day, signed: whoever holds a copy can tell if the past was changed afterwards."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    town = models.CharField(max_length=12)
    epoch = models.UUIDField()
    day = models.DateField()
    seq = models.PositiveBigIntegerField()
    head = models.CharField(max_length=64)
    count = models.PositiveBigIntegerField()
    signature = models.CharField(max_length=128)
    public_key = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["town", "epoch", "day"], name="journal_anchor_daily")]


class Event(models.Model):
    """One link of the chain. `header` is kept as the exact text that was hashed."""

    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveBigIntegerField()
    type = models.CharField(max_length=40)
    at = models.DateTimeField()
    target = models.CharField(max_length=40, blank=True)
    header = models.TextField()
    prev = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="journal_event_seq")]
        # what was said about a thing is found by it, whatever else ever happened
        indexes = [models.Index(fields=["target"], name="journal_event_target")]


class EventBody(models.Model):
    """What the event says. Erasable: the chain holds only a salted commitment to it."""

    event = models.OneToOneField(Event, on_delete=models.CASCADE, primary_key=True, related_name="content")
    salt = models.BinaryField(max_length=16)
    body = models.TextField()


class Stream(models.Model):
    """A numbered queue of deliveries to one audience: p:<user> g:<grid> d:<department> o:<division> a:<division>."""

    id = models.CharField(primary_key=True, max_length=60)
    seq = models.PositiveBigIntegerField(default=0)
    min_seq = models.PositiveBigIntegerField(default=0)


class Delivery(models.Model):
    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="deliveries")
    seq = models.PositiveBigIntegerField()
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="deliveries")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="journal_delivery_seq")]


class Outbox(models.Model):
    """The queue of record: what must still be done because of something that happened."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    handler = models.CharField(max_length=60)
    key = models.CharField(max_length=120, unique=True)
    town = models.CharField(max_length=12)
    created_at = models.DateTimeField(auto_now_add=True)
    available_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["done_at", "available_at"], name="journal_outbox_due")]


class PeriodicRun(models.Model):
    """A periodic job has run for a period: the row makes it run once, whatever restarts."""

    job = models.CharField(max_length=60)
    period = models.CharField(max_length=40)
    started_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "period"], name="journal_periodic_once")]
