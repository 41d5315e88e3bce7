"""Counters by grid, sector and day. Derived: they can always be rebuilt from the journal."""

from django.db import models


class DayCount(models.Model):
    """What happened on a day (of the town's calendar) in a grid and sector."""

    town = models.CharField(max_length=9)
    day = models.DateField()
    grid = models.UUIDField()
    sector = models.CharField(max_length=2)
    sent = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    found = models.PositiveIntegerField(default=0)
    closed = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["town", "day"], name="rollups_town_day")]
        constraints = [
            models.UniqueConstraint(fields=["town", "day", "grid", "sector"], name="rollups_daycount_once"),
        ]


class Progress(models.Model):
    """How far into a town's chain the counters have read."""

    town = models.CharField(primary_key=True, max_length=9)
    seq = models.PositiveBigIntegerField(default=0)
