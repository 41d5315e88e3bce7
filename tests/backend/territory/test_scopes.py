"""A code's prefix is its scope: everything below it, nothing beside it, and nothing at all without a role."""

import pytest

from backend.accounts.models import RoleHeld, User
from backend.accounts.roles import Role
from backend.dispatch.queries import dispatches_visible_to, tasks_visible_to
from backend.enterprises.queries import enterprises_visible_to
from backend.sync.streams import streams_of
from backend.territory.models import Grid
from backend.territory.queries import grids_visible_to, towns_visible_to
from backend.territory.scopes import Scope, scope_of
from tests.cast import OTHER_TOWN, TOWN

SHIQIAO, HEKOU = f"{TOWN}200", f"{TOWN}201"


@pytest.fixture
def leader_of(cast):
    """`leader_of(prefix)`: a town leader's role for this prefix only."""

    def appoint(prefix):
        cast.mayor.roles_held.update(division=prefix)
        return User.objects.get(pk=cast.mayor.pk)

    return appoint


def codes(rows):
    return [row.code for row in rows.order_by("code")]


@pytest.mark.parametrize(
    ("prefix", "grids", "towns"),
    [
        ("90000000", [0, 1, 2, 3, 4, 5], [TOWN, OTHER_TOWN]),
        (TOWN, [0, 1, 2], [TOWN]),
        (OTHER_TOWN, [3, 4, 5], [OTHER_TOWN]),
        (SHIQIAO, [0, 1], [TOWN]),
        (HEKOU, [2], [TOWN]),
        (f"{TOWN}0", [], [TOWN]),  # longer than a town and no village of it
        ("90000001", [], []),
        ("00000001", [], []),  # in the middle of the code, not its beginning
    ],
)
def test_below_the_prefix_and_nothing_beside_it(cast, leader_of, prefix, grids, towns):
    leader = leader_of(prefix)
    assert codes(grids_visible_to(leader)) == [cast.grids[n].code for n in grids]
    assert codes(towns_visible_to(leader)) == towns


def test_a_villages_leader_does_not_see_the_next_villages_work(cast, leader_of):
    cast.send(1, 2, 3, per_grid=1)
    leader = leader_of(SHIQIAO)
    assert {task.grid.village_id for task in tasks_visible_to(leader)} == {SHIQIAO}
    assert {place.village_id for place in enterprises_visible_to(leader)} == {SHIQIAO}
    assert not dispatches_visible_to(leader).exists(), "a dispatch is the town's"


def test_and_does_not_hear_the_whole_towns_stream(leader_of):
    assert f"o:{TOWN}" in streams_of(leader_of(TOWN))
    assert not [stream for stream in streams_of(leader_of(SHIQIAO)) if stream.startswith("o:")]


def test_a_supervisor_hears_every_town_below(cast):
    heard = [stream for stream in streams_of(cast.supervisor) if stream.startswith("o:")]
    assert heard == [f"o:{TOWN}", f"o:{OTHER_TOWN}"]


def test_without_a_role_nothing_is_seen(cast):
    nobody = User.objects.create_user("10000009999", "路人")
    assert not grids_visible_to(nobody).exists()
    assert not towns_visible_to(nobody).exists()
    assert streams_of(nobody) == [f"p:{nobody.pk}"]


def test_an_empty_scope_is_no_row_and_never_every_row(cast):
    empty = Scope(cast.wang.pk, (), (), (), (), ())
    assert not Grid.objects.filter(empty.within("code")).exists()
    assert not Grid.objects.filter(empty.within("code", ())).exists()


def test_grids_come_with_the_role_of_a_grid_worker_only(cast):
    """A posting is left over from before; the role is gone."""
    cast.wang.roles_held.update(role=Role.EXPERT)
    assert scope_of(User.objects.get(pk=cast.wang.pk)).grids == ()


def test_a_department_without_the_role_opens_nothing(cast):
    RoleHeld.objects.filter(user=cast.expert).update(department=cast.departments["yj"])
    assert scope_of(User.objects.get(pk=cast.expert.pk)).departments == ()
