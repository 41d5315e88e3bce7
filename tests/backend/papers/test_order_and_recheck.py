"""The rectification order and the opinion on its re-check."""

import pytest

from backend.foundation import clock
from backend.hazards.states import HazardState
from backend.papers.facts.words import day_of
from tests.backend.hazards.loop import finding, hazard_in, recheck
from tests.backend.papers.read_back import content, docx_text, issue, pdf_text
from tests.backend.phone import Phone


@pytest.fixture
def ordered(cast):
    return hazard_in(cast, HazardState.RECTIFYING)


def test_the_order_names_problem_basis_measures_and_deadline(cast, ordered, office):
    order = issue(office, "rectification-order", hazard_ids=[ordered.pk])
    for text in (docx_text(content(office, order, "docx")).replace(" ", ""), pdf_text(content(office, order, "pdf"))):
        assert "责令限期整改指令书" in text
        assert ordered.number in text and "楼道充电" in text and "重大隐患" in text
        assert "清出充电车辆" in text
        assert cast.clause().text[:12] in text
        assert f"最迟于{day_of(ordered.due)}前" in text.replace("\n", "")


def test_authority_and_appeal_are_blanks_unless_the_issuer_writes_them(ordered, office):
    order = issue(office, "rectification-order", hazard_ids=[ordered.pk])
    blank = docx_text(content(office, order, "docx"))
    assert blank.count("＿" * 14 + "（盖章处）") == 1
    written = issue(office, "rectification-order", hazard_ids=[ordered.pk], hand={"authority": "石桥镇人民政府"})
    assert "石桥镇人民政府（盖章处）" in docx_text(content(office, written, "docx"))


def test_a_hazard_without_a_deadline_is_not_ordered(cast, office):
    hazard = hazard_in(cast, HazardState.JUDGED)
    answered = office.post("/api/papers/rectification-order", {"hazard_ids": [str(hazard.pk)]}).json()
    assert (answered["code"], answered["fields"]["hazards"]) == ("not_ordered", [hazard.number])


def test_one_paper_is_about_one_enterprise(cast, ordered, office):
    from_elsewhere = hazard_elsewhere(cast)
    answered = office.post("/api/papers/rectification-order", {"hazard_ids": [str(ordered.pk), str(from_elsewhere.pk)]})
    assert answered.json()["code"] == "subjects_differ"
    assert len(answered.json()["fields"]["enterprises"]) == 2


def hazard_elsewhere(cast):
    from backend.hazards.services import report

    return report(finding(cast, enterprise=1), acting_user=cast.wang)


def test_an_outsider_cannot_order_for_a_hazard_they_do_not_see(cast, office):
    hazard = hazard_in(cast, HazardState.RECTIFYING)
    answered = Phone(cast.lead).post("/api/papers/rectification-order", {"hazard_ids": [str(hazard.pk)]})
    assert answered.status_code == 404
    assert answered.json()["fields"]["hazards"] == [str(hazard.pk)]


def test_the_opinion_names_the_order_the_conclusion_and_who_rechecked(cast, office):
    hazard = hazard_in(cast, HazardState.AWAITING_RECHECK)
    order = issue(office, "rectification-order", hazard_ids=[hazard.pk])
    recheck(hazard, acting_user=cast.officer)
    opinion = issue(office, "recheck-opinion", hazard_ids=[hazard.pk])
    for text in (
        docx_text(content(office, opinion, "docx")).replace(" ", ""),
        pdf_text(content(office, opinion, "pdf")),
    ):
        assert "整改复查意见书" in text
        assert order["number"] in text
        assert "已整改1项" in text
        assert "officer" in text


def test_a_failed_recheck_says_why(cast, office):
    hazard = hazard_in(cast, HazardState.AWAITING_RECHECK)
    recheck(hazard, passed=False, opinion="充电桩没有装", acting_user=cast.officer)
    text = docx_text(content(office, issue(office, "recheck-opinion", hazard_ids=[hazard.pk]), "docx"))
    assert "未整改 1 项" in text and "充电桩没有装" in text


def test_an_opinion_without_a_recheck_is_refused(ordered, office):
    answered = office.post("/api/papers/recheck-opinion", {"hazard_ids": [str(ordered.pk)]}).json()
    assert (answered["code"], answered["fields"]["hazards"]) == ("not_rechecked", [ordered.number])


def test_an_order_that_was_never_issued_is_a_blank(cast, office):
    hazard = hazard_in(cast, HazardState.AWAITING_RECHECK)
    recheck(hazard, acting_user=cast.officer)
    text = docx_text(content(office, issue(office, "recheck-opinion", hazard_ids=[hazard.pk]), "docx"))
    assert f"（文书号：{'＿' * 12}），于{day_of(clock.now())}" in text.replace("\n", "")
