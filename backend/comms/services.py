"""Starting communication tests, by hand or by the week, and taking the answers."""

import hashlib
from contextlib import suppress
from datetime import datetime, time, timedelta
from typing import Annotated, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec
from django.db import IntegrityError
from django.db.models import Exists, OuterRef

from backend.accounts.models import User
from backend.comms.events import CommunicationScheduleChanged, CommunicationTestChanged, CommunicationTestSent
from backend.comms.models import MESSAGE, WITHIN_MINUTES, Channel, CommunicationTest, Reply, TestSchedule
from backend.comms.permissions import require_may_test
from backend.comms.problems import NOBODY_TO_TEST, NOT_YOUR_TEST, TEST_ID_REUSED
from backend.comms.queries import get_reply, people_to_test, schedules_owed
from backend.comms.views import communication_test_view, schedule_view
from backend.foundation import clock
from backend.foundation.problems import NOT_FOUND
from backend.foundation.shapes import Body
from backend.journal.chain import canonical
from backend.journal.recording import origin_now, publish, recording
from backend.territory.models import Town

Town9 = Annotated[str, msgspec.Meta(pattern=r"^\d{9}$")]
Minutes = Annotated[int, msgspec.Meta(ge=1, le=1440)]
Message = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class NewTest(Body, kw_only=True):
    id: UUID
    town: Town9
    channel: Literal["app"] = "app"
    within_minutes: Minutes = WITHIN_MINUTES
    message: Message = MESSAGE
    enterprises: bool = False


class NewSchedule(Body, kw_only=True):
    town: Town9
    channel: Literal["app"] = "app"
    weekday: Annotated[int, msgspec.Meta(ge=1, le=7)]
    time: Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    within_minutes: Minutes = WITHIN_MINUTES
    message: Message = MESSAGE
    active: bool = True


class Answer(Body):
    """A device has heard the test. It says so by itself."""

    test_id: UUID
    heard_at: Moment
    way: Literal["live", "pull"]


class Confirmation(Body):
    """A person has read it and tapped."""

    test_id: UUID
    at: Moment


def start_test(wanted: NewTest, *, acting_user: User) -> CommunicationTest:
    """Test the town now. The same request again returns the test that it started the first time.

    Raises not_found (not a town in which the person may test), nobody_to_test, test_id_reused (same id, other content).
    """
    require_may_test(acting_user, wanted.town)
    fingerprint = hashlib.sha256(canonical(msgspec.to_builtins(wanted)).encode()).hexdigest()
    if earlier := _started_before(wanted.id, fingerprint, acting_user):
        return earlier
    test = _test(wanted.town, wanted.channel, wanted.message, wanted.within_minutes)
    test.id, test.started_by, test.request = wanted.id, acting_user, fingerprint
    people = list(people_to_test(wanted.town, enterprises=wanted.enterprises))
    if not people:
        raise NOBODY_TO_TEST.because()
    try:
        return _start(test, people)
    except IntegrityError:  # the same request came twice at once, and the other was faster
        if earlier := _started_before(wanted.id, fingerprint, acting_user):
            return earlier
        raise


def _started_before(test: UUID, fingerprint: str, acting_user: User) -> CommunicationTest | None:
    earlier = CommunicationTest.objects.filter(pk=test).first()
    if earlier and (earlier.request != fingerprint or earlier.started_by_id != acting_user.id):
        raise TEST_ID_REUSED.because()
    return earlier


def _test(town: str, channel: str, message: str, within_minutes: int) -> CommunicationTest:
    now = clock.now()
    closes_at = now + timedelta(minutes=within_minutes)
    return CommunicationTest(town=town, channel=channel, message=message, started_at=now, closes_at=closes_at)


