"""Who is responsible for which sector where and when, and the units that nobody is responsible for."""

from datetime import date
from uuid import uuid4

import pytest

from backend.enterprises.models import Enterprise, Responsibility
from backend.enterprises.problems import REGISTER_FIELD_WRONG, REGISTER_ID_REUSED, RESPONSIBILITY_OVERLAPS
from backend.enterprises.responsibilities import (
    EndOfResponsibility,
    NewResponsibility,
    assign,
    department_on,
    end,
    in_force_on,
)
from backend.enterprises.sectors import SECTORS
from backend.enterprises.tagging import NewTag, add_tag
from backend.enterprises.tags import TagList, on_list, tags_known_in, tags_of_plan
from backend.foundation.problems import NOT_FOUND, SOMEBODY_WAS_FASTER, Problem
from backend.journal.models import Delivery, Event
from tests.backend.enterprises.files import as_csv, imported, table, unit
from tests.backend.phone import Phone
from tests.cast import OTHER_TOWN, TOWN

BRIDGE, MOUTH = "900000001200", "900000001201"
JUNE, JULY, AUGUST = date(2023, 6, 1), date(2023, 7, 1), date(2023, 8, 1)


def refused_with(kind):
    return pytest.raises(Problem, match=kind.code)


def line(cast, department="yj", by="office", **changes):
    wanted = {
        "id": uuid4(),
        "sector": "11",
        "division": TOWN,
        "department_id": cast.departments[department].pk,
        "since": JUNE,
    }
    return assign(NewResponsibility(**(wanted | changes)), acting_user=cast.people[by])


def who(sector, division, day):
    found = in_force_on(day, TOWN).line_for(sector, division)
    return found.department.code if found else None


def test_who_is_responsible_on_a_day(cast):
    line(cast, since=JUNE)
    line(cast, "xf", since=JULY)
    days = (date(2023, 5, 31), JUNE, date(2023, 6, 30), JULY, date(2030, 1, 1))
    assert [who("11", TOWN, day) for day in days] == [None, "yj", "yj", "xf", "xf"]


def test_a_villages_own_line_goes_before_the_towns(cast):
    line(cast)
    line(cast, "xf", division=BRIDGE)
    assert [who("11", place, JULY) for place in (TOWN, BRIDGE, MOUTH)] == ["yj", "xf", "yj"]


def test_the_one_before_ends_on_the_day_before_and_both_are_said(cast):
    first = line(cast)
    line(cast, "xf", since=JULY)
    first.refresh_from_db()
    assert (first.until, first.version) == (date(2023, 6, 30), 2)
    said = Event.objects.filter(type="responsibility.changed")
    assert said.count() == 3
    assert set(Delivery.objects.filter(event__in=said).values_list("stream", flat=True)) == {f"o:{TOWN}"}


def test_a_line_does_not_reach_into_the_next_ones_time(cast):
    line(cast, since=JULY)
    with refused_with(RESPONSIBILITY_OVERLAPS):
        line(cast, "xf", since=JUNE)
    before = line(cast, "xf", since=JUNE, until=date(2023, 6, 30))
    with refused_with(RESPONSIBILITY_OVERLAPS):
        end(before, EndOfResponsibility(version=1, until=JULY), acting_user=cast.office)


def test_an_end_leaves_a_gap(cast):
    row = line(cast)
    end(row, EndOfResponsibility(version=1, until=JULY), acting_user=cast.office)
    assert [who("11", TOWN, day) for day in (JULY, AUGUST)] == ["yj", None]
    stale = Responsibility.objects.get(pk=row.pk)
    with refused_with(SOMEBODY_WAS_FASTER):
        end(stale, EndOfResponsibility(version=1, until=AUGUST), acting_user=cast.office)
    with refused_with(REGISTER_FIELD_WRONG):
        end(stale, EndOfResponsibility(version=2, until=date(2023, 1, 1)), acting_user=cast.office)


def test_the_same_request_again_changes_nothing(cast):
    key = uuid4()
    assert line(cast, id=key) == line(cast, id=key)
    with refused_with(REGISTER_ID_REUSED):
        line(cast, id=key, sector="07")
    assert Responsibility.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"sector": "77"}, "sector"), ({"division": "900000001999"}, "division"),
     ({"department_id": uuid4()}, "department_id"), ({"until": date(2023, 1, 1)}, "until")],
)  # fmt: skip
def test_a_wrong_line_is_refused(cast, changes, field):
    with refused_with(REGISTER_FIELD_WRONG) as caught:
        line(cast, **changes)
    assert caught.value.fields["field"] == field


@pytest.mark.parametrize("by", ["lead", "head", "mayor", "wang", "admin", "supervisor"])
def test_only_the_office_sets_the_table(cast, by):
    with refused_with(NOT_FOUND):
        line(cast, by=by)


def test_not_in_another_town(cast):
    with refused_with(NOT_FOUND):
        line(cast, division=OTHER_TOWN)


def spots(cast, who="office", **query):
    answered = Phone(cast.people[who]).get("/api/register/blind-spots", **query)
    assert answered.status_code == 200, answered.content
    return answered.json()


def test_units_whose_sector_has_no_department_are_blind_spots(cast):
    imported(as_csv(table([unit(1, department=""), unit(2, sectors="其他")])))
    found = {spot["name"]: spot["uncovered"] for spot in spots(cast)["results"]}
    # the second names a department for itself; of the first nobody answers for either sector
    assert found == {"演示单位1": ["11", "07"]}
    line(cast)
    assert [spot["uncovered"] for spot in spots(cast)["results"]] == [["07"]]
    line(cast, "xf", sector="07", division=BRIDGE)
    assert spots(cast)["results"] == []


