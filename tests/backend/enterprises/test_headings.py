"""Where the table begins and which column is what, in workbooks and in CSV."""

import io
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from backend.enterprises.credit_code import why_wrong
from backend.enterprises.importing.headings import find_headings
from backend.enterprises.models import Enterprise, RegisterImport, Verdict
from tests.backend.enterprises.files import as_csv, checked, imported, only_row, table, unit, uscc, verdicts


def workbook(rows, *, merge=(), before=None) -> bytes:
    book = Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for cells in merge:
        sheet.merge_cells(cells)
    if before:
        before(book)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def two_storeys():
    """A title, then headings in two rows: 负责人 over 姓名 and 电话, 安全员 likewise, 位置 over 经度 and 纬度."""
    return [
        ["石桥镇生产经营单位名录（演示）", *[""] * 10],
        ["序号", "单位名称", "行业领域", "所属村", "负责人", "", "安全员", "", "位置", "", "从业人数"],
        ["", "", "", "", "姓名", "电话", "姓名", "电话", "经度", "纬度", ""],
        [1, "演示甲厂", "工贸", "石桥村", "甲", "10000010001", "乙", "10000010002", 110.005, 22.005, 9],
        [2, "演示乙厂", "工贸", "", "丙", "10000010003", "", "", 110.006, 22.005, 8],
    ]


MERGES = ("A1:K1", "A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:F2", "G2:H2", "I2:J2", "K2:K3", "D4:D5")


@pytest.mark.parametrize("content", [workbook(two_storeys(), merge=MERGES), as_csv(two_storeys())], ids=["xlsx", "csv"])
def test_headings_in_two_rows_under_a_title(cast, content):
    found = imported(content)
    assert (found.header_row, found.ignored) == (3, ["序号"])
    assert verdicts(found) == [Verdict.IMPORTED] * 2
    made = Enterprise.objects.get(name="演示甲厂")
    assert (made.principal, made.principal_phone, made.workers) == ("甲", "10000010001", 9)
    assert [(one.name, one.phone) for one in made.staff.all()] == [("乙", "10000010002")]


def test_a_cell_merged_over_rows_counts_for_each(cast):
    found = checked(workbook(two_storeys(), merge=MERGES))
    assert [row.values["village"] for row in found.rows.all()] == ["900000001200"] * 2


def test_headings_by_other_names_and_in_another_order():
    found = find_headings(
        [["＊企业名称", "社会信用代码", "法定代表人", "手机号码", "行业类别", "村（社区）", "东经", "北纬", "备注"]]
    )
    assert found
    assert list(found.columns) == [
        "name", "uscc", "principal", "principal_phone", "sectors", "village", "lon", "lat"
    ]  # fmt: skip
    assert found.ignored == ["备注"]


def test_the_first_of_two_columns_of_one_name_counts():
    found = find_headings([["单位名称", "行业", "联系电话", "电话"]])
    assert found
    assert (found.columns["principal_phone"], found.ignored) == (2, ["电话"])


def test_a_workbook_of_numbers_and_dates(cast):
    """What people type, a spreadsheet stores as numbers."""
    row = unit(1, principal_phone=10000010077, workers=12.0, lon=110.0051, lat=22.0052, opened_on=datetime(2023, 6, 15))
    made = imported(workbook(table([row]))).rows.get().enterprise
    assert (made.principal_phone, made.workers, made.opened_on) == ("10000010077", 12, date(2023, 6, 15))


def test_a_code_that_a_workbook_holds_as_a_number_is_not_believed(cast):
    row = only_row(workbook(table([unit(1, uscc=919000000000000010)])))
    assert [fault["code"] for fault in row.faults] == ["uscc_lost_digits"]


def test_the_first_visible_sheet_is_read(cast):
    def hide(book):
        book.create_sheet("说明", 0).sheet_state = "hidden"

    assert verdicts(checked(workbook(table([unit(1)]), before=hide))) == [Verdict.READY]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings(cast, encoding):
    found = checked(as_csv(table([unit(1, name="𠮷田㐂㙟厂")]), encoding))
    assert found.rows.get().values["name"] == "𠮷田㐂㙟厂"
    assert found.encoding == encoding.removesuffix("-sig")


def test_tabs_between_the_cells(cast):
    content = "\r\n".join("\t".join(map(str, row)) for row in table([unit(1)])).encode("utf-16")
    assert verdicts(checked(content)) == [Verdict.READY]


@pytest.mark.parametrize(
    ("heading", "crs", "given"),
    [
        ("（GCJ-02）", "EPSG:4490", (110.00946, 22.00245)),
        ("（百度坐标）", "EPSG:4490", (110.01598, 22.00845)),
        ("", "GCJ-02", (110.00946, 22.00245)),
        ("（WGS-84）", "GCJ-02", (110.0051, 22.0052)),
        ("", "EPSG:4545", (707_074.0, 2_435_734.3)),
    ],
)
def test_positions_of_other_systems_come_to_the_same_place(cast, heading, crs, given):
    """One place in five systems, rounded to a metre."""
    rows = table([unit(1, lon=given[0], lat=given[1])])
    rows[0] = [f"{name}{heading}" if name in ("经度", "纬度") else name for name in rows[0]]
    row = only_row(as_csv(rows), crs=crs)
    assert (row.values["lon"], row.values["lat"]) == pytest.approx((110.0051, 22.0052), abs=2e-5)
    assert row.verdict == Verdict.READY


UNREADABLE = {
    "old Excel": (b"\xd0\xcf\x11\xe0" + b"\0" * 600, ".xls"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "表格"),
    "a broken workbook": (workbook([["a"]])[:300], "打不开"),
    "no headings": (as_csv([["甲", "乙"], ["丙", "丁"]]), "表头"),
    "no name among the headings": (as_csv([["联系电话", "地址", "人数"], ["1", "2", "3"]]), "表头"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_file_without_a_table_is_kept_and_explained(cast, kind):
    content, words = UNREADABLE[kind]
    found = checked(content)
    assert (found.state, found.rows.count()) == ("unreadable", 0)
    assert words in found.unreadable_why


def test_a_bomb_is_not_unpacked(cast, monkeypatch):
    monkeypatch.setattr("backend.foundation.spreadsheets.LARGEST_UNPACKED", 1000)
    assert "太大" in checked(workbook(table([unit(1)]))).unreadable_why


def test_too_many_rows_are_refused_as_a_whole(cast, monkeypatch):
    monkeypatch.setattr("backend.foundation.spreadsheets.MOST_ROWS", 3)
    assert "分成几个文件" in checked(as_csv(table([unit(n) for n in range(1, 9)]))).unreadable_why
    assert RegisterImport.objects.get().sha256


def test_check_sign_of_the_standards_own_example():
    """91350100M000100Y43 is the example of GB 32100-2015."""
    assert why_wrong("91350100M000100Y43") is None
    assert "应为 3" in (why_wrong("91350100M000100Y44") or "")
    assert why_wrong(uscc(1)) is None
