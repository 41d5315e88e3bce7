"""The town's picture against a situation made by hand."""

from datetime import timedelta

import pytest

from backend.dispatch.models import Task
from backend.enterprises.models import Enterprise
from backend.foundation import clock
from backend.hazards.models import Hazard
from backend.hazards.states import HazardState, Level
from backend.inspections.services import submit
from backend.rollups.definitions import DEFINITIONS
from backend.rollups.overview import overview
from backend.rollups.services import advance
from backend.territory.models import Town
from tests.backend.hazards.loop import hazard_in, recheck
from tests.backend.phone import Phone
from tests.cast import OTHER_TOWN, TOWN

DAY = timedelta(days=1)


def late(model, pk, **columns):
    model.objects.filter(pk=pk).update(**columns)


@pytest.fixture
def town(cast):
    """Tasks: 6 sent by the emergency office, one answered (one general hazard), one overdue.
    Hazards: that one; two majors being rectified, one of them past its date; a general one past its date; one closed."""
    tasks = list(cast.send(1, 2, 3, per_grid=2).tasks.order_by("grid__code", "pk"))
    submit(cast.result(tasks[0], fails=("gas",)), acting_user=cast.wang)
    late(Task, tasks[5].pk, deadline=clock.now() - DAY)
    cast.fresh = hazard_in(cast, HazardState.RECTIFYING)
    cast.burning = hazard_in(cast, HazardState.AWAITING_RECHECK)
    cast.stale = hazard_in(cast, HazardState.RECTIFYING, level=Level.GENERAL)
    late(Hazard, cast.burning.pk, due=clock.now() - DAY)
    late(Hazard, cast.stale.pk, due=clock.now() - 3 * DAY)
    recheck(hazard_in(cast, HazardState.AWAITING_RECHECK), passed=True, acting_user=cast.officer)
    late(Enterprise, cast.enterprises[4].pk, last_visit=clock.days_ago(31))
    advance(TOWN)
    return cast


def seen_by(cast, who="office"):
    return overview(cast.people[who], Town.objects.select_related("division").get(code=TOWN))


def test_the_figures(town):
    assert seen_by(town).figures == {
        "major_open": 2, "major_overdue": 1, "hazards_open": 4, "hazards_overdue": 2,
        "tasks_open": 5, "tasks_overdue": 1,
        "sent_today": 6, "done_today": 1, "found_today": 5, "closed_today": 1,
        "enterprises": 7, "visited_30d": 1, "workers_active_today": 1, "workers": 3,
    }  # fmt: skip


def test_every_figure_is_defined_in_both_languages(town):
    assert set(seen_by(town).figures) == set(DEFINITIONS)
    assert all(words["zh"] and words["en"] for words in DEFINITIONS.values())


def test_what_burns_majors_first_then_the_longest_overdue(town):
    assert [hazard.id for hazard in seen_by(town).burning] == [town.burning.pk, town.fresh.pk, town.stale.pk]


def test_the_matrix_of_departments(town):
    """The emergency office sent the tasks; the fire station answers for the venues' hazards."""
    rows = {row.short: row for row in seen_by(town).departments}
    emergency, fire = rows["应急"], rows["消防"]
    assert (emergency.tasks_open, emergency.tasks_overdue, emergency.done_30d) == (5, 1, 1)
    assert (emergency.hazards_open, emergency.hazards_overdue) == (0, 0)
    assert (fire.tasks_open, fire.hazards_open, fire.hazards_overdue) == (0, 4, 2)


def test_the_grids(town):
    rows = {row.code[-1]: row for row in seen_by(town).grids}
    assert (rows["1"].open_hazards, rows["1"].major_open, rows["1"].tasks_open, rows["1"].done_today) == (4, 2, 1, 1)
    assert (rows["2"].open_hazards, rows["2"].tasks_open) == (0, 2)
    assert (rows["3"].tasks_open, rows["3"].tasks_overdue) == (2, 1)


def test_the_trend_ends_today_and_has_every_day(town):
    trend = seen_by(town).trend
    days = [day.day for day in trend]
    assert days == [(clock.today() - n * DAY).isoformat() for n in range(29, -1, -1)]
    assert (trend[-1].sent, trend[-1].done, trend[-1].found, trend[-1].closed) == (6, 1, 5, 1)
    assert (trend[0].sent, trend[0].found) == (0, 0)


def test_a_department_sees_its_own_part(town):
    emergency, fire = seen_by(town, "lead").figures, seen_by(town, "other_lead").figures
    # the one that its own inspection found; the others are the fire station's alone
    assert (emergency["tasks_open"], emergency["hazards_open"]) == (5, 1)
    assert (fire["tasks_open"], fire["hazards_open"]) == (0, 4)


def test_it_carries_the_version_of_the_counters(town):
    assert seen_by(town).version == advance(TOWN)


def test_over_http(town):
    answered = Phone(town.mayor).get("/api/overview", division=TOWN)
    assert (answered.status_code, answered.json()["figures"]["major_open"]) == (200, 2)


def test_the_town_of_others_does_not_exist(cast):
    assert Phone(cast.office).get("/api/overview", division=OTHER_TOWN).json()["code"] == "not_found"
    assert Phone(cast.wang).get("/api/overview", division=TOWN).json()["code"] == "not_allowed"