def test_a_department_of_ones_own_covers_the_first_sector_only(cast):
    imported(as_csv(table([unit(1)])))
    assert spots(cast)["by_sector"] == {"07": 1}


def test_blind_spots_on_another_day_and_in_pages(cast):
    imported(as_csv(table([unit(n, department="") for n in range(1, 4)])))
    line(cast, since=JULY)
    line(cast, "xf", sector="07", since=JULY)
    assert spots(cast)["total"] == 0
    first = spots(cast, day="2023-06-30", limit=2)
    rest = spots(cast, day="2023-06-30", limit=2, cursor=first["next"])
    assert [len(part["results"]) for part in (first, rest)] == [2, 1]
    assert (first["total"], first["by_sector"]) == (3, {"07": 3, "11": 3})


def test_each_sees_the_blind_spots_of_the_own_units(cast):
    imported(as_csv(table([unit(1, department="", lon="110.025", village="河口村")])))
    assert spots(cast, "chen")["total"] == 1
    assert spots(cast, "wang")["total"] == 0
    assert spots(cast, "stranger")["total"] == 0


def test_the_department_of_a_unit_on_a_day(cast):
    imported(as_csv(table([unit(1, department=""), unit(2)])))
    line(cast, "xf")
    by_table, named = Enterprise.objects.filter(name__startswith="演示单位").order_by("name")
    assert department_on(by_table, date(2023, 5, 1)) is None
    assert department_on(by_table, JULY).code == "xf"
    assert department_on(named, JULY).code == "yj"


def test_over_rest(cast):
    phone = Phone(cast.office)
    body = {"id": str(uuid4()), "sector": "11", "division": TOWN, "department_id": str(cast.departments["yj"].pk),
            "since": "2023-06-01", "basis": "镇安委〔2023〕演示号"}  # fmt: skip
    made = phone.post("/api/register/responsibilities", body)
    assert made.status_code == 201, made.content
    asked = phone.get("/api/register/responsible", sector="11", division=MOUTH, day="2023-07-01").json()
    assert asked["responsibility"]["department"]["name"] == "应急管理办公室"
    assert (
        phone.get("/api/register/responsible", sector="11", division=MOUTH, day="2023-05-01").json()["responsibility"]
        is None
    )
    assert Phone(cast.stranger).get("/api/register/responsible", sector="11", division=MOUTH).status_code == 404
    assert Phone(cast.stranger).get("/api/register/responsibilities").json()["results"] == []
    ended = phone.post(f"/api/register/responsibilities/{body['id']}/end", {"version": 1, "until": "2023-07-01"})
    assert ended.json()["until"] == "2023-07-01"
    assert len(phone.get("/api/register/responsibilities").json()["results"]) == 1
    assert phone.get("/api/register/responsibilities", day="2023-08-01").json()["results"] == []
    assert phone.get("/api/register/responsibilities", day="soon").json()["code"] == "unreadable"


def test_the_two_lists_of_the_plan_differ_by_fishery():
    """二(一)1(4) names seven trades, 二(一)5(1) those and 渔业生产."""
    on = {name: {tag.key for tag in tags_of_plan() if name in tag.lists} for name in TagList}
    assert len(on[TagList.MONTHLY_LED]) == 7
    assert on[TagList.HALF_YEARLY_DRILL] - on[TagList.MONTHLY_LED] == {"fishery"}
    assert on[TagList.MONTHLY_LED] < on[TagList.HALF_YEARLY_DRILL]


def test_every_list_of_a_tag_is_a_list():
    assert {name for tag in tags_of_plan() for name in tag.lists} <= set(TagList)


def tag(cast, by="office", **changes):
    wanted = {"id": uuid4(), "town": TOWN, "key": "charging", "name": "充电站", "lists": ["half_yearly_drill"]}
    return add_tag(NewTag(**(wanted | changes)), acting_user=cast.people[by])


def test_a_town_adds_a_tag_and_its_register_knows_it(cast):
    tag(cast)
    found = imported(as_csv(table([unit(1, tags="充电站、九小场所")])))
    assert found.rows.get().enterprise.tags == ["charging", "small_venue"]
    assert on_list(["charging"], TagList.HALF_YEARLY_DRILL, TOWN)
    assert not on_list(["charging"], TagList.MONTHLY_LED, TOWN)
    assert "charging" not in {one.key for one in tags_known_in(OTHER_TOWN)}
    assert Event.objects.filter(type="tag.added").count() == 1
    keys = [row["key"] for row in Phone(cast.wang).get("/api/register/tags").json()["results"]]
    assert keys[-1] == "charging"


@pytest.mark.parametrize("changes", [{"key": "mine"}, {"name": "九小场所"}, {"name": "危化品"}])
def test_a_tag_that_is_known_is_not_added(cast, changes):
    with refused_with(REGISTER_FIELD_WRONG):
        tag(cast, **changes)


def test_who_may_not_add_tags(cast):
    with refused_with(NOT_FOUND):
        tag(cast, by="lead")


def test_a_tag_is_added_once(cast):
    key = uuid4()
    assert tag(cast, id=key) == tag(cast, id=key)


def test_there_are_twenty_three_sectors_and_99():
    assert list(SECTORS) == [f"{n:02d}" for n in range(1, 24)] + ["99"]
