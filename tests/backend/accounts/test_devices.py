"""What a device says of itself: kept, seldom written, and never in the way of what it came for."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import OperationalError

from backend.accounts.devices import DeviceHealth, note_health, note_seen
from backend.accounts.models import Device
from backend.config import live
from backend.foundation import clock
from tests.backend.phone import Phone

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.fixture
def device(cast):
    return Device.objects.create(id=uuid4(), user=cast.wang, name="Android")


def later(**by):
    return clock.at(NOW + timedelta(**by))


def health(unsent=0, **more):
    return DeviceHealth(**({"unsent": unsent, "at": clock.now()} | more))


def test_what_a_phone_tells_is_kept(device):
    with clock.at(NOW):
        note_health(device.pk, health(3, oldest=NOW - timedelta(hours=2), app="0.1.0"))
    device.refresh_from_db()
    assert (device.unsent, device.app_version, device.clock_skew_s) == (3, "0.1.0", 0)
    assert device.oldest_unsent_at == NOW - timedelta(hours=2)
    assert (device.health_at, device.last_seen_at) == (NOW, NOW)


def test_a_wrong_clock_does_not_make_work_look_old_or_young(device):
    """Seen failing with `oldest` stored as it came: a clock three days behind made two hours into three days."""
    behind = NOW - timedelta(days=3)
    with clock.at(NOW):
        note_health(device.pk, health(1, at=behind, oldest=behind - timedelta(hours=2)))
    device.refresh_from_db()
    assert device.oldest_unsent_at == NOW - timedelta(hours=2)
    assert device.clock_skew_s == -3 * 86400


@pytest.mark.parametrize("year", [1, 9999])
def test_a_clock_that_is_mad_is_still_a_number(device, year):
    """Seen failing on PostgreSQL without the limits (integer out of range)."""
    mad = datetime(year, 6, 1, tzinfo=UTC)
    note_health(device.pk, health(1, at=mad, oldest=datetime(1, 1, 2, tzinfo=UTC)))
    device.refresh_from_db()
    assert abs(device.clock_skew_s) > 10**9


def test_within_a_minute_nothing_is_written_again(device, django_assert_num_queries):
    with later(), django_assert_num_queries(1):
        note_health(device.pk, health(2))
    with later(seconds=59), django_assert_num_queries(0):
        note_health(device.pk, health(2))
        note_seen(device.pk)
    with later(seconds=61), django_assert_num_queries(1):
        note_health(device.pk, health(2))


def test_another_number_of_unsent_is_written_at_once(device):
    """Seen failing without the look at `unsent`: the office read 2 while the phone had sent everything."""
    with later():
        note_health(device.pk, health(2))
    with later(seconds=5):
        note_health(device.pk, health(0))
    device.refresh_from_db()
    assert device.unsent == 0


def test_being_seen_does_not_keep_health_from_being_written(device):
    """Seen failing with one memory for both: a pull every minute before the beat, and health was never written again."""
    with later():
        note_health(device.pk, health(0))
    with later(seconds=65):
        note_seen(device.pk)
    with later(seconds=70):
        note_health(device.pk, health(0))
    device.refresh_from_db()
    assert device.health_at == NOW + timedelta(seconds=70)


def test_a_clock_set_back_does_not_silence_a_device(device):
    """Seen failing with `now - last < QUIET` alone."""
    with later():
        note_seen(device.pk)
    with later(days=-2):
        note_seen(device.pk)
    device.refresh_from_db()
    assert device.last_seen_at == NOW - timedelta(days=2)


def test_a_busy_database_fails_nobody(device, monkeypatch):
    """Seen failing without the `except`: the pull that came with it was answered 503."""

    def busy(*_, **__):
        raise OperationalError("database is locked")

    monkeypatch.setattr("django.db.models.query.QuerySet.update", busy)
    note_health(device.pk, health(1))
    note_seen(device.pk)


def test_a_session_without_a_device_is_no_error(cast):
    note_health(None, health(1))
    note_seen(None)


def test_what_came_over_the_socket_is_kept(device):
    """Seen failing with `note_seen` in place of `devices.note_health` in `live.note_health`."""
    report = {"unsent": 1, "oldest": (NOW - timedelta(hours=2)).isoformat(), "app": "0.1.0", "at": NOW.isoformat()}
    with clock.at(NOW):
        live.note_health({str(device.pk): report})
    device.refresh_from_db()
    assert (device.unsent, device.app_version, device.clock_skew_s) == (1, "0.1.0", 0)
    assert device.oldest_unsent_at == NOW - timedelta(hours=2)
    assert (device.health_at, device.last_seen_at) == (NOW, NOW)


@pytest.mark.parametrize(
    "report",
    [None, [], {}, "three", {"unsent": -1, "at": NOW.isoformat()}, {"unsent": 1, "at": "2026-11-23T09:00:00"}],
    ids=["none", "a list", "empty", "a word", "negative", "a time without its offset"],
)
def test_a_report_over_the_socket_that_cannot_be_read_is_still_a_sign_of_life(device, cast, report):
    """Also for the others of the same second. Seen failing without the `except` in `live.note_health`."""
    other = Device.objects.create(id=uuid4(), user=cast.chen, name="Android")
    with clock.at(NOW):
        live.note_health({str(device.pk): report, str(other.pk): {"unsent": 2, "at": NOW.isoformat()}})
    device.refresh_from_db()
    other.refresh_from_db()
    assert (device.last_seen_at, device.health_at, device.unsent) == (NOW, None, 0)
    assert other.unsent == 2


def test_a_phone_without_a_socket_tells_by_put(cast):
    phone = Phone(cast.wang)
    body = b'{"unsent":4,"oldest":null,"app":"0.1.0","at":"2026-11-23T09:00:00+08:00"}'
    assert phone._send("put", "/api/device", body, "application/json").status_code == 204
    assert Device.objects.get(user=cast.wang).unsent == 4


def test_a_body_cannot_name_another_device(cast, device):
    body = f'{{"unsent":4,"at":"2026-11-23T09:00:00+08:00","device":"{device.pk}"}}'.encode()
    answered = Phone(cast.chen)._send("put", "/api/device", body, "application/json")
    assert (answered.status_code, answered.json()["code"]) == (400, "unreadable")
    device.refresh_from_db()
    assert device.health_at is None


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b'{"unsent":-1,"at":"2026-11-23T09:00:00Z"}', b'{"unsent":1,"at":"2026-11-23T09:00:00"}'],
    ids=["nothing", "empty", "negative", "a time without its offset"],
)
def test_what_cannot_be_read_is_refused(cast, body):
    answered = Phone(cast.wang)._send("put", "/api/device", body, "application/json")
    assert (answered.status_code, answered.json()["code"]) == (400, "unreadable")


def test_pulling_and_sending_is_being_seen(cast):
    phone = Phone(cast.wang)
    long_ago = clock.days_ago(9)
    mine = Device.objects.filter(user=cast.wang)
    mine.update(last_seen_at=long_ago)
    phone.pull({})
    assert mine.get().last_seen_at > long_ago
    assert UUID(phone.client.session["device"]) == mine.get().pk
