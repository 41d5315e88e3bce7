"""The plan before anything is sent: who would get what, and which grids get nothing, and why."""

from datetime import timedelta

import pytest

from backend.dispatch.planning import Wanted, plan
from backend.enterprises.models import Enterprise
from backend.foundation import clock
from backend.inspections.services import submit
from backend.territory.models import Posting
from tests.backend.phone import Phone


@pytest.fixture
def planned(cast):
    """`planned(1, 2)`: what the lead would send to grids 1 and 2."""

    def make(*grids, per_grid=3, by="lead"):
        uids = [cast.grids[n - 1].uid for n in grids]
        return plan(cast.people[by], Wanted(grid_uids=uids, checklist_id=cast.checklist.pk, per_grid=per_grid))

    return make


def names(made):
    return [enterprise.name for enterprise, _, _ in made.chosen]


def visited(enterprise, days_ago):
    Enterprise.objects.filter(pk=enterprise.pk).update(last_visit=clock.days_ago(days_ago))


def test_each_grid_gets_its_number_and_its_main_holder(planned):
    chosen = planned(1, 2, 3, per_grid=1).chosen
    assert [(grid.code[-1], holder.name) for _, grid, holder in chosen] == [("1", "wang"), ("2", "wang"), ("3", "chen")]


def test_who_was_not_visited_for_longest_comes_first(cast, planned):
    first, second = cast.enterprises[:2]
    visited(first, days_ago=3)
    visited(second, days_ago=90)
    assert names(planned(1, per_grid=2)) == [second.name, first.name]
    Enterprise.objects.filter(pk=first.pk).update(last_visit=None)
    assert names(planned(1, per_grid=1)) == [first.name], "never visited is longest"


def test_only_what_the_checklist_is_for(cast, planned):
    """The brickyard of grid 1 is no small venue."""
    assert "石桥砖厂" not in names(planned(1, per_grid=9))
    assert len(names(planned(1, per_grid=9))) == 2
    cast.checklist.__class__.objects.update(tag="", sector="11")
    assert names(planned(1, per_grid=9)) == ["石桥砖厂"]


def test_a_grid_that_nobody_holds_is_named_and_the_others_go_on(cast, planned):
    Posting.objects.filter(grid=cast.grids[2]).update(until=clock.today() - timedelta(days=1))
    made = planned(1, 3, per_grid=1)
    assert len(made.chosen) == 1
    assert [(s.grid_uid, s.code) for s in made.skipped] == [(cast.grids[2].uid, "nobody_holds_grid")]
    assert cast.grids[2].name in made.skipped[0].detail


def test_a_grid_without_anybody_fitting_is_named(cast, planned):
    Enterprise.objects.filter(grid=cast.grids[1]).update(tags=[])
    assert [s.code for s in planned(1, 2).skipped] == ["no_fitting_enterprise"]


def test_a_grid_of_another_town_is_as_if_it_did_not_exist(planned):
    made = planned(4)
    assert (made.chosen, made.skipped) == ([], [])


def test_who_stands_in_gets_it_while_the_main_holder_is_away(cast, planned):
    Posting.objects.filter(user=cast.wang).update(until=clock.today() - timedelta(days=1))
    assert [holder.name for _, _, holder in planned(2, per_grid=1).chosen] == ["li"]


def test_it_shows_what_everybody_has_on_hand_already(cast, planned):
    cast.send(1, per_grid=2)
    (load,) = planned(1, 2, per_grid=1).view().workers
    assert (load.user.name, load.new, load.open) == ("wang", 1, 2)


def test_nobody_is_sent_where_somebody_is_on_the_way_already(cast, planned):
    (task,) = cast.send(1, per_grid=1).tasks.all()
    assert task.enterprise.name not in names(planned(1))
    cast.send(1)
    (skipped,) = planned(1).skipped
    assert skipped.code == "all_under_way"


def test_an_answered_place_may_be_visited_again(cast, planned):
    task = cast.task_for(1)
    submit(cast.result(task), acting_user=cast.wang)
    assert task.enterprise.name in names(planned(1))


def test_over_http_it_is_for_those_who_send(cast):
    wanted = {"grid_uids": [cast.grids[0].uid], "checklist_id": cast.checklist.pk, "per_grid": 1}
    answered = Phone(cast.lead).post("/api/dispatches/preview", wanted)
    assert [row["assignee"]["name"] for row in answered.json()["subjects"]] == ["wang"]
    assert Phone(cast.wang).post("/api/dispatches/preview", wanted).json()["code"] == "not_allowed"
    assert not cast.wang.tasks.exists(), "looking sends nothing"