def _start(test: CommunicationTest, people: list[User]) -> CommunicationTest:
    with recording():
        test.save(force_insert=True)
        Reply.objects.bulk_create(Reply(test=test, user=person) for person in people)
        publish(
            CommunicationTestSent(communication_test=communication_test_view(Reply(test=test))), town=test.town, target=test.id,
            audience=[f"p:{person.id}" for person in people], acting_user=test.started_by_id,
        )  # fmt: skip
    return test


def take_answer(answer: Answer, *, acting_user: User) -> Reply:
    """The first device counts; what another one says later is no error and changes nothing."""
    with recording():
        reply = _reply_of(answer.test_id, acting_user)
        if reply.received_at is None:
            _hear(reply, answer.heard_at, answer.way)
            _tell(reply)
    return reply


def take_confirmation(confirmation: Confirmation, *, acting_user: User) -> Reply:
    """Who taps has heard, even if the device's own answer was lost on its way."""
    with recording():
        reply = _reply_of(confirmation.test_id, acting_user)
        if reply.confirmed_at is None:
            if reply.received_at is None:
                _hear(reply, confirmation.at, "")
            reply.confirmed_at = confirmation.at
            _tell(reply)
    return reply


def _reply_of(test: UUID, user: User) -> Reply:
    reply = get_reply(test, user)
    if reply is None:
        raise NOT_YOUR_TEST.because(test_id=str(test))
    return reply


def _hear(reply: Reply, heard_at: datetime, way: str) -> None:
    reply.heard_at, reply.received_at, reply.way, reply.device = heard_at, clock.now(), way, origin_now().device


def _tell(reply: Reply) -> None:
    reply.version += 1
    reply.save()
    publish(
        CommunicationTestChanged(communication_test=communication_test_view(reply)), town=reply.test.town, target=reply.test_id,
        audience=[f"p:{reply.user_id}"], acting_user=reply.user_id,
    )  # fmt: skip


def set_schedule(schedule: UUID, wanted: NewSchedule, *, acting_user: User) -> TestSchedule:
    """Make the weekly test with this id, or change it. Raises not_found (not a town in which the person may test)."""
    require_may_test(acting_user, wanted.town)
    with recording():
        row = TestSchedule.objects.select_for_update(of=("self",)).filter(pk=schedule).first()
        if row and row.town != wanted.town:
            raise NOT_FOUND.because("通信测试计划")
        columns = {name: getattr(wanted, name) for name in NewSchedule.__struct_fields__}
        columns |= {"time": time.fromisoformat(wanted.time), "changed_at": clock.now(), "changed_by": acting_user}
        row, _ = TestSchedule.objects.update_or_create(
            pk=schedule, defaults=columns | {"version": row.version + 1 if row else 1}
        )
        publish(
            CommunicationScheduleChanged(communication_schedule=schedule_view(row)), town=row.town, target=row.id,
            audience=[], acting_user=acting_user.id,
        )  # fmt: skip
    return row


def run_schedules() -> None:
    """Periodic: start what is owed today, also what was missed while nothing ran. The row (schedule, day) decides once."""
    give_defaults()
    now = clock.now()
    for schedule in schedules_owed(now):
        test = _test(schedule.town, schedule.channel, schedule.message, schedule.within_minutes)
        test.schedule, test.day = schedule, clock.day_of(now)
        if people := list(people_to_test(schedule.town, enterprises=False)):
            with suppress(IntegrityError):  # another clock was faster
                _start(test, people)


def give_defaults() -> None:
    """A town that has no weekly test gets the usual one. Its id follows from the town: made twice it is one row."""
    lacking = Town.objects.filter(~Exists(TestSchedule.objects.filter(town=OuterRef("code"))))
    TestSchedule.objects.bulk_create(
        (
            TestSchedule(
                id=uuid5(NAMESPACE_URL, f"communication-test:{town}"), town=town, channel=Channel.APP, changed_at=clock.now()
            )
            for town in lacking.values_list("code", flat=True)
        ),
        ignore_conflicts=True,
    )  # fmt: skip
