"""A sound folder becomes a town."""

from datetime import date

import geopandas as gpd
import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError

from backend.accounts.models import Department, RoleHeld, User
from backend.enterprises.models import Enterprise
from backend.enterprises.responsibilities import in_force_on
from backend.journal.models import Event
from backend.standards.models import Checklist
from backend.territory.models import Division, Grid, GridSet, GridShape, Posting, Town
from backend.territory.queries import locate
from tests.backend.loading.conftest import Load
from tests.backend.loading.tiny_town import CODE, NAMES, TinyTown, village

PLANT = (112.4031, 22.1052)  # the recycling yard


def test_tree_villages_and_grids_are_there(load: Load) -> None:
    load("--no-history")
    town = Division.objects.get(level="town")
    assert (town.code, town.parent.name, town.parent.parent.name) == (f"{CODE}000", "开平市", "广东省")
    assert list(town.children.values_list("name", flat=True)) == NAMES
    assert town.geometry.bounds == pytest.approx((112.40, 22.10, 112.43, 22.11))
    assert Grid.objects.count() == GridShape.objects.count() == 4
    assert sorted(grid.name for grid in Grid.objects.all()) == [
        "丙社区第1网格", "乙村第1网格", "乙村第2网格", "甲村第1网格",
    ]  # fmt: skip
    assert Checklist.objects.filter(key="small-venue-fire").exists()


def test_grid_set_says_how_it_was_made(load: Load) -> None:
    load("--no-history")
    manifest = GridSet.objects.get(town_id=CODE, number=1).manifest
    assert manifest["seed"] == 7 and manifest["grids"] == 4 and len(manifest["villages"]) == 3
    assert len(manifest["inputs"]["villages.geojson"]) == 64


def test_every_enterprise_lies_in_its_grid_and_village(load: Load) -> None:
    load("--no-history")
    assert Enterprise.objects.count() == 14
    for place in Enterprise.objects.select_related("grid", "village"):
        assert locate(CODE, place.lon, place.lat) == place.grid.code
        assert place.grid.village_id == place.village_id
    quarry = Enterprise.objects.get(name="试验采石场")
    assert (quarry.sectors, quarry.tags, quarry.risk, quarry.is_demo) == (["01", "11"], ["mine"], "red", True)
    assert quarry.department == Department.objects.get(code="yj")


def test_the_table_of_who_answers_for_which_sector_is_loaded(town: TinyTown, load: Load) -> None:
    town.responsibilities(
        "01,,应急办公室,2023-06-15,演示", "07,,市场监管所,2023-06-15,", "07,乙村委会,应急办公室,2023-06-15,"
    )
    load("--no-history")
    table = in_force_on(date(2023, 6, 15), CODE)
    who = {place: table.line_for("07", f"{CODE}{place}") for place in ("001", "002", "003")}
    assert {place: line and line.department.code for place, line in who.items()} == {
        "001": "sj",
        "002": "yj",
        "003": "sj",
    }
    assert in_force_on(date(2023, 6, 14), CODE).lines == {}
    assert GridSet.objects.get(town_id=CODE).manifest["inputs"].keys() >= {"responsibilities.csv"}


def test_every_grid_has_one_main_holder_and_nobody_is_without_a_grid(load: Load) -> None:
    load("--no-history")
    assert [grid.postings.filter(main=True).count() for grid in Grid.objects.all()] == [1, 1, 1, 1]
    workers = User.objects.filter(roles_held__role="grid_worker")
    assert all(worker.postings.exists() for worker in workers)


def test_full_time_worker_holds_and_part_time_worker_stands_in(load: Load) -> None:
    load("--no-history")
    held = Posting.objects.filter(grid__village__name="甲村委会").order_by("-main")
    assert [(posting.user.name, posting.main) for posting in held] == [("钱二", True), ("赵一", False)]


def test_roles_reach_as_far_as_they_should(load: Load) -> None:
    load("--no-history")
    divisions = dict(RoleHeld.objects.values_list("role", "division"))
    assert divisions["city_supervisor"] == "440783" and divisions["grid_worker"] == CODE
    principal = RoleHeld.objects.get(role="enterprise_principal")
    assert principal.enterprise_id == Enterprise.objects.get(name="试验再生资源回收站").pk


def test_only_the_administrator_may_enter_admin(load: Load) -> None:
    load("--no-history")
    assert [user.name for user in User.objects.filter(is_superuser=True, is_staff=True)] == ["陈十"]
    assert User.objects.filter(is_staff=True).count() == 1


def test_demo_people_sign_in_with_the_demo_password(load: Load) -> None:
    assert "anwangge-demo" in load("--no-history")
    assert authenticate(username="10000000001", password="anwangge-demo") == User.objects.get(name="赵一")


def test_demo_password_can_be_chosen(load: Load) -> None:
    load("--no-history", "--demo-password", "correct-horse")
    assert authenticate(username="10000000001", password="correct-horse")
    assert authenticate(username="10000000001", password="anwangge-demo") is None


