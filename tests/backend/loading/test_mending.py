"""Village borders drawn by hand: gaps and overlaps are mended, and said."""

from typing import Any

import pytest
import shapely

from backend.territory.models import Division, GridSet
from tests.backend.loading.conftest import Load
from tests.backend.loading.tiny_town import TinyTown

# the common border of 甲 and 乙 stands at 112.41: a hundred-thousandth of a degree is about a metre
STRIP_M2 = 1.03 * 1107


def move_east_border(metres: float) -> Any:
    """Of 甲, by about so many metres; the corners at 112.41 move, 乙 stays."""

    def edit(feature: dict[str, Any]) -> None:
        ring = feature["geometry"]["coordinates"][0]
        for corner in ring:
            if corner[0] == pytest.approx(112.41):
                corner[0] += metres * 1e-5

    return edit


def dent_east_border(feature: dict[str, Any]) -> None:
    """A bay in the middle of the border of 甲, so that the gap is enclosed."""
    ring = feature["geometry"]["coordinates"][0]
    ring[2:2] = [[112.41, 22.103], [112.4098, 22.105], [112.41, 22.107]]


def assert_is_a_coverage() -> None:
    shapes = [village.geometry for village in Division.objects.filter(level="village")]
    assert shapely.coverage_is_valid(shapes)
    whole = Division.objects.get(level="town").geometry
    assert not list(shapely.get_parts(whole)[0].interiors)
    assert sum(shape.area for shape in shapes) == pytest.approx(whole.area, rel=1e-9)


def test_clean_borders_are_left_as_they_are(load: Load) -> None:
    assert "没有发现重叠、缝隙或无效图形" in load("--no-history")
    assert GridSet.objects.get().manifest["villages_repaired"] == []


def test_overlap_is_mended_and_measured(town: TinyTown, load: Load) -> None:
    town.edit_village(0, move_east_border(3))
    said = load("--no-history")
    assert "重叠 1 处" in said and "已全部修复" in said
    biggest = float(said.split("最大 ")[1].split(" m²")[0])
    assert biggest == pytest.approx(3 * STRIP_M2, rel=0.02)
    assert len(GridSet.objects.get().manifest["villages_repaired"]) == 1
    assert_is_a_coverage()


def test_enclosed_gap_is_filled(town: TinyTown, load: Load) -> None:
    town.edit_village(0, dent_east_border)
    assert "缝隙 1 处" in load("--no-history")
    assert_is_a_coverage()


def test_limit_shows_what_reaches_beyond_the_town(town: TinyTown, load: Load) -> None:
    limit = {
        "type": "Feature",
        "properties": {"name": "界"},
        "geometry": shapely.geometry.mapping(shapely.box(112.4, 22.1, 112.4299, 22.11)),
    }
    town.features([limit], "limit.geojson")
    assert "超出镇界 1 处" in load("--no-history")
    assert Division.objects.get(level="town").geometry.bounds[2] == pytest.approx(112.4299)


def test_crossing_rings_are_mended(town: TinyTown, load: Load) -> None:
    def cross(feature: dict[str, Any]) -> None:
        feature["geometry"]["coordinates"][0].insert(4, [112.3999, 22.1001])
        feature["geometry"]["coordinates"][0].insert(4, [112.40, 22.0999])

    town.edit_village(0, cross)
    assert "自相交等无效图形" in load("--no-history")
    assert all(village.geometry.is_valid for village in Division.objects.filter(level="village"))
