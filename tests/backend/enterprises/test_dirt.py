"""A made-up register file in GB18030 as offices send it: good rows are imported, and each kind of dirt is explained."""

import pytest

from backend.enterprises.models import Enterprise, Verdict
from tests.backend.enterprises.files import as_csv, checked, codes, imported, table, unit, uscc

# what is wrong → (changes to a sound row, field, code, words in the reason)
REFUSED = {
    "no name": ({"name": ""}, "name", "missing", "是空的"),
    "no sector": ({"sectors": " "}, "sectors", "missing", "是空的"),
    "name too long": ({"name": "长" * 121}, "name", "too_long", "121"),
    "formula error": ({"address": "#REF!"}, "address", "cell_error", "#REF!"),
    "code one sign short": ({"uscc": uscc(901)[:17]}, "uscc", "uscc_wrong", "17 位"),
    "code with a wrong check sign": ({"uscc": "919000000000009015"}, "uscc", "uscc_wrong", "校验位"),
    "code with the letter O": ({"uscc": "9190000O0000009010"}, "uscc", "uscc_wrong", "O"),
    "old number of 15 digits": ({"uscc": "440783000012345"}, "uscc", "uscc_wrong", "15 位"),
    "code that a spreadsheet rounded": ({"uscc": "9.19E+17"}, "uscc", "uscc_lost_digits", "丢失"),
    "unknown village": ({"village": "石板村"}, "village", "unknown_village", "石桥村"),
    "unknown sector": ({"sectors": "工贸、餐饮娱乐"}, "sectors", "unknown_sector", "餐饮娱乐"),
    "unknown tag": ({"tags": "九小场所、网红店"}, "tags", "unknown_tag", "网红店"),
    "unknown kind": ({"kind": "联合体"}, "kind", "unknown_kind", "联合体"),
    "unknown risk": ({"risk": "紫"}, "risk", "unknown_risk", "紫"),
    "no position": ({"lon": "", "lat": ""}, "lon", "position_missing", "没有经纬度"),
    "position in words": ({"lon": "村口", "lat": "22.005"}, "lon", "position_unreadable", "村口"),
    "latitude first": ({"lon": "22.0052", "lat": "110.0051"}, "lon", "position_swapped", "填反"),
    "outside the town": ({"lon": "110.5", "lat": "22.5"}, "lon", "position_outside", "110.5"),
    "in another village": ({"village": "河口村"}, "village", "other_village", "石桥村"),
    "phone too short": ({"principal_phone": "139123"}, "principal_phone", "phone_wrong", "139123"),
    "two phones": ({"principal_phone": "10000010001/10000010002"}, "principal_phone", "phone_wrong", "/"),
    "workers in words": ({"workers": "约五十"}, "workers", "count_wrong", "约五十"),
    "a day that is none": ({"opened_on": "2023-02-30"}, "opened_on", "date_wrong", "2023-02-30"),
    "a year of two digits": ({"opened_on": "23.6.15"}, "opened_on", "date_wrong", "23.6.15"),
    "unknown department": ({"department": "海洋局"}, "department", "unknown_department", "海洋局"),
    "unknown park": ({"park": "不存在的园区"}, "park", "unknown_park", "不存在的园区"),
    "total": ({"name": "合计", "sectors": ""}, "name", "total_row", "合计"),
}  # fmt: skip

# how it is spelt → (changes, field of the enterprise, what it must mean)
UNDERSTOOD = {
    "full-width digits": ({"workers": "１２８人"}, "workers", 128),
    "full-width phone with spaces": ({"principal_phone": "１００ ０００１ ００７７"}, "principal_phone", "10000010077"),
    "phone with a country code": ({"principal_phone": "+86-10000010078"}, "principal_phone", "10000010078"),
    "landline": ({"principal_phone": "0750-2223334"}, "principal_phone", "07502223334"),
    "code in small letters with spaces": ({"uscc": "91 35 0100m000100y43"}, "uscc", "91350100M000100Y43"),
    "mark of a text": ({"address": "'石桥村1号"}, "address", "石桥村1号"),
    "spaces and line break in a name": ({"name": " 演示 \n 米厂 "}, "name", "演示 米厂"),
    "sectors by code and other names": ({"sectors": "11；危化品/7"}, "sectors", ["11", "02", "07"]),
    "a sector twice": ({"sectors": "工贸,工业"}, "sectors", ["11"]),
    "tags by other names": ({"tags": "小场所 民爆"}, "tags", ["small_venue", "explosives"]),
    "individual": ({"kind": "个体户"}, "kind", "individual"),
    "risk in words": ({"risk": "重大风险"}, "risk", "red"),
    "village without its ending": ({"village": "石桥"}, "village_id", "900000001200"),
    "village as committee of the town": ({"village": "石桥镇石桥村民委员会"}, "village_id", "900000001200"),
    "village by code": ({"village": "900000001200"}, "village_id", "900000001200"),
    "village left to the position": ({"village": ""}, "village_id", "900000001200"),
    "degrees, minutes, seconds": ({"lon": "110°00′18.36″", "lat": "22°0'18.72\""}, "lon", 110.0051),
    "position with its letter": ({"lon": "E110.0051", "lat": "22.0052N"}, "lat", 22.0052),
    "dots": ({"opened_on": "2023.6.15"}, "opened_on", "2023-06-15"),
    "slashes": ({"opened_on": "2023/6/15"}, "opened_on", "2023-06-15"),
    "year month day": ({"opened_on": "2023年6月15日"}, "opened_on", "2023-06-15"),
    "eight digits": ({"opened_on": "20230615"}, "opened_on", "2023-06-15"),
    "number of days of a spreadsheet": ({"opened_on": "45092"}, "opened_on", "2023-06-15"),
    "Chinese numerals": ({"opened_on": "二〇二三年十月二十一日"}, "opened_on", "2023-10-21"),
    "no date": ({"opened_on": ""}, "opened_on", "None"),
    "no kind": ({"kind": ""}, "kind", "enterprise"),
}  # fmt: skip


