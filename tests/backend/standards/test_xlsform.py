"""XLSForm in and out: nothing lost on the way round, and a reason for every row that cannot be taken."""

from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings

from backend.foundation.problems import Problem
from backend.standards.expressions import parse
from backend.standards.files import shipped
from backend.standards.items import Item, Words, faults_of
from backend.standards.xlsform.exporting import write_form
from backend.standards.xlsform.importing import Form, read_form
from backend.standards.xlsform.validating import validity_of
from backend.standards.xlsform.workbook import read_book
from tests.backend.standards.making import checklists

PUBLIC = Path(__file__).parent / "forms" / "xlsform_spec_test.xlsx"
TITLE = Words(zh="试验", en="Sample")


def written(items: list[Item]) -> bytes:
    return write_form(key="sample", version=3, title=TITLE, sector="07", tag="small_venue", items=items)


def sheets(survey: list[list], choices: list[list] = (), settings_: list[list] = ()) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "survey"
    for row in survey:
        book.active.append(row)
    for name, rows in (("choices", choices), ("settings", settings_)):
        if rows:
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
    packed = BytesIO()
    book.save(packed)
    return packed.getvalue()


def read(raw: bytes, known: tuple[str, ...] = ("gb35181/exits", "fire-key-items/gas")) -> Form:
    return read_form(read_book(raw), known.__contains__)


def refused(form: Form) -> dict[str, str]:
    return {row.name: row.code for row in form.refused}


@given(checklists())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_written_and_read_again_the_items_are_the_same(items):
    assert list(faults_of(items)) == [] or all(item.kind == "note" for item in items)
    form = read(written(items))
    assert form.refused == []
    assert form.items == items
    assert (form.key, form.title, form.sector, form.tag) == ("sample", TITLE, "07", "small_venue")


@given(checklists())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_pyxform_finds_what_we_write_valid(items):
    validity = validity_of(written(items))
    assert validity.valid, validity.message


@pytest.mark.parametrize("row", shipped().checklists, ids=lambda row: row.key)
def test_every_shipped_checklist_goes_round(row):
    raw = write_form(key=row.key, version=row.version, title=row.title, sector=row.sector, tag=row.tag, items=row.items)
    form = read_form(read_book(raw), lambda _: True)
    assert (form.items, form.refused, form.remarks, form.unsound) == (row.items, [], [], [])
    assert (form.key, form.title, form.sector, form.tag) == (row.key, row.title, row.sector, row.tag)
    assert validity_of(raw).valid


def test_a_public_form_is_taken_as_far_as_it_goes_and_the_rest_explained():
    """The form by which the XLSForm project tests its specification."""
    form = read(PUBLIC.read_bytes())
    assert validity_of(PUBLIC.read_bytes()).valid
    assert [item.key for item in form.items] == [
        "skip_to_end", "my_name", "address", "number_label", "text_image_audio_video_test", "autocomplete_test",
        "autocomplete_chars_test", "a_integer", "a_decimal", "image_test", "note_test", "false", "launch",
    ]  # fmt: skip
    kinds = {item.key: item.kind for item in form.items}
    assert (kinds["skip_to_end"], kinds["my_name"], kinds["a_integer"]) == ("verdict", "text", "number")
    assert (kinds["image_test"], kinds["note_test"]) == ("photo", "note")
    address = next(item for item in form.items if item.key == "address")
    assert address.text == Words(zh="您好", en="Enter an address")
    assert address.relevant == ["not", ["selected", ["item", "skip_to_end"], "pass"]]
    why = {row.row: (row.code, row.why) for row in form.refused}
    assert why[15] == ("type_not_taken", "没有重复组，里面的题都不采用")
    assert why[17] == ("group_not_taken", "在重复组里")
    assert why[34] == ("type_not_taken", "位置由到场签到记录")
    assert why[42] == ("noted_anyway", "系统自己会记录，不用放进检查表")
    assert len(form.items) + len(form.refused) == 49
    again = read(written(form.items))
    assert (again.items, again.refused) == (form.items, [])


SURVEY = ["type", "name", "label", "relevant", "constraint", "required"]
YES_NO_NA = [["list_name", "name", "label"], ["yn", "yes", "是"], ["yn", "no", "否"], ["yn", "na", "不涉及"]]


def test_types_become_kinds():
    form = read(
        sheets(
            [SURVEY, ["select_one yn", "a", "甲", "", "", "yes"], ["select_one colour", "b", "乙"], ["integer", "c", "丙"],
             ["decimal", "d", "丁"], ["text", "e", "戊"], ["image", "f", "己"], ["note", "g", "庚"]],
            [*YES_NO_NA, ["colour", "red", "红"], ["colour", "blue", "蓝"]],
        )
    )  # fmt: skip
    assert form.refused == []
    assert [(i.kind, i.required, i.integer) for i in form.items] == [
        ("verdict", True, False), ("choice", False, False), ("number", False, True), ("number", False, False),
        ("text", False, False), ("photo", False, False), ("note", False, False),
    ]  # fmt: skip
    assert [choice.text.zh for choice in form.items[1].choices] == ["红", "蓝"]
    assert [remark.code for remark in form.remarks] == ["no_means_failed"]


