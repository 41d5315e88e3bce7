"""The ledger as a spreadsheet: only the rows the asker may see, in the columns of the office, ready to be printed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.foundation import clock
from backend.foundation.ids import new_id
from backend.hazards.models import Hazard, Rectification
from backend.hazards.queries import hazards_visible_to
from backend.hazards.services import report
from backend.hazards.states import HazardState
from backend.papers.ledger import reading
from backend.papers.ledger.columns import COLUMNS
from backend.papers.ledger.pen import LATE
from backend.papers.ledger.workbook import FIRST_ROW, write_ledger
from tests.backend.hazards.loop import finding, hazard_in, recheck
from tests.backend.papers.read_back import content, issue, rows_of, sheet_of
from tests.backend.phone import Phone
from tests.cast import TOWN

NAMES = [column.name for column in COLUMNS]


def ledger(phone, **asked):
    return content(phone, issue(phone, "hazard-ledger", **asked), "xlsx")


def cell(row, name):
    return row[NAMES.index(name)]


def body(raw):
    """Rows between the heads and the sums."""
    return rows_of(raw)[FIRST_ROW - 1 : -1]


def test_the_heads_are_those_of_the_office(cast, office):
    rows = rows_of(ledger(office))
    assert rows[0][0] == "石桥镇事故隐患台账"
    assert rows[FIRST_ROW - 2] == NAMES
    for name in (
        "编号",
        "统一社会信用代码",
        "判定依据（标准、版本、条款）",
        "整改措施",
        "资金",
        "应急预案",
        "复查结论",
        "备注",
    ):
        assert name in NAMES


def test_a_closed_hazard_has_its_whole_story_in_a_row(cast, office):
    hazard = hazard_in(cast, HazardState.AWAITING_RECHECK)
    recheck(hazard, acting_user=cast.officer)
    (row,) = body(ledger(office))
    assert cell(row, "编号") == hazard.number
    assert (cell(row, "等级"), cell(row, "状态"), cell(row, "来源")) == ("重大", "已销号", "网格巡查")
    assert (cell(row, "责任人及电话"), cell(row, "资金")) == ("王店主", "3000 元自筹")
    assert (cell(row, "复查结论"), cell(row, "复查人")) == ("已整改", "officer")
    assert cell(row, "销号日期").date() == clock.today()
    assert cell(row, "上级库编号") is None  # not in the data: a blank, nothing invented


def test_it_is_set_up_for_the_printer(cast, office):
    sheet = sheet_of(ledger(office))
    assert (sheet.page_setup.orientation, str(sheet.page_setup.paperSize)) == ("landscape", "8")
    assert sheet.freeze_panes == f"D{FIRST_ROW}"
    assert sheet.print_title_rows == f"$1:${FIRST_ROW - 1}"
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (2, 0)
    assert "日志印记" in sheet.oddFooter.center.text


def test_overdue_rows_are_marked_and_counted(cast, office):
    hazard_in(cast, HazardState.RECTIFYING)
    Hazard.objects.update(due=clock.days_ago(3))
    hazard_in(cast, HazardState.RECTIFYING)
    sheet = sheet_of(ledger(office))
    late, good, sums = (sheet[FIRST_ROW + n] for n in range(3))
    assert cell([one.value for one in late], "逾期天数") == 3
    assert late[0].fill.fgColor.rgb == LATE.fgColor.rgb != good[0].fill.fgColor.rgb
    told = [one.value for one in sums]
    assert (told[0], told[2], cell(told, "逾期天数"), cell(told, "等级")) == ("合计", "2 项", "逾期 1 项", "重大 2 项")


SEES = {
    "wang": 1, "li": 0, "chen": 1, "lead": 0, "head": 0, "officer": 2, "other_lead": 2, "office": 2, "mayor": 2, "supervisor": 2,
    "boss": 1, "guard": 1,
}  # fmt: skip


def test_only_rows_the_asker_may_see(cast):
    report(finding(cast), acting_user=cast.wang)
    report(finding(cast, enterprise=4), acting_user=cast.chen)
    for name, rows in SEES.items():
        assert len(body(ledger(Phone(cast.people[name]), town=TOWN))) == rows, name


def test_narrowed_by_what_is_asked(cast, office):
    hazard = hazard_in(cast, HazardState.AWAITING_RECHECK)
    recheck(hazard, acting_user=cast.officer)
    still = report(finding(cast, enterprise=4), acting_user=cast.chen)
    assert [row[0] for row in body(ledger(office, open=True))] == [still.number]
    assert [row[0] for row in body(ledger(office, level="major"))] == [hazard.number]
    assert body(ledger(office, until=(clock.now() - timedelta(days=1)).isoformat())) == []


def test_what_was_typed_is_never_run_as_a_formula(cast, office):
    spoken = finding(cast)
    hazard = report(spoken, acting_user=cast.wang)
    Hazard.objects.filter(pk=hazard.pk).update(description='=HYPERLINK("http://example.org","看这里")\x0b')
    sheet = sheet_of(ledger(office))
    found = sheet[FIRST_ROW][NAMES.index("隐患描述")]
    assert (found.data_type, found.value) == ("s", '=HYPERLINK("http://example.org","看这里")')


def test_two_towns_are_asked_which(cast):
    supervisor = Phone(cast.supervisor)
    assert supervisor.post("/api/papers/hazard-ledger", {}).json()["code"] == "which_town"
    issue(supervisor, "hazard-ledger", town=TOWN)


def test_a_period_that_ends_before_it_begins_is_refused(cast, office):
    now = clock.now()
    asked = {"since": now.isoformat(), "until": (now - timedelta(days=1)).isoformat()}
    assert office.post("/api/papers/hazard-ledger", asked).json()["code"] == "period_reversed"


@pytest.fixture
def many(cast):
    """600 hazards under rectification: two chunks."""
    first = hazard_in(cast, HazardState.RECTIFYING)
    rows = []
    for number in range(599):
        copy = (
            Hazard.objects.get(pk=first.pk)
            if not rows
            else Hazard(**{k: v for k, v in vars(rows[0]).items() if k[0] != "_"})
        )
        copy.pk, copy.number = new_id(), f"{TOWN}-many-{number}"
        rows.append(copy)
    Hazard.objects.bulk_create(rows)
    whole = {"responsible": "王", "measures": "清", "funds": "无", "emergency_plan": "有", "deadline": clock.now()}
    Rectification.objects.bulk_create(Rectification(hazard=row, **whole) for row in rows)
    return cast


def test_a_long_ledger_is_read_in_chunks_with_few_questions(many, office):
    with CaptureQueriesContext(connection) as asked:
        raw = write_ledger(
            reading.chunks(hazards_visible_to(many.office), to_enterprise=False), title="台账", about="", foot=""
        )
    assert len(body(raw)) == 600
    # scope 2 · per chunk of 500: hazards, photos, rechecks, people, elements, orders · the empty chunk at the end
    assert len(asked) <= 2 + 2 * 6 + 1


def test_the_next_chunk_is_read_when_the_last_is_written(many):
    chunks = reading.chunks(hazards_visible_to(many.office), to_enterprise=False)
    with CaptureQueriesContext(connection) as asked:
        rows = next(chunks)
    assert len(rows) == reading.CHUNK
    assert len(asked) < 10
