"""Who holds a grid, from the first day to the last, and who stands in."""

from datetime import timedelta

import pytest

from backend.accounts.models import User
from backend.foundation import clock
from backend.territory.models import Posting
from backend.territory.queries import main_holders
from backend.territory.scopes import scope_of

DAY = timedelta(days=1)


def holder(grid):
    return main_holders([grid.uid]).get(grid.uid)


@pytest.mark.parametrize(
    ("since", "until", "holds"), [(-9, -1, False), (-9, 0, True), (0, None, True), (1, None, False), (0, 0, True)]
)
def test_from_the_first_to_the_last_day(cast, since, until, holds):
    until = None if until is None else clock.today() + until * DAY
    Posting.objects.filter(user=cast.chen).update(since=clock.today() + since * DAY, until=until)
    assert (holder(cast.grids[2]) == cast.chen) is holds
    assert bool(scope_of(cast.chen).grids) is holds


def test_the_day_is_the_towns(cast):
    """At half past midnight in the town it is still yesterday in UTC."""
    midnight = clock.start_of(clock.today())
    Posting.objects.filter(user=cast.chen).update(since=clock.today() - DAY, until=clock.today() - DAY)
    with clock.at(midnight - timedelta(minutes=1)):
        assert holder(cast.grids[2]) == cast.chen
    with clock.at(midnight + timedelta(minutes=1)):
        assert holder(cast.grids[2]) is None


def test_the_main_holder_comes_before_who_stands_in(cast):
    assert holder(cast.grids[1]) == cast.wang
    Posting.objects.filter(user=cast.wang, grid=cast.grids[1]).update(until=clock.today() - DAY)
    assert holder(cast.grids[1]) == cast.li


def test_a_grid_nobody_holds_is_missing(cast):
    Posting.objects.filter(grid=cast.grids[2]).delete()
    found = main_holders([grid.uid for grid in cast.grids[:3]])
    assert set(found) == {grid.uid for grid in cast.grids[:2]}


def test_somebody_else_may_hold_it_next_month(cast):
    Posting.objects.filter(user=cast.chen).update(until=clock.today() + 9 * DAY)
    Posting.objects.create(grid=cast.grids[2], user=cast.li, since=clock.today() + 10 * DAY)
    assert holder(cast.grids[2]) == cast.chen
    with clock.at(clock.now() + 12 * DAY):
        assert holder(cast.grids[2]) == cast.li


def test_a_stand_in_sees_the_grid(cast):
    assert scope_of(User.objects.get(pk=cast.li.pk)).grids == (cast.grids[1].uid,)
