"""A record with all that one may hold: fellows, arrival and leave, a witness, corrections, the enterprise's acknowledgement."""

from datetime import timedelta

import pytest

from backend.accounts.models import RoleHeld
from backend.foundation import clock
from backend.inspections.bodies import NewAcknowledgement, NewSignature
from backend.inspections.models import Fellow, Inspection
from backend.inspections.services import acknowledge, submit
from tests.backend.accounts.pin import give_pin
from tests.backend.dispatch.orders import sent
from tests.backend.inspections.records import FELLOW, SUBJECT, WITNESS, signed_by_two, submit_with_pin
from tests.backend.papers.conftest import picture
from tests.backend.papers.read_back import content, docx_text, issue, pdf_text
from tests.backend.phone import Phone


def printed(phone, inspection):
    """The words of the record without spaces and breaks."""
    record = issue(phone, "inspection-record", inspection_id=inspection.pk)
    return "".join(docx_text(content(phone, record, "docx")).split())


@pytest.fixture
def by_two(cast):
    for who in ("officer", "head"):
        give_pin(cast.people[who])
    task = sent(cast, kind="leader_led", assignee_id=cast.head.pk)
    signed = [
        NewSignature(role="inspector", name="官", sha256=picture("blue")),
        NewSignature(role="subject", name="", refused_reason="负责人不在", witness="陈主任", witness_sha256=WITNESS),
    ]
    now = clock.now()
    came = {"arrived_at": now - timedelta(minutes=12), "left_at": now}
    return submit_with_pin(signed_by_two(cast, task, cast.officer, signatures=signed, **came), cast.head)


def test_the_second_inspector_the_witness_and_the_way_of_signing_are_printed(by_two, office):
    text = printed(office, by_two)
    assert "headofficer" in text
    assert "同行检查人签名officer" in text and f"SHA-256{FELLOW[:16]}" in text
    assert "拒签：负责人不在" in text
    assert "陈主任" in text and f"SHA-256{WITNESS[:16]}" in text
    assert "（凭签名PIN）" in text
    assert "领导带队检查" in text


def test_arrival_leave_and_metres_off_the_grid_are_printed(by_two, office):
    Inspection.objects.filter(pk=by_two.pk).update(
        lon=110.005, lat=22.005, accuracy_m=8, inside_grid=False, off_grid_m=37.4, distance_m=120.2
    )
    text = printed(office, by_two)
    assert "到场、离场" in text
    assert "误差8米，不在网格内，距网格37米，距登记位置120米" in text


def test_what_a_record_lacks_stays_a_blank(inspected, lead):
    text = printed(lead, inspected)
    assert "到场、离场被" not in text
    assert "距网格" not in text and "同行检查人签名" not in text and "（凭" not in text and "更正" not in text
    assert "见证人（拒签时）检查人签名" in text


def test_an_officer_alone_leaves_a_line_for_the_second(cast, lead):
    RoleHeld.objects.create(user=cast.wang, role="enforcement_officer", division="900000001")
    inspection = submit(cast.result(cast.task_for(1)), acting_user=cast.wang)
    assert not Fellow.objects.exists()
    assert printed(lead, inspection).count("同行检查人签名") == 1


def test_the_record_wins_over_what_the_issuer_writes(by_two, office):
    record = issue(office, "inspection-record", inspection_id=by_two.pk, hand={"witness": "别人"})
    text = docx_text(content(office, record, "docx"))
    assert "陈主任" in text and "别人" not in text


def test_a_corrected_record_says_which_one_corrects_it(cast, lead):
    task = sent(cast)
    first = submit(cast.result(task, fails=("gas",)), acting_user=cast.wang)
    paper = issue(lead, "inspection-record", inspection_id=first.pk)
    further = cast.result(task, corrects=first.pk, correction_reason="漏记一项")
    second = submit(further, acting_user=cast.wang)
    of_first, of_second = printed(lead, first), printed(lead, second)
    assert f"编号{second.pk}" in of_first and "更正，理由：漏记一项" in of_first
    assert f"编号{first.pk}，文书号{paper['number']}" in of_second and "本记录更正" in of_second
    assert "本记录更正" not in of_first
    again = issue(lead, "inspection-record", inspection_id=first.pk)
    assert f"编号{str(second.pk)[:8]}" in pdf_text(content(lead, again, "pdf"))


@pytest.mark.parametrize(
    ("agreed", "said"), [(True, "已阅，无异议：情况属实（boss"), (False, "已阅，有异议：情况属实（boss")]
)
def test_the_enterprises_acknowledgement_is_its_opinion(cast, lead, agreed, said):
    signatures = [
        NewSignature(role="inspector", name="王", sha256="cd" * 32),
        NewSignature(role="subject", name="老板", sha256=SUBJECT),
    ]
    inspection = submit(cast.result(sent(cast), signatures=signatures), acting_user=cast.wang)
    given = NewAcknowledgement(inspection_id=inspection.pk, at=clock.now(), agreed=agreed, note="情况属实")
    acknowledge(given, acting_user=cast.boss)
    assert said in printed(lead, inspection)


def test_an_outsider_has_no_record_of_two_either(cast, by_two):
    body = {"inspection_id": str(by_two.pk)}
    assert Phone(cast.other_lead).post("/api/papers/inspection-record", body).status_code == 404
