"""Communication tests: a message to everybody of a town, and whom it reached, when and how."""

from datetime import datetime, time

from django.db import models

from backend.accounts.models import User
from backend.foundation import clock
from backend.foundation.ids import new_id

MESSAGE = "这是一次通信测试，收到请点“收到”。"
WITHIN_MINUTES = 30


class Channel(models.TextChoices):
    """The ways by which people are reached; a further one is a line here and somebody who carries it."""

    APP = "app", "应用"


class Way(models.TextChoices):
    LIVE = "live", "实时推送"
    PULL = "pull", "联网后取到"


class Weekday(models.IntegerChoices):
    MONDAY = 1, "周一"
    TUESDAY = 2, "周二"
    WEDNESDAY = 3, "周三"
    THURSDAY = 4, "周四"
    FRIDAY = 5, "周五"
    SATURDAY = 6, "周六"
    SUNDAY = 7, "周日"


class TestSchedule(models.Model):
    """A test of every week. A day's test is owed only if its hour came after the last change of the row."""

    __test__ = False  # pytest looks for tests by this beginning of a name

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    town = models.CharField("town prefix", max_length=9)
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.APP)
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices, default=Weekday.MONDAY)
    time = models.TimeField(default=time(9, 0))
    within_minutes = models.PositiveIntegerField(default=WITHIN_MINUTES)
    message = models.CharField(max_length=200, default=MESSAGE)
    active = models.BooleanField(default=True)
    changed_at = models.DateTimeField(editable=False)
    changed_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["town", "weekday", "time"]

    def __str__(self) -> str:
        return f"{self.town} {self.get_weekday_display()} {self.time:%H:%M}"


class CommunicationTest(models.Model):
    """One test. The id of one that a person starts is made by the browser, so that starting twice starts once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    town = models.CharField(max_length=9)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    message = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    started_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    schedule = models.ForeignKey(TestSchedule, null=True, on_delete=models.PROTECT, related_name="tests")
    day = models.DateField("of the schedule", null=True)
    request = models.CharField("SHA-256 of what was asked for", max_length=64, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["schedule", "day"], name="comms_test_once_a_day")]

    def is_open(self, now: datetime | None = None) -> bool:
        return (now or clock.now()) < self.closes_at


class Reply(models.Model):
    """Of one person who is tested: nothing yet, or the first device that answered. Later ones change nothing."""

    test = models.ForeignKey(CommunicationTest, on_delete=models.PROTECT, related_name="replies")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="replies")
    version = models.PositiveIntegerField(default=1)
    heard_at = models.DateTimeField("as the device said", null=True)
    received_at = models.DateTimeField("when the answer was here", null=True)
    way = models.CharField(max_length=4, choices=Way.choices, blank=True)
    device = models.UUIDField(null=True)
    confirmed_at = models.DateTimeField("a person tapped, as the device said", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["test", "user"], name="comms_reply_once")]
