"""What others read about devices and communication tests."""

from datetime import datetime
from uuid import UUID

from django.conf import settings

from backend.accounts.models import Device, User
from backend.accounts.views import ContactView, PersonView, contact_view, person_view
from backend.comms.models import CommunicationTest, Reply, TestSchedule
from backend.comms.verdicts import Outcome, outcome_of, verdicts_on
from backend.foundation import clock
from backend.foundation.shapes import View
from backend.territory.views import GridView, grid_view


class PostView(View):
    """In what capacity somebody has a phone: the roles and the grids they hold today."""

    roles: list[str]
    grids: list[GridView]


class DeviceView(View):
    id: UUID
    person: ContactView
    post: PostView
    name: str
    last_seen_at: datetime
    unsent: int
    oldest_unsent_at: datetime | None
    app_version: str
    clock_skew_s: int | None
    health_at: datetime | None
    verdicts: list[str]


class CommunicationTestView(View):
    """A test as the person who is tested sees it: with their own answer and nobody else's. `version` counts that answer."""

    id: UUID
    version: int
    channel: str
    message: str
    started_at: datetime
    closes_at: datetime
    heard_at: datetime | None
    way: str | None
    confirmed_at: datetime | None


class TestCounts(View):
    __test__ = False

    people: int
    reached: int
    late: int
    confirmed: int


class TestSummary(View):
    """A test as the office sees it; counts of the people that the reader may see."""

    __test__ = False

    id: UUID
    town: str
    channel: str
    message: str
    started_at: datetime
    closes_at: datetime
    started_by: PersonView | None
    scheduled: bool
    counts: TestCounts


class ReplyView(View):
    person: ContactView
    post: PostView
    outcome: str
    received_at: datetime | None
    after_s: int | None
    heard_at: datetime | None
    way: str | None
    confirmed_at: datetime | None


class TestResult(TestSummary, kw_only=True):
    __test__ = False

    replies: list[ReplyView]


class ScheduleView(View):
    id: UUID
    version: int
    town: str
    channel: str
    weekday: int
    time: str
    within_minutes: int
    message: str
    active: bool
    changed_at: datetime
    changed_by: PersonView | None


def post_view(user: User) -> PostView:
    """Needs roles and postings at hand (queries.with_post)."""
    return PostView(
        roles=list(dict.fromkeys(held.role for held in user.roles_held.all())),
        grids=[grid_view(posting.grid) for posting in user.postings.all()],
    )


def device_view(device: Device) -> DeviceView:
    return DeviceView(
        id=device.id, person=contact_view(device.user), post=post_view(device.user), name=device.name,
        last_seen_at=device.last_seen_at, unsent=device.unsent, oldest_unsent_at=device.oldest_unsent_at,
        app_version=device.app_version, clock_skew_s=device.clock_skew_s, health_at=device.health_at,
        verdicts=[verdict.value for verdict in verdicts_on(device, clock.now(), settings.VERSION)],
    )  # fmt: skip


def communication_test_view(reply: Reply) -> CommunicationTestView:
    return CommunicationTestView(
        id=reply.test.id, version=reply.version, channel=reply.test.channel, message=reply.test.message,
        started_at=reply.test.started_at, closes_at=reply.test.closes_at, heard_at=reply.heard_at,
        way=reply.way or None, confirmed_at=reply.confirmed_at,
    )  # fmt: skip


def summary_view(test: CommunicationTest) -> TestSummary:
    """Needs the counts of queries.tests_visible_to."""
    counted = vars(test)
    return TestSummary(
        id=test.id, town=test.town, channel=test.channel, message=test.message, started_at=test.started_at,
        closes_at=test.closes_at, started_by=person_view(test.started_by) if test.started_by else None,
        scheduled=test.schedule_id is not None,
        counts=TestCounts(**{name: counted[name] for name in TestCounts.__struct_fields__}),
    )  # fmt: skip


def result_view(test: CommunicationTest, replies: list[Reply]) -> TestResult:
    """Whom to call stands first: never reached, then late, then the slowest."""
    rows = [_reply_view(test, reply) for reply in replies]
    order = list(Outcome)
    rows.sort(key=lambda row: (order.index(Outcome(row.outcome)), -(row.after_s or 0), row.person.name))
    summary = summary_view(test)
    return TestResult(**{name: getattr(summary, name) for name in summary.__struct_fields__}, replies=rows)


def _reply_view(test: CommunicationTest, reply: Reply) -> ReplyView:
    taken = reply.received_at - test.started_at if reply.received_at else None
    return ReplyView(
        person=contact_view(reply.user), post=post_view(reply.user), received_at=reply.received_at,
        outcome=outcome_of(reply.received_at, test.closes_at, clock.now()).value,
        after_s=round(taken.total_seconds()) if taken is not None else None, heard_at=reply.heard_at,
        way=reply.way or None, confirmed_at=reply.confirmed_at,
    )  # fmt: skip


def schedule_view(schedule: TestSchedule) -> ScheduleView:
    return ScheduleView(
        id=schedule.id, version=schedule.version, town=schedule.town, channel=schedule.channel, weekday=schedule.weekday,
        time=f"{schedule.time:%H:%M}", within_minutes=schedule.within_minutes, message=schedule.message,
        active=schedule.active, changed_at=schedule.changed_at,
        changed_by=person_view(schedule.changed_by) if schedule.changed_by else None,
    )  # fmt: skip
