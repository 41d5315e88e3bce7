"""The invented past of a demo town keeps every rule that real work keeps."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

import pytest
from django.db import transaction
from django.db.models import F

from backend.config.loading.history.hours import Hours
from backend.dispatch.models import Task, TaskFact
from backend.foundation import blobs, clock
from backend.foundation.clock import ZONE
from backend.hazards.models import Hazard, HazardMove, HazardPhoto
from backend.hazards.states import HazardState
from backend.inspections.images import served_copy
from backend.inspections.models import Inspection, Photo, Signature
from backend.journal.chain import verify_chain
from backend.journal.models import Event
from backend.rollups.models import DayCount
from tests.backend.loading.conftest import Load
from tests.backend.loading.tiny_town import CODE, TinyTown

NOW = datetime(2026, 11, 18, 15, 0, tzinfo=ZONE)
LADDER = ["on_phone", "opened", "accepted", "on_site", "submitted"]


@pytest.fixture
def past(load: Load) -> Iterator[None]:
    """The tiny town with sixty days behind it, on a Wednesday afternoon."""
    with clock.at(NOW):
        load()
        yield


def test_past_keeps_every_rule(past: None) -> None:
    """One load, many looks: it takes seconds."""
    assert_chain_is_whole()
    assert_nothing_lies_in_the_future()
    assert_ladders_rise()
    assert_made_in_the_order_of_their_time()
    assert_nobody_rechecks_what_they_rectified()
    assert_pictures_are_there()
    assert_roll_ups_are_counted()
    assert_there_is_something_to_look_at()


def assert_chain_is_whole() -> None:
    verdict = verify_chain(CODE)
    assert verdict.ok and verdict.events == Event.objects.count() > 100


def assert_nothing_lies_in_the_future() -> None:
    assert not TaskFact.objects.filter(at__gt=NOW).exists()
    assert not HazardMove.objects.filter(at__gt=NOW).exists()
    assert not Hazard.objects.filter(found_at__gt=F("recorded_at")).exists()
    assert not Inspection.objects.filter(finished_at__gt=F("received_at")).exists()
    assert Task.objects.filter(sent_at__lt=NOW - timedelta(days=50)).exists()


def assert_ladders_rise() -> None:
    for task in Task.objects.prefetch_related("facts"):
        facts = {fact.fact: fact.at for fact in task.facts.all()}
        reached = [rung for rung in LADDER if rung in facts]
        assert reached == LADDER[: len(reached)]
        times = [task.sent_at, *(facts[rung] for rung in reached)]
        assert times == sorted(times)


def assert_made_in_the_order_of_their_time() -> None:
    for rows, when in ((Task.objects, "sent_at"), (Hazard.objects, "recorded_at")):
        times = list(rows.order_by("pk").values_list(when, flat=True))
        assert times == sorted(times)
    numbers = list(Hazard.objects.order_by("pk").values_list("number", flat=True))
    assert numbers == sorted(numbers)


def assert_nobody_rechecks_what_they_rectified() -> None:
    closed = Hazard.objects.filter(state=HazardState.CLOSED).select_related("rectification")
    assert closed.exists()
    for hazard in closed:
        last = hazard.moves.get(to_state=HazardState.CLOSED)
        assert (last.from_state, last.why) == (HazardState.AWAITING_RECHECK, "recheck_passed")
        assert last.who not in (None, hazard.rectification.rectifier_id)
        assert hazard.level and hazard.clause_id


def assert_pictures_are_there() -> None:
    names = {*Photo.objects.values_list("sha256", flat=True), *HazardPhoto.objects.values_list("sha256", flat=True)}
    drawn = set(Signature.objects.exclude(sha256="").values_list("sha256", flat=True))
    assert names and drawn and all(blobs.exists(name) for name in names | drawn)
    assert served_copy(min(names)).startswith(b"\xff\xd8") and served_copy(min(drawn)).startswith(b"\xff\xd8")
    for rows in (Photo.objects, HazardPhoto.objects):
        assert not rows.filter(stored=False).exists()


def assert_roll_ups_are_counted() -> None:
    assert sum(DayCount.objects.values_list("sent", flat=True)) == Task.objects.count()
    assert sum(DayCount.objects.values_list("done", flat=True)) == Task.objects.filter(state="completed").count()


def assert_there_is_something_to_look_at() -> None:
    """Something open, something overdue, something done today; a major hazard past its date at the recycling yard."""
    waiting = Task.objects.filter(state__in=["sent", "accepted"])
    assert waiting.filter(deadline__lt=NOW).exists() and waiting.filter(deadline__gt=NOW).exists()
    assert Task.objects.filter(
        state="completed", facts__fact="submitted", facts__at__gte=clock.start_of(NOW.date())
    ).exists()
    late = Hazard.objects.get(level="major", due__lt=NOW, state=HazardState.RECTIFYING)
    assert late.enterprise.name == "试验再生资源回收站"
    assert Hazard.objects.get(enterprise__name="试验采石场").state == HazardState.REPORTED


def test_same_seed_same_past(load: Load) -> None:
    with clock.at(NOW):
        assert story_of(load) == story_of(load)


def story_of(load: Load) -> list[tuple[object, ...]]:
    """What happened, without the ids, of a load that is then undone."""
    with transaction.atomic():
        load()
        told = list(Hazard.objects.order_by("number").values_list("description", "found_at", "state", "found_by__name"))
        transaction.set_rollback(True)
    return told


def test_loaded_on_a_sunday_night_today_has_work_all_the_same(load: Load) -> None:
    now = datetime(2026, 11, 22, 2, 30, tzinfo=ZONE)
    with clock.at(now):
        load()
    today = Task.objects.filter(sent_at__gte=clock.start_of(now.date()))
    assert today.filter(state="completed").exists() and not today.filter(deadline__lt=now).exists()
    assert not TaskFact.objects.filter(at__gt=now).exists()


@pytest.mark.parametrize(("hour", "opens"), [(2, "00:12"), (9, "00:54"), (11, "08:30"), (21, "08:30")])
def test_today_reaches_as_far_as_it_has_come(hour: int, opens: str) -> None:
    now = datetime(2026, 11, 22, hour, tzinfo=ZONE)
    hours = Hours(now, Random(1))
    assert f"{hours.moment(now.date(), 0):%H:%M}" == opens
    assert hours.moment(now.date(), 1) == now


def test_later_is_on_a_day_of_work_and_never_before() -> None:
    hours = Hours(NOW, Random(1))
    friday = datetime(2026, 11, 13, 17, 20, tzinfo=ZONE)
    found = [hours.later(friday, 0, 2) for _ in range(50)]
    assert {moment.weekday() for moment in found} == {0, 4}
    assert min(found) > friday


def test_a_town_without_leads_has_no_past(town: TinyTown, load: Load) -> None:
    town.edit_cell("people.csv", 6, "role", "enforcement_officer")
    town.edit_cell("people.csv", 8, "role", "enforcement_officer")
    assert "跳过" in load()
    assert not Task.objects.exists() and not Hazard.objects.exists()
