"""The counters say what the journal says: kept up live or built anew, read once or twice."""

import json

import pytest

from backend.foundation import blobs, clock
from backend.hazards.services import note_photo_stored
from backend.hazards.states import HazardState
from backend.inspections.services import submit, take_image
from backend.journal import jobs
from backend.journal.letters import CHANNEL, opened, store
from backend.journal.models import EventBody
from backend.rollups.letters import advance_and_tell
from backend.rollups.models import DayCount, Progress
from backend.rollups.services import advance, rebuild
from tests.backend.hazards.loop import hazard_in, recheck
from tests.cast import OTHER_TOWN, TOWN

MEASURES = ("sent", "done", "found", "closed")


@pytest.fixture
def worked(cast):
    """Six tasks sent, two answered with three hazards, one more hazard found and closed."""
    tasks = cast.send(1, 2, 3, per_grid=2).tasks.order_by("grid__code", "pk")
    submit(cast.result(tasks[0], fails=("gas", "wiring")), acting_user=cast.wang)
    submit(cast.result(tasks[5], fails=("gas",)), acting_user=cast.chen)
    recheck(hazard_in(cast, HazardState.AWAITING_RECHECK), passed=True, acting_user=cast.officer)
    return cast


def counted():
    columns = ("town", "day", "grid", "sector", *MEASURES)
    return sorted(map(tuple, DayCount.objects.values_list(*columns)), key=str)


def sums():
    return tuple(sum(getattr(row, name) for row in DayCount.objects.all()) for name in MEASURES)


def test_they_count_what_happened_today(worked):
    advance(TOWN)
    assert sums() == (6, 2, 4, 1)
    assert {(row.town, row.day, row.sector) for row in DayCount.objects.all()} == {(TOWN, clock.today(), "07")}


def test_they_count_it_in_its_grid(worked):
    advance(TOWN)
    rows = {row.grid: (row.sent, row.done, row.found) for row in DayCount.objects.all()}
    assert rows == {
        worked.grids[0].uid: (2, 1, 3),
        worked.grids[1].uid: (2, 0, 0),
        worked.grids[2].uid: (2, 1, 1),
    }


def test_reading_twice_counts_once(worked):
    read = advance(TOWN)
    before = counted()
    assert advance(TOWN) == read
    assert counted() == before


def test_kept_up_step_by_step_is_the_same_as_built_anew(cast):
    """Live, the counters are brought up after every commit; `rebuild` reads the whole chain at once."""
    for task in cast.send(1, 3, per_grid=2).tasks.all():
        submit(cast.result(task, fails=("gas",)), acting_user=task.assignee)
        advance(TOWN)
    recheck(hazard_in(cast, HazardState.AWAITING_RECHECK), passed=True, acting_user=cast.officer)
    advance(TOWN)
    live, read = counted(), Progress.objects.get(town=TOWN).seq
    assert rebuild(TOWN) == read
    assert counted() == live


def test_in_batches_it_is_the_same(worked, monkeypatch):
    advance(TOWN)
    whole = counted()
    monkeypatch.setattr("backend.rollups.services.BATCH", 2)
    rebuild(TOWN)
    assert counted() == whole


def test_a_photo_that_arrives_later_closes_nothing_again(worked):
    photo = blobs.hash_of(b"a photo")
    hazard = worked.wang.hazards_found.filter(state="closed").get()
    hazard.photos.create(sha256=photo)
    advance(TOWN)
    before = sums()
    note_photo_stored(photo)
    advance(TOWN)
    assert hazard.photos.get(sha256=photo).stored
    assert sums() == before


def test_an_image_of_a_result_that_arrives_later_is_no_second_visit(worked):
    advance(TOWN)
    before = sums()
    take_image("ab" * 32)
    advance(TOWN)
    assert sums() == before


def test_what_was_done_yesterday_counts_for_yesterday(cast):
    yesterday = clock.days_ago(1)
    task = cast.task_for(1)
    submit(cast.result(task, finished_at=yesterday, started_at=yesterday, fails=("gas",)), acting_user=cast.wang)
    advance(TOWN)
    row = DayCount.objects.get(day=clock.day_of(yesterday))
    assert (row.sent, row.done, row.found) == (0, 1, 1)


def test_an_erased_body_counts_nothing_and_stops_nothing(worked):
    EventBody.objects.filter(event__type="task.completed").delete()
    rebuild(TOWN)
    assert sums() == (6, 0, 4, 1)


def test_another_town_is_not_counted_here(worked):
    assert advance(OTHER_TOWN) == 0
    assert not DayCount.objects.exists()


def test_the_outbox_brings_them_up(committed_cast):
    committed_cast.send(1, per_grid=2)
    jobs.drain()
    assert sums() == (2, 0, 0, 0)


def test_the_overview_is_told_that_it_is_out_of_date(cast):
    listening = store().pubsub(ignore_subscribe_messages=True)
    listening.subscribe(CHANNEL)
    listening.get_message(timeout=2)
    cast.send(1, per_grid=1)
    advance_and_tell(TOWN)
    ((stream, seq, frame),) = opened(listening.get_message(timeout=2)["data"])
    listening.close()
    assert (stream, seq) == (f"o:{TOWN}", 0)
    assert json.loads(frame) == {"k": "letter", "t": "overview", "division": TOWN, "version": 1}
