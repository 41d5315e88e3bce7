"""The inspection record: what was answered, signed and photographed, on paper."""

from uuid import uuid4

import pytest

from backend.accounts.models import RoleHeld
from backend.inspections.services import submit
from tests.backend.papers.conftest import NOT_HERE
from tests.backend.papers.read_back import content, docx_pictures, docx_text, issue, pdf_pictures, pdf_text
from tests.backend.phone import Phone


@pytest.fixture
def record(inspected, lead):
    return issue(lead, "inspection-record", inspection_id=inspected.pk)


def test_it_says_what_was_answered(record, lead, inspected):
    text = docx_text(content(lead, record, "docx"))
    assert inspected.enterprise.name in text
    assert "合格 10 项，不合格 2 项，不涉及 0 项" in text
    assert text.count("软管 <老化> & 超期") == 2
    assert all(item["text"]["zh"] in text for item in inspected.checklist.items)
    assert "small-venue-fire 第 1 版" in text


def test_the_pdf_says_the_same(record, lead):
    raw = content(lead, record, "pdf")
    text = pdf_text(raw)
    assert raw.startswith(b"%PDF")
    assert "合格10项，不合格2项，不涉及0项" in text
    assert text.count("软管<老化>&超期") == 2


def test_stored_images_are_in_it_and_missing_ones_are_named(record, lead):
    assert record["not_arrived"] == [NOT_HERE]
    docx, pdf = content(lead, record, "docx"), content(lead, record, "pdf")
    assert docx_pictures(docx) == pdf_pictures(pdf) == 2  # one photo, one signature
    assert f"图片尚未上传，SHA-256 {NOT_HERE[:16]}" in docx_text(docx)
    assert NOT_HERE[:16] in pdf_text(pdf)


def test_a_refusal_to_sign_is_printed_with_its_reason(record, lead):
    assert "拒签：负责人不在" in docx_text(content(lead, record, "docx"))


def test_number_moment_and_mark_stand_on_every_page(record, lead):
    footer = f"{record['number']}日志印记{record['mark']}"
    raw = content(lead, record, "pdf")
    text = pdf_text(raw)
    assert len(record["mark"]) == 16
    assert text.count(footer) == int(text[text.rindex("共") + 1])
    assert "第1页共" in text


def test_a_grid_worker_does_not_use_the_form_of_enforcement(record, lead):
    text = docx_text(content(lead, record, "docx"))
    assert record["title"] == "安全生产网格巡查记录"
    assert "执法人员" not in text


def test_an_officer_shows_who_they_are(cast, lead):
    """Names and numbers that the data does not hold are blanks, not inventions."""
    RoleHeld.objects.create(user=cast.wang, role="enforcement_officer", division="900000001")
    inspection = submit(cast.result(cast.task_for(1)), acting_user=cast.wang)
    record = issue(lead, "inspection-record", inspection_id=inspection.pk)
    text = docx_text(content(lead, record, "docx"))
    assert record["title"] == "安全生产现场检查记录"
    assert "申请回避" in text
    assert "＿" * 12 + "的执法人员wang、" + "＿" * 6 in text.replace("\n", "")


def test_what_the_issuer_writes_takes_the_place_of_the_blank(inspected, lead):
    record = issue(lead, "inspection-record", inspection_id=inspected.pk, hand={"opinion": "情况属实"})
    assert "情况属实" in docx_text(content(lead, record, "docx"))


def test_a_field_that_nobody_writes_by_hand_is_refused_by_name(inspected, lead):
    body = {"inspection_id": str(inspected.pk), "hand": {"inspector": "somebody else"}}
    answered = lead.post("/api/papers/inspection-record", body).json()
    assert (answered["code"], answered["fields"]["unknown"]) == ("hand_field_unknown", ["inspector"])


def test_an_outsider_cannot_have_the_record_of_another_department(cast, inspected):
    body = {"inspection_id": str(inspected.pk)}
    assert Phone(cast.other_lead).post("/api/papers/inspection-record", body).status_code == 404
    assert Phone(cast.lead).post("/api/papers/inspection-record", {"inspection_id": str(uuid4())}).status_code == 404