def test_real_people_have_no_password_and_no_past(town: TinyTown, load: Load) -> None:
    town.settings(demo=False)
    assert "changepassword" in load()
    assert not any(user.has_usable_password() or user.is_demo for user in User.objects.all())
    assert not Event.objects.exists()


def test_demo_password_is_refused_for_real_people(town: TinyTown, load: Load) -> None:
    town.settings(demo=False)
    with pytest.raises(CommandError, match="不是演示镇"):
        load("--demo-password", "anwangge-demo")
    assert not User.objects.exists()


def test_loading_twice_is_refused(load: Load) -> None:
    load("--no-history")
    with pytest.raises(CommandError, match="已经装载过"):
        load("--no-history")
    assert Town.objects.count() == 1


def test_loading_twice_is_nothing_if_only_what_is_missing_is_wanted(load: Load) -> None:
    load("--no-history")
    assert load("--no-history", "--if-missing") == ""


def test_failure_half_way_leaves_nothing(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("backend.config.management.commands.load_town.play_history", fail)
    with pytest.raises(OSError, match="disk full"):
        load()
    for model in (Town, Division, Grid, User, Enterprise, Checklist):
        assert not model.objects.exists()


def test_a_town_without_enterprises_is_a_town(town: TinyTown, load: Load) -> None:
    town.write("enterprises.csv", town.text("enterprises.csv").splitlines()[0])
    town.edit_cell("people.csv", 10, "role", "expert")
    town.edit_cell("people.csv", 10, "enterprise", "")
    load()
    assert Grid.objects.count() == 4 and not Enterprise.objects.exists()


def test_villages_without_code_get_provisional_ones(town: TinyTown, load: Load) -> None:
    for number in (0, 1):
        town.edit_village(number, lambda feature: feature["properties"].pop("code"))
    town.settings(provisional_codes=True)
    assert "临时代码 2 个" in load("--no-history")
    villages = Division.objects.filter(level="village").values_list("name", "code", "provisional")
    assert set(villages) == {
        ("甲村委会", f"{CODE}901", True), ("乙村委会", f"{CODE}902", True), ("丙社区居委会", f"{CODE}003", False),
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_csv_as_offices_send_it(town: TinyTown, load: Load, encoding: str) -> None:
    for name in ("people.csv", "enterprises.csv", "departments.csv"):
        town.write(name, town.text(name).replace("\n", "\r\n"), encoding)
    load("--no-history")
    assert User.objects.filter(name="褚十一").exists() and Enterprise.objects.filter(name="试验采石场").exists()


def test_full_width_digits_are_digits_in_numbers_and_stay_in_names(town: TinyTown, load: Load) -> None:
    town.edit_cell("people.csv", 2, "phone", "１００００００００２１")
    town.edit_cell("enterprises.csv", 4, "lon", "112.４０２０")
    town.edit_cell("enterprises.csv", 4, "address", "街口１号（东）")
    load("--no-history")
    assert User.objects.get(name="赵一").phone == "10000000021"
    assert Enterprise.objects.get(name="小店11").address == "街口１号（东）"


def test_drawn_grids_are_taken_as_they_are(town: TinyTown, load: Load) -> None:
    drawn = [village(number) for number in range(3)]
    for number, feature in enumerate(drawn):
        feature["properties"] = {"code": f"{CODE}{number + 1:03d}007", "name": ["东片", "", ""][number]}
    town.features(drawn, "grids.geojson")
    town.settings(grids={"file": "grids.geojson"})
    load("--no-history")
    named = dict(Grid.objects.values_list("code", "name"))
    assert named == {
        f"{CODE}001007": "东片", f"{CODE}002007": "乙村第7网格", f"{CODE}003007": "丙社区第7网格",
    }  # fmt: skip
    # four yellow venues at 2 and an orange plant at 4
    assert GridShape.objects.get(grid__code=f"{CODE}001007").load == 12


def test_coordinates_in_another_system_are_moved(town: TinyTown, load: Load) -> None:
    """A Gauss-Krueger town: metres in the village file and in the columns lon and lat."""
    frame = gpd.read_file(town.path / "villages.geojson").set_crs(4490, allow_override=True).to_crs(4546)
    shapes = [shape.__geo_interface__ for shape in frame.geometry]
    for number, shape in enumerate(shapes):
        town.edit_village(number, lambda feature, shape=shape: feature.update(geometry=shape))
    spots = gpd.GeoSeries.from_xy([PLANT[0]], [PLANT[1]], crs=4490).to_crs(4546)
    header, plant = town.text("enterprises.csv").splitlines()[:2]
    moved = plant.replace("112.4031,22.1052", f"{spots.x[0]:.3f},{spots.y[0]:.3f}")
    town.write("enterprises.csv", f"{header}\n{moved}\n")
    town.settings(crs="EPSG:4546")
    load("--no-history")
    place = Enterprise.objects.get()
    assert (place.lon, place.lat) == pytest.approx(PLANT, abs=1e-7)