def dirty_file() -> bytes:
    """Every spoilt row between two sound ones, and every odd spelling."""
    rows = [unit(1)]
    rows += [unit(100 + n, **changes) for n, (changes, *_) in enumerate(REFUSED.values())]
    rows += [unit(300 + n, **changes) for n, (changes, *_) in enumerate(UNDERSTOOD.values())]
    return as_csv(table([*rows, unit(2)]))


@pytest.fixture
def result(cast):
    return imported(dirty_file())


def row_of(found, kind):
    return found.rows.get(number=3 + [*REFUSED, *UNDERSTOOD].index(kind))


def test_the_file_holds_at_least_twenty_kinds_of_dirt():
    assert len(REFUSED) >= 20


def test_good_rows_are_imported_and_only_they(result):
    assert result.encoding == "gb18030"
    assert result.rows.filter(verdict=Verdict.IMPORTED).count() == 2 + len(UNDERSTOOD)
    assert result.rows.filter(verdict=Verdict.REFUSED).count() == len(REFUSED)
    assert Enterprise.objects.filter(uscc__in=[uscc(1), uscc(2)]).count() == 2


def test_every_refused_row_says_field_why_and_what_to_do(result):
    for kind, (_, field, code, words) in REFUSED.items():
        row = row_of(result, kind)
        assert (row.verdict, codes(row)) == (Verdict.REFUSED, [code]), kind
        (fault,) = row.faults
        assert fault["field"] == field, kind
        assert words in fault["why"], kind
        assert fault["todo"], kind
        assert row.enterprise is None, kind


def test_every_odd_spelling_is_understood(result):
    for kind, (_, column, meant) in UNDERSTOOD.items():
        row = row_of(result, kind)
        assert (row.verdict, row.faults) == (Verdict.IMPORTED, []), kind
        read = getattr(row.enterprise, column)
        if column in ("lon", "lat"):
            assert read == pytest.approx(meant, abs=1e-6), kind
        else:
            assert (str(read) if column == "opened_on" else read) == meant, kind


def test_the_grid_follows_from_the_position(result, cast):
    assert row_of(result, "dots").enterprise.grid == cast.grids[0]


def test_what_was_left_out_is_noted(result):
    assert row_of(result, "no kind").notes == ["没填单位类型，按“企业”登记"]


def test_the_cells_stay_as_they_arrived(result):
    assert row_of(result, "workers in words").cells[14] == "约五十"


def test_a_row_may_have_several_faults(cast):
    row = checked(as_csv(table([unit(1, risk="紫", workers="多", village="月球")]))).rows.get()
    assert sorted(codes(row)) == ["count_wrong", "unknown_risk", "unknown_village"]


def test_a_broken_byte_spoils_its_row_only(cast):
    content = as_csv(table([unit(n) for n in range(1, 30)])).replace("石桥村7号".encode("gb18030"), b"\x80\xff\xff7")
    found = checked(content)
    spoilt = found.rows.exclude(verdict=Verdict.READY)
    assert [codes(row) for row in spoilt] == [["broken_characters"]]
    assert found.rows.count() == 29


def test_twins_in_a_file_are_one(cast):
    rows = [
        unit(1),
        unit(2, name="别的", uscc=uscc(1)),
        unit(3, name="无码店", uscc=""),
        unit(4, name="无码 店", uscc=""),
    ]
    found = checked(as_csv(table(rows)))
    assert [codes(row) for row in found.rows.all()] == [[], ["repeated_in_file"], [], ["repeated_in_file"]]
    assert "第 2 行" in found.rows.get(number=3).faults[0]["why"]


def test_the_twin_of_a_spoilt_row_is_taken(cast):
    found = checked(as_csv(table([unit(1, risk="紫"), unit(1)])))
    assert [codes(row) for row in found.rows.all()] == [["unknown_risk"], []]


def test_who_is_on_the_register_is_not_registered_again(cast):
    imported(as_csv(table([unit(1)])))
    same, other, nameless = checked(
        as_csv(table([unit(1), unit(2, uscc=uscc(1), workers="99"), unit(3, name="石桥砖厂", uscc="")]))
    ).rows.all()
    assert same.verdict == Verdict.UNCHANGED
    assert codes(other) == ["repeated_in_file"]
    assert codes(nameless) == ["already_registered"]


def test_what_differs_from_the_register_is_named(cast):
    imported(as_csv(table([unit(1)])))
    row = checked(as_csv(table([unit(1, workers="99", address="别处")]))).rows.get()
    assert codes(row) == ["already_registered"]
    assert "地址、从业人数" in row.faults[0]["why"]


def test_a_code_of_another_town_is_taken(cast):
    elsewhere = Enterprise.objects.create(
        name="邻镇厂", uscc=uscc(1), kind="enterprise", sectors=["11"], village=cast.grids[3].village, grid=cast.grids[3],
        lon=111.005, lat=22.005,
    )  # fmt: skip
    row = checked(as_csv(table([unit(1)]))).rows.get()
    assert codes(row) == ["registered_elsewhere"]
    assert elsewhere.name not in row.faults[0]["why"]


def test_too_many_cells_are_noticed(cast):
    content = as_csv(table([unit(1)])).rstrip() + b",more\r\n"
    assert codes(checked(content).rows.get()) == ["too_many_cells"]
