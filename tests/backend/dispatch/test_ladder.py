"""What is learnt of a task on its way: each rung once, with the time at which it was first reached."""

from datetime import timedelta

import pytest

from backend.dispatch.queries import get_task
from backend.dispatch.services import CheckIn, Position, Step, accept_task, check_in, open_task
from backend.dispatch.states import TaskState
from backend.dispatch.steering import hand_over
from backend.dispatch.views import task_view
from backend.foundation import clock
from backend.foundation.problems import Problem
from backend.journal.models import Event
from tests.backend.phone import Phone

EIGHT = clock.start_of(clock.today()) - timedelta(hours=16)  # of yesterday: nothing is done in the future
NINE = EIGHT + timedelta(hours=1)


@pytest.fixture
def task(cast):
    return cast.task_for(1)


def step(task, at=EIGHT, number=1):
    return Step(task_id=task.pk, assignment_no=number, at=at)


def ladder(task):
    return task_view(get_task(task.pk)).ladder


@pytest.mark.parametrize(("act", "rung"), [(open_task, "opened"), (accept_task, "accepted")])
def test_the_first_time_counts(cast, task, act, rung):
    act(step(task), acting_user=cast.wang)
    act(step(task, at=NINE), acting_user=cast.wang)
    assert getattr(ladder(task), rung) == EIGHT


def test_a_phone_whose_clock_is_ahead_reaches_no_rung_in_the_future(cast, task):
    """Seen failing with `clock.happened` returning what was said."""
    open_task(step(task, at=clock.now() + timedelta(days=365)), acting_user=cast.wang)
    assert ladder(task).opened <= clock.now()


def test_accepting_moves_the_task_once(cast, task):
    accept_task(step(task), acting_user=cast.wang)
    again = accept_task(step(task, at=NINE), acting_user=cast.wang)
    assert again.state == TaskState.ACCEPTED
    assert [(m.from_state, m.to_state, m.who) for m in task.moves.all()] == [("sent", "accepted", cast.wang.pk)]


def test_on_site_with_a_position(cast, task):
    where = Position(lon=110.005, lat=22.005, accuracy_m=12)
    check_in(CheckIn(task_id=task.pk, assignment_no=1, at=EIGHT, position=where), acting_user=cast.wang)
    fact = task.facts.get(fact="on_site")
    assert (fact.lon, fact.lat, fact.accuracy_m, fact.at) == (110.005, 22.005, 12, EIGHT)


def test_on_site_without_a_position_the_reason_is_kept_and_the_first_one_stays(cast, task):
    bare = CheckIn(task_id=task.pk, assignment_no=1, at=EIGHT, no_fix_reason="地下室")
    late = CheckIn(task_id=task.pk, assignment_no=1, at=NINE, position=Position(lon=110, lat=22, accuracy_m=5))
    check_in(bare, acting_user=cast.wang)
    check_in(late, acting_user=cast.wang)
    fact = task.facts.get(fact="on_site")
    assert (fact.no_fix_reason, fact.lon, fact.at) == ("地下室", None, EIGHT)


def test_every_rung_is_heard_with_a_higher_version(cast, task):
    before = get_task(task.pk).version
    open_task(step(task), acting_user=cast.wang)
    accept_task(step(task), acting_user=cast.wang)
    assert get_task(task.pk).version > before + 1
    assert Event.objects.filter(type="task.changed").count() == 2


@pytest.mark.parametrize("outsider", ["chen", "li", "lead", "stranger"])
@pytest.mark.parametrize("act", [open_task, accept_task])
def test_who_never_held_it_climbs_no_rung(cast, task, act, outsider):
    with pytest.raises(Problem, match="not_your_task"):
        act(step(task), acting_user=cast.people[outsider])
    assert not task.facts.exists()


def test_nobody_holds_it_under_a_number_that_was_not_given(cast, task):
    with pytest.raises(Problem, match="not_your_task"):
        accept_task(step(task, number=2), acting_user=cast.wang)


def test_after_handing_over_the_ladder_begins_anew_and_reaches_the_new_holders_phone(cast, task):
    Phone(cast.wang).pull({f"p:{cast.wang.pk}": 1})
    assert ladder(task).on_phone is not None
    hand_over(get_task(task.pk), cast.li, acting_user=cast.lead, why="请假")
    assert ladder(task).on_phone is None
    Phone(cast.li).pull({f"p:{cast.li.pk}": 1})
    assert ladder(task).on_phone is not None
