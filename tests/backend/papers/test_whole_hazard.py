"""All that a hazard may hold, on the order, on the opinion and in the ledger."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from backend.foundation import clock
from backend.hazards import services
from backend.hazards.bodies import (
    Cancellation,
    Decision,
    Extension,
    Merge,
    NewDocument,
    OnTheSpot,
    PointAnswer,
    Receipt,
    ReportUp,
)
from backend.hazards.merging import merge
from backend.hazards.models import Hazard, HazardPhoto, Petition
from backend.hazards.petitions import ask_extension, decide, propose_cancellation
from backend.hazards.reporting_up import receive, report_up
from backend.hazards.states import HazardState, Level
from backend.papers.facts.words import day_of
from tests.backend.hazards.loop import AFTER, BEFORE, done, found, hazard_in, judgement, order, picture, recheck
from tests.backend.papers.read_back import content, docx_text, issue, pdf_text
from tests.backend.papers.test_ledger import body, cell, ledger

DAY = timedelta(days=1)


def decided(hazard, by, *, granted=True):
    asked = Petition.objects.filter(hazard=hazard).latest("pk")
    decide(Decision(hazard_id=hazard.pk, petition_id=asked.pk, granted=granted, why="属实"), acting_user=by)


@pytest.fixture
def whole(cast):
    """The boss found and reported it; judged, ordered with three points, extended, reported done, half of it accepted."""
    new = found(cast, uuid4(), source="self_check", part="二楼楼道", cause="management", level="major")
    hazard = services.report_found(new, acting_user=cast.boss)
    hazard = report_up(ReportUp(hazard_id=hazard.pk), acting_user=cast.boss)
    services.judge(judgement(cast, hazard), acting_user=cast.officer)
    more = {"responsible_phone": "10000000099", "interim": "先断电", "points": ["桩已装", "通道已清", "人已培训"]}
    services.order_rectification(order(hazard, rectifier=cast.boss, **more), acting_user=cast.officer)
    asked = Extension(hazard_id=hazard.pk, deadline=clock.now() + 14 * DAY, reason="配件未到")
    ask_extension(asked, acting_user=cast.boss)
    decided(hazard, cast.office)
    services.ask_recheck(done(hazard, note="已清"), acting_user=cast.boss)
    points = [PointAnswer(key=str(n), verdict=v, note=note) for n, v, note in
              ((1, "fixed", ""), (2, "partly", "还剩一辆"), (3, "not_fixed", "没培训"))]  # fmt: skip
    recheck(hazard, acting_user=cast.officer, passed=False, points=points, opinion="继续整改")
    return Hazard.objects.get(pk=hazard.pk)


def test_the_order_has_part_interim_measures_points_and_the_photos_of_the_finding(whole, office):
    paper = issue(office, "rectification-order", hazard_ids=[whole.pk])
    for text in (docx_text(content(office, paper, "docx")), pdf_text(content(office, paper, "pdf"))):
        text = "".join(text.split())
        assert "二楼楼道：楼道充电" in text
        assert "整改前的防控：先断电" in text
        assert "复查要点：桩已装；通道已清；人已培训" in text
        assert "发现时" in text and "整改后" not in text
    assert paper["not_arrived"] == [BEFORE]


def test_the_opinion_is_given_point_by_point_and_signed(whole, office):
    paper = issue(office, "recheck-opinion", hazard_ids=[whole.pk])
    for text in (docx_text(content(office, paper, "docx")), pdf_text(content(office, paper, "pdf"))):
        text = "".join(text.split())
        assert "部分整改1项" in text
        for point in ("1.1桩已装已整改", "1.2通道已清部分整改还剩一辆", "1.3人已培训未整改没培训"):
            assert point in text
        assert "复查人员签名" in text and "officer" in text
        assert "报告整改完成" in text and "已清" in text
        assert "申请延期至" in text and "office同意：属实" in text
        assert "boss向" in text and "尚无回执" in text
    assert len(paper["not_arrived"]) == 4  # the signature and three stages


def test_the_three_conditions_are_shown_with_their_evidence_and_decided_by_nobody(whole, office):
    text = docx_text(content(office, issue(office, "recheck-opinion", hazard_ids=[whole.pk]), "docx"))
    text = "".join(text.split())
    assert "是否不予处罚由执法人员依法决定" in text
    for condition in ("企业自查发现具备", "已按规定报告具备", "正采取有效措施整改具备"):
        assert condition in text


def test_a_general_hazard_has_no_three_conditions(cast, office):
    hazard = hazard_in(cast, HazardState.AWAITING_RECHECK, level=Level.GENERAL)
    recheck(hazard, acting_user=cast.officer)
    assert "免罚" not in docx_text(content(office, issue(office, "recheck-opinion", hazard_ids=[hazard.pk]), "docx"))


def test_the_ledger_has_what_was_blank(cast, whole, office):
    member = cast.people["head" if whole.department_id == cast.departments["yj"].pk else "other_lead"]
    receive(Receipt(hazard_id=whole.pk, note="收到"), acting_user=member)
    HazardPhoto.objects.filter(sha256=AFTER).update(stored=True)
    (row,) = body(ledger(office))
    assert (cell(row, "隐患部位"), cell(row, "成因类别")) == ("二楼楼道", "安全管理缺陷")
    assert (cell(row, "来源"), cell(row, "是否自查"), cell(row, "是否立行立改")) == ("企业自查", "是", "否")
    assert cell(row, "上报时间") is not None and f"{member.name}签收" in cell(row, "接收部门")
    assert cell(row, "责任人及电话") == "王店主 10000000099"
    assert cell(row, "临时防控措施") == "先断电"
    assert (cell(row, "整改前照片"), cell(row, "整改后照片")) == ("1 张（1 张未到）", "1 张")
    assert (cell(row, "复查结论"), cell(row, "复查人")) == ("部分整改", "officer")
    assert cell(row, "延期次数与理由").startswith("1 次；") and "配件未到" in cell(row, "延期次数与理由")
    assert "报告整改完成" in cell(row, "备注") and "复查意见：继续整改" in cell(row, "备注")
    assert cell(row, "期限").date() == clock.day_of(whole.due)


def test_what_a_hazard_lacks_stays_a_blank(cast, office):
    hazard_in(cast, HazardState.REPORTED)
    (row,) = body(ledger(office))
    for name in ("隐患部位", "成因类别", "上报时间", "接收部门", "临时防控措施", "整改前照片", "整改后照片", "复查时间", "审批人",
                 "延期次数与理由", "备注", "上级库编号", "监管责任人", "处罚情况"):  # fmt: skip
        assert cell(row, name) is None, name


def test_what_was_handed_down_names_its_paper(cast, office):
    paper = NewDocument(number="开安办〔2026〕7号", issuer="市安委办", dated=date(2026, 3, 2))
    new = found(cast, uuid4(), source="handed_down", document=paper)
    services.report_found(new, acting_user=cast.office)
    (row,) = body(ledger(office))
    assert cell(row, "来源") == "上级交办（市安委办 开安办〔2026〕7号，2026年3月2日）"


def test_fixed_on_the_spot_is_told(cast, office):
    new = found(cast, uuid4(), on_the_spot=OnTheSpot(after=[picture(AFTER)], note="当场清走"))
    services.report_found(new, acting_user=cast.wang)
    (row,) = body(ledger(office))
    assert cell(row, "是否立行立改") == "是" and "当场清走" in cell(row, "备注")


def test_a_cancelled_and_a_merged_row_say_why_and_by_whom(cast, office):
    kept, merged, cancelled = (hazard_in(cast, HazardState.REPORTED) for _ in range(3))
    merge(Merge(hazard_id=merged.pk, into=kept.pk, why="同一处"), acting_user=cast.officer)
    propose_cancellation(Cancellation(hazard_id=cancelled.pk, reason="看错了"), acting_user=cast.officer)
    decided(cancelled, cast.office)
    rows = {row[0]: row for row in body(ledger(office))}
    assert f"并入 {kept.number}" in cell(rows[merged.number], "备注")
    assert (cell(rows[cancelled.number], "状态"), cell(rows[cancelled.number], "审批人")) == ("已撤销", "office")
    assert "看错了" in cell(rows[cancelled.number], "备注")


def test_the_day_of_the_order_is_the_extended_one(whole, office):
    text = docx_text(content(office, issue(office, "rectification-order", hazard_ids=[whole.pk]), "docx"))
    assert f"最迟于{day_of(whole.due)}前" in "".join(text.split())
