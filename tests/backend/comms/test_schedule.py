"""The weekly test: once a day, whatever restarts; what was missed is run the same day, and nothing is owed for before."""

from datetime import timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.db import connection

from backend.comms import services
from backend.comms.models import CommunicationTest, TestSchedule
from backend.comms.services import NewSchedule, give_defaults, run_schedules, set_schedule
from backend.foundation import clock
from backend.foundation.problems import NOT_FOUND, Problem
from backend.journal.models import Event
from tests.backend.phone import Phone
from tests.cast import OTHER_TOWN, TOWN

# the next one: the cast holds its roles from today
MONDAY = clock.start_of(clock.today() + timedelta(days=7 - clock.today().weekday())) + timedelta(hours=9)
SUNDAY = MONDAY - timedelta(hours=21)


def run(moment):
    with clock.at(moment):
        run_schedules()


def ours():
    return CommunicationTest.objects.filter(town=TOWN)


@pytest.fixture
def weekly(cast):
    """The usual test of the town, there since the day before."""
    with clock.at(SUNDAY):
        give_defaults()
    return TestSchedule.objects.get(town=TOWN)


def wanted(**changes):
    return NewSchedule(**({"town": TOWN, "weekday": 1, "time": "09:00"} | changes))


def test_a_town_gets_the_usual_test_by_itself(weekly):
    assert (weekly.get_weekday_display(), f"{weekly.time:%H:%M}", weekly.active) == ("周一", "09:00", True)
    give_defaults()
    assert TestSchedule.objects.filter(town=TOWN).count() == 1


def test_it_runs_on_its_day_at_its_hour_and_once(weekly):
    run(MONDAY - timedelta(minutes=1))
    assert not ours().exists()
    for minutes in range(3):
        run(MONDAY + timedelta(minutes=minutes))
    test = ours().get()
    assert (test.schedule, test.day, test.started_by) == (weekly, MONDAY.date(), None)
    assert test.replies.count() == 7


def test_every_week_anew(weekly):
    for week in range(3):
        run(MONDAY + timedelta(weeks=week))
    assert ours().count() == 3


def test_missed_while_nothing_ran_it_runs_the_same_day(weekly):
    run(MONDAY + timedelta(hours=5))
    assert ours().get().started_at == MONDAY + timedelta(hours=5)


def test_missed_for_a_whole_day_it_is_not_made_up_for(weekly):
    run(MONDAY + timedelta(days=1))
    assert not ours().exists()


def test_two_clocks_at_once_start_one(weekly, monkeypatch):
    """Both have read that it is owed before either has written. Seen failing without the constraint (schedule, day)."""
    with clock.at(MONDAY):
        owed = services.schedules_owed(clock.now())
        monkeypatch.setattr(services, "schedules_owed", lambda _: owed)
        run_schedules()
        run_schedules()
    assert ours().count() == 1


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="threads of one SQLite test database wait for each other")
def test_two_clocks_in_two_connections_start_one(committed_cast):
    with clock.at(SUNDAY):
        give_defaults()
    together = Barrier(2)

    def tick():
        together.wait(10)
        try:
            run(MONDAY)
        finally:
            connection.close()

    clocks = [Thread(target=tick) for _ in range(2)]
    for thread in clocks:
        thread.start()
    for thread in clocks:
        thread.join(30)
    assert ours().count() == 1
    assert Event.objects.filter(chain=TOWN, type="communication_test.sent").count() == 1


def test_nothing_is_owed_for_an_hour_before_the_schedule_was_there(cast):
    """Seen failing without changed_at: a town loaded on a Monday afternoon was tested at once."""
    with clock.at(MONDAY + timedelta(hours=6)):
        run_schedules()
    assert not ours().exists()


def test_a_change_after_the_hour_counts_from_next_week(cast, weekly):
    with clock.at(MONDAY + timedelta(hours=1)):
        set_schedule(weekly.pk, wanted(time="08:00"), acting_user=cast.office)
        run_schedules()
    assert not ours().exists()


def test_one_that_is_switched_off_rests_and_it_stands_in_the_chain_who_did_it(cast, weekly):
    with clock.at(SUNDAY):
        set_schedule(weekly.pk, wanted(active=False), acting_user=cast.office)
    run(MONDAY)
    assert not ours().exists()
    event = Event.objects.get(type="communication_schedule.changed")
    assert str(cast.office.pk) in event.header
    assert not event.deliveries.exists()


def test_a_town_without_people_is_passed_over(cast, weekly):
    with clock.at(SUNDAY):
        give_defaults()
    type(cast.wang).objects.update(is_active=False)
    run(MONDAY)
    assert not ours().exists()


def test_the_office_reads_and_sets_it_over_rest(cast, weekly):
    office = Phone(cast.office)
    (row,) = office.get("/api/communication-schedules").json()["results"]
    assert (row["weekday"], row["time"], row["version"]) == (1, "09:00", 1)
    body = b'{"town":"900000001","weekday":3,"time":"14:30","active":true}'
    path = f"/api/communication-schedules/{row['id']}"
    changed = office._send("put", path, body, "application/json").json()
    assert (changed["weekday"], changed["time"], changed["version"]) == (3, "14:30", 2)
    assert changed["changed_by"]["name"] == "office"


def test_the_same_address_makes_a_second_one(cast, weekly):
    path = f"/api/communication-schedules/{uuid4()}"
    body = b'{"town":"900000001","weekday":5,"time":"16:00"}'
    assert Phone(cast.office)._send("put", path, body, "application/json").status_code == 200
    assert TestSchedule.objects.filter(town=TOWN).count() == 2


def test_the_neighbours_schedule_is_not_ours(cast, weekly):
    theirs = TestSchedule.objects.get(town=OTHER_TOWN)
    for town in (TOWN, OTHER_TOWN):
        with pytest.raises(Problem, match=NOT_FOUND.code):
            set_schedule(theirs.pk, wanted(town=town, active=False), acting_user=cast.office)
    theirs.refresh_from_db()
    assert theirs.active


@pytest.mark.parametrize("who", ["lead", "mayor", "wang"])
def test_an_outsider_cannot_change_it(cast, weekly, who):
    path = f"/api/communication-schedules/{weekly.pk}"
    answered = Phone(cast.people[who])._send("put", path, b"{}", "application/json")
    assert answered.status_code == 403


def test_a_change_in_admin_goes_through_the_service(cast, weekly, client):
    client.force_login(type(cast.admin).objects.get(pk=cast.admin.pk))
    form = {"weekday": 2, "time": "10:00", "within_minutes": 15, "message": "试", "active": "on"}
    answered = client.post(f"/admin/comms/testschedule/{weekly.pk}/change/", form)
    assert answered.status_code == 302, answered.content.decode()[:2000]
    weekly.refresh_from_db()
    assert (weekly.weekday, weekly.changed_by, weekly.version) == (2, cast.admin, 2)
    assert Event.objects.filter(type="communication_schedule.changed").count() == 1


def test_admin_shows_the_schedules_of_ones_own_towns_only(cast, weekly, client):
    client.force_login(type(cast.admin).objects.get(pk=cast.admin.pk))
    theirs = TestSchedule.objects.get(town=OTHER_TOWN)
    assert client.get(f"/admin/comms/testschedule/{weekly.pk}/change/").status_code == 200
    assert client.get(f"/admin/comms/testschedule/{theirs.pk}/change/").status_code == 302, "as if it did not exist"