def test_conditions_speak_of_verdicts_as_we_do():
    survey = [SURVEY, ["select_one yn", "a", "甲"], ["text", "b", "乙", "${a} = 'no'"]]
    assert read(sheets(survey, YES_NO_NA)).items[1].relevant == parse("${a} = 'fail'")


def test_groups_become_sections_and_lend_their_condition():
    rows = [SURVEY, ["select_one yn", "a", "甲"], ["begin group", "g", "大组", "${a} = 'no'"], ["begin_group", "h", "小组"],
            ["text", "b", "乙", "${a} != 'na'"], ["end_group", "h"], ["end group", "g"], ["text", "c", "丙"]]  # fmt: skip
    a, b, c = read(sheets(rows, YES_NO_NA)).items
    assert (a.section.zh, b.section.zh, c.section.zh) == ("", "大组 / 小组", "")
    assert b.relevant == parse("${a} = 'fail' and ${a} != 'na'")


def test_a_group_whose_condition_is_not_understood_takes_its_rows_along():
    rows = [
        SURVEY,
        ["begin group", "g", "组", "today() > 1"],
        ["text", "b", "乙"],
        ["end group", "g"],
        ["text", "c", "丙"],
    ]
    form = read(sheets(rows))
    assert (refused(form), [item.key for item in form.items]) == (
        {"g": "rule_not_understood", "b": "group_not_taken"}, ["c"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["select_multiple yn", "x", "题"], "type_not_taken"),
        (["select_one yn or_other", "x", "题"], "type_not_taken"),
        (["select_one nothing", "x", "题"], "choices_missing"),
        (["geopoint", "x", "题"], "type_not_taken"),
        (["start", "x", "题"], "noted_anyway"),
        (["riddle", "x", "题"], "type_unknown"),
        (["", "x", "题"], "type_missing"),
        (["text", "题目", "题"], "name_not_taken"),
        (["text", "a" * 41, "题"], "name_not_taken"),
        (["text", "meta", "题"], "reserved_key"),
        (["text", "good", "又一题"], "duplicate_key"),
        (["text", "x", ""], "text_missing"),
        (["text", "x", "您的 ${good} 是"], "text_refers"),
        (["text", "x", "题", "${later} = 1"], "refers_ahead"),
        (["text", "x", "题", "", "regex(., 'a')"], "rule_not_understood"),
        (["text", "x", "长" * 1001], "value_not_taken"),
        (["end group", "x"], "group_not_open"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why_and_costs_no_other(row, code):
    form = read(sheets([SURVEY, ["text", "good", "好题"], row, ["text", "last", "末题"]], YES_NO_NA))
    (one,) = form.refused
    assert (one.sheet, one.row, one.code) == ("survey", 3, code) and one.why
    assert [item.key for item in form.items] == ["good", "last"]


def test_a_clause_that_nobody_knows_is_refused():
    form = read(sheets([["type", "name", "label", "anwangge_clauses"], ["text", "x", "题", "gb35181/exits, no/such"]]))
    assert refused(form) == {"x": "unknown_clause"}


def test_a_text_that_looks_like_a_formula_stays_a_text():
    item = Item(key="a", section=Words(zh="", en=""), text=Words(zh="=1+1", en="@SUM(A1)"), clauses=[], kind="text")
    assert read(written([item])).items == [item]


def bomb() -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/sheet1.xml", b"0" * (30 << 20))
    return packed.getvalue()


def entities() -> bytes:
    """A workbook whose sheet declares entities."""
    sound, packed = BytesIO(sheets([SURVEY, ["text", "a", "题"]])), BytesIO()
    with ZipFile(sound) as book, ZipFile(packed, "w") as made:
        for name in book.namelist():
            text = book.read(name)
            if name.endswith("sheet1.xml"):
                text = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + text
            made.writestr(name, text)
    return packed.getvalue()


@pytest.mark.parametrize(
    "raw",
    [b"", b"{}", b"PK\x03\x04", bomb(), entities(), sheets([["x"]] * 2100),
     PUBLIC.read_bytes()[:9000], BytesIO(b"\xd0\xcf\x11\xe0" * 100).getvalue()],
    ids=["empty", "json", "cut", "bomb", "entities", "rows", "half", "xls"],
)  # fmt: skip
def test_what_is_no_form_is_refused(raw):
    with pytest.raises(Problem) as refusal:
        read_book(raw)
    assert refusal.value.kind.code == "not_an_xlsform"


def test_a_book_without_survey_is_no_form():
    book, packed = openpyxl.Workbook(), BytesIO()
    book.save(packed)
    with pytest.raises(Problem, match="survey"):
        read_book(packed.getvalue())
