"""The shipped data files are sound, and a faulty one is named by file and key."""

from datetime import date
from io import StringIO

import pytest
import yaml
from django.core.management import CommandError, call_command

from backend.enterprises.sectors import SECTORS
from backend.standards import files
from backend.standards.coverage import coverage
from backend.standards.editions import family
from backend.standards.files import Fault, Library, read_library, shipped

CLAUSE = {"key": "exit", "text": "出口被堵塞"}
STANDARD = {
    "key": "sample-2020", "title": "试验标准", "number": "试 1", "body": "某部", "kind": "standard", "sectors": ["07"],
    "effective_from": date(2020, 1, 1), "confidence": "known", "source": "试验", "clauses": [CLAUSE],
}  # fmt: skip
ITEM = {
    "key": "exit", "section": {"zh": "疏散", "en": "Escape"}, "text": {"zh": "出口畅通", "en": "Exit is clear"},
    "clauses": ["sample/exit"],
}  # fmt: skip
CHECKLIST = {"key": "sample", "version": 1, "title": {"zh": "试验", "en": "Sample"}, "sector": "07", "items": [ITEM]}


@pytest.fixture
def read(tmp_path):
    def from_rows(standards=(), checklists=()) -> Library:
        rows = {"standards": list(standards), "checklists": list(checklists)}
        (tmp_path / "sample.yaml").write_text(yaml.safe_dump(rows, allow_unicode=True), "utf-8")
        return read_library(tmp_path)

    return from_rows


def test_every_shipped_file_is_sound():
    assert shipped().faults == []


def test_a_sound_file_has_no_faults(read):
    assert read([STANDARD], [CHECKLIST]).faults == []


@pytest.mark.parametrize("day", [date(2023, 6, 15), date(2023, 12, 31), date(2025, 11, 1), date(2026, 11, 24)])
def test_every_sector_has_standards_and_a_checklist_throughout_the_campaign_and_since(day):
    found = coverage(shipped(), day)
    assert len(found) == 23
    assert [sector.code for sector in found if not sector.standards or not sector.checklists] == []


def test_what_is_for_every_sector_has_its_checklists():
    cross_cutting = {row.key for row in shipped().checklists if row.sector == ""}
    assert cross_cutting >= {"principal-duties", "hot-work", "outsourcing", "park-four-items"}
    assert "confined-space" in {row.key for row in shipped().checklists if row.sector == "18"}


def test_where_no_national_standard_exists_the_file_says_so():
    for row in shipped().standards:
        if row.kind != "standard":
            assert all(files.level_of(row, clause) == "general" for clause in row.clauses), row.key


def test_a_number_stands_only_where_it_is_known():
    for row in shipped().standards:
        for clause in row.clauses:
            assert not clause.number or (clause.confidence or row.confidence) in ("verified", "known"), row.key


def test_keys_that_stored_checklists_and_histories_name_are_still_there():
    keys = {f"{family(row.key)}/{clause.key}" for row in shipped().standards for clause in row.clauses}
    for key in ("gb35181/storage", "gb35181/exits", "gb35181/sprinkler", "gb35181/mixed_use", "gb35181/sandwich_panel",
                "fire-key-items/charging", "fire-key-items/kitchen"):  # fmt: skip
        assert key in keys
    venue = next(row for row in shipped().checklists if row.key == "small-venue-fire")
    assert (venue.version, venue.tag, len(venue.items)) == (1, "small_venue", 12)


def changed(row, **fields):
    return row | fields


