"""Which grid a point lies in."""

import pytest

from backend.territory.models import GridSet, GridShape, Town
from backend.territory.queries import locate
from tests.cast import OTHER_TOWN, TOWN


def test_inside(cast):
    assert locate(TOWN, 110.005, 22.005) == cast.grids[0].code
    assert locate(TOWN, 110.025, 22.005) == cast.grids[2].code


@pytest.mark.parametrize("point", [(109.99, 22.005), (110.005, 22.02), (0, 0), (22.005, 110.005)])
def test_outside(cast, point):
    assert locate(TOWN, *point) is None


def test_on_a_shared_border_it_is_the_lowest_code(cast):
    assert locate(TOWN, 110.01, 22.005) == cast.grids[0].code
    assert locate(TOWN, 110.02, 22.005) == cast.grids[1].code


def test_each_town_has_its_own(cast):
    assert locate(TOWN, 111.005, 22.005) is None
    assert locate(OTHER_TOWN, 111.005, 22.005) == cast.grids[3].code
    assert locate("900000009", 110.005, 22.005) is None


def test_a_new_division_counts_from_its_publication(cast):
    """Set 2 leaves the westernmost grid out; the index of set 1 must not answer for it."""
    assert locate(TOWN, 110.005, 22.005) == cast.grids[0].code
    second = GridSet.objects.create(town=Town.objects.get(code=TOWN), number=2)
    for shape in GridShape.objects.filter(grid__in=cast.grids[1:3]):
        GridShape.objects.create(grid=shape.grid, grid_set=second, load=1, area_m2=1, **shape.columns(shape.geometry))
    assert locate(TOWN, 110.005, 22.005) is None
    assert locate(TOWN, 110.015, 22.005) == cast.grids[1].code
