"""Where and when they were there: inside the grid or how far off, in metres that the server works out; arrival and leave."""

from datetime import timedelta

import pytest
import shapely
from pyproj import Geod

from backend.dispatch.queries import get_task
from backend.dispatch.services import CheckIn, Position, check_in
from backend.foundation import clock
from backend.foundation.problems import Problem
from backend.inspections.services import submit
from backend.territory.distances import _shape, metres_outside
from backend.territory.models import GridShape
from tests.backend.phone import Phone
from tests.cast import TOWN

GEOD = Geod(ellps="GRS80")


def come(task, user, lon, lat):
    fix = Position(lon=lon, lat=lat, accuracy_m=8)
    return check_in(CheckIn(task_id=task.pk, assignment_no=1, at=clock.now(), position=fix), acting_user=user)


@pytest.mark.parametrize(
    ("lon", "lat", "nearest"),
    [
        (110.005, 22.005, None),
        (110.0, 22.0, None),  # a corner belongs to it
        (109.999, 22.005, (110.0, 22.005)),  # west of it, by a meridian
        (110.012, 22.02, (110.01, 22.01)),  # over a corner
        (109.0, 23.0, (110.0, 22.01)),  # a hundred kilometres off
    ],
)
def test_metres_are_those_of_the_geodesic(cast, lon, lat, nearest):
    """Grid 1 is 110.00–110.01 E, 22.00–22.01 N."""
    metres = metres_outside(TOWN, cast.grids[0].uid, lon, lat)
    expected = GEOD.inv(lon, lat, *nearest)[2] if nearest else 0
    assert metres == pytest.approx(expected, abs=0.15)


def test_a_geometry_in_metres_is_refused_instead_of_measured(cast):
    square = shapely.box(500_000, 2_400_000, 501_000, 2_401_000)
    GridShape.objects.filter(grid=cast.grids[1]).update(**GridShape.columns(square))
    _shape.cache_clear()
    with pytest.raises(ValueError, match="not in degrees"):
        metres_outside(TOWN, cast.grids[1].uid, 110.0, 22.0)


def test_a_grid_of_another_town_has_no_distance(cast):
    assert metres_outside(TOWN, cast.grids[3].uid, 110.0, 22.0) is None


def test_a_check_in_says_how_far_off_it_was(cast):
    inside, outside = cast.task_for(1), cast.task_for(2)
    come(inside, cast.wang, 110.005, 22.005)
    come(outside, cast.wang, 110.005, 22.005)
    shown = Phone(cast.lead).get(f"/api/tasks/{outside.pk}").json()["check_in"]
    assert shown["off_grid_m"] == pytest.approx(GEOD.inv(110.005, 22.005, 110.01, 22.005)[2], abs=0.15)
    assert (shown["accuracy_m"], shown["no_fix_reason"]) == (8, None)
    assert Phone(cast.lead).get(f"/api/tasks/{inside.pk}").json()["check_in"]["off_grid_m"] == 0


def test_a_record_says_it_too(cast):
    task = cast.task_for(1)
    far = Position(lon=109.999, lat=22.005, accuracy_m=20)
    kept = submit(cast.result(task, position=far, no_fix_reason=None), acting_user=cast.wang)
    assert kept.inside_grid is False
    assert kept.off_grid_m == pytest.approx(GEOD.inv(109.999, 22.005, 110.0, 22.005)[2], abs=0.15)


def test_arrival_and_leave_are_kept(cast):
    now = clock.now()
    record = cast.result(cast.task_for(1), arrived_at=now - timedelta(minutes=20), left_at=now)
    kept = submit(record, acting_user=cast.wang)
    assert (kept.arrived_at, kept.left_at) == (record.arrived_at, record.left_at)


def test_who_does_not_say_when_they_came_did_so_when_they_checked_in(cast):
    task = cast.task_for(1)
    come(task, cast.wang, 110.005, 22.005)
    kept = submit(cast.result(task), acting_user=cast.wang)
    assert kept.arrived_at == next(f.at for f in get_task(task.pk).known_facts if f.fact == "on_site")
    assert kept.left_at is None


def test_nobody_leaves_before_they_came(cast):
    now = clock.now()
    with pytest.raises(Problem, match="left_before_arrival"):
        submit(cast.result(cast.task_for(1), arrived_at=now, left_at=now - timedelta(minutes=1)), acting_user=cast.wang)