@pytest.mark.parametrize(
    ("standards", "checklists", "key", "word"),
    [
        ([changed(STANDARD, sectors=["77"])], [], "sample-2020", "77"),
        ([changed(STANDARD, sectors=[])], [], "sample-2020", "行业"),
        ([changed(STANDARD, kind="law")], [], "sample-2020/kind", "law"),
        ([changed(STANDARD, effective_from="soon")], [], "sample-2020/effective_from", "date"),
        ([changed(STANDARD, effective_to=date(2019, 1, 1))], [], "sample-2020", "失效日"),
        ([changed(STANDARD, replaced_by="nothing")], [], "sample-2020", "replaced_by"),
        ([changed(STANDARD, colour="red")], [], "sample-2020", "colour"),
        ([STANDARD, changed(STANDARD, key="sample-2021")], [], "sample-2021", "重叠"),
        ([STANDARD, STANDARD], [], "sample-2020", "重复"),
        ([changed(STANDARD, clauses=[])], [], "sample-2020/clauses", "length"),
        ([changed(STANDARD, clauses=[CLAUSE, CLAUSE])], [], "sample-2020/clauses/exit", "重复"),
        ([changed(STANDARD, clauses=[changed(CLAUSE, text=" 出口 ")])], [], "sample-2020/clauses/exit/text", "regex"),
        ([changed(STANDARD, clauses=[changed(CLAUSE, number="3", confidence="unsure")])], [], "sample-2020/clauses/exit", "条款号"),
        (
            [changed(STANDARD, kind="key_items", clauses=[changed(CLAUSE, level_hint="major")])], [],
            "sample-2020/clauses/exit", "重大",
        ),
        ([changed(STANDARD, clauses=[changed(CLAUSE, method="composite")])], [], "sample-2020/clauses/exit", "groups"),
        ([changed(STANDARD, clauses=[changed(CLAUSE, method="composite", groups=["a1"])])], [], "sample-2020", "缺一"),
        ([STANDARD], [changed(CHECKLIST, sector="77")], "sample", "77"),
        ([STANDARD], [changed(CHECKLIST, items=[changed(ITEM, clauses=["sample/none"])])], "sample/items/exit", "sample/none"),
        ([STANDARD], [changed(CHECKLIST, items=[changed(ITEM, clauses=[])])], "sample/items/exit", "条款"),
        ([STANDARD], [changed(CHECKLIST, items=[ITEM, ITEM])], "sample/items/exit", "同名"),
        ([STANDARD], [changed(CHECKLIST, items=[changed(ITEM, relevant="${later} = 'x'")])], "sample/items/exit", "later"),
        ([STANDARD], [changed(CHECKLIST, items=[changed(ITEM, relevant="today()")])], "sample", "relevant"),
        ([STANDARD], [changed(CHECKLIST, items=[changed(ITEM, kind="riddle")])], "sample/items/exit/kind", "riddle"),
    ],
)  # fmt: skip
def test_a_fault_names_file_and_key(read, standards, checklists, key, word):
    faults = read(standards, checklists).faults
    assert any(fault.file == "sample.yaml" and fault.key == key and word in fault.why for fault in faults), faults


def test_a_composite_rule_must_name_groups_that_exist(read):
    element = changed(CLAUSE, method="composite", groups=["water"])
    rule = {"key": "three", "text": "三条以上要素", "needs": [{"groups": ["fire"], "at_least": 3}]}
    assert read([changed(STANDARD, clauses=[element], composite=[rule])]).faults == [
        Fault("sample.yaml", "sample-2020/composite/three", "没有一条要素属于 fire")
    ]


def test_a_file_that_is_no_yaml_costs_no_other(read, tmp_path):
    (tmp_path / "broken.yaml").write_text("standards: [", "utf-8")
    library = read([STANDARD])
    assert [row.key for row in library.standards] == ["sample-2020"]
    assert [fault.file for fault in library.faults] == ["broken.yaml"]


def test_the_command_prints_23_of_23():
    out = StringIO()
    call_command("load_standards", "--check", stdout=out)
    text = out.getvalue()
    assert "23/23" in text and all(f"{code} {zh}" in text for code, (zh, _) in SECTORS.items() if code != "99")


def test_the_command_fails_when_a_sector_has_nothing():
    with pytest.raises(CommandError, match="01 非煤矿山"):
        call_command("load_standards", "--check", "--day", "2015-01-01", stdout=StringIO())


def test_the_command_fails_at_a_faulty_file(read, tmp_path, monkeypatch):
    read([changed(STANDARD, sectors=["77"])])
    monkeypatch.setattr("backend.config.management.commands.load_standards.shipped", lambda: read_library(tmp_path))
    errors = StringIO()
    with pytest.raises(CommandError, match="1 处错误"):
        call_command("load_standards", "--check", stdout=StringIO(), stderr=errors)
    assert "sample.yaml: sample-2020: 没有行业领域 77" in errors.getvalue()
