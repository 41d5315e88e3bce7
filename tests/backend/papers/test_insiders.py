"""What people of an enterprise never read on a paper: that there was a tip, and an unannounced task before its result is in."""

import json

import pytest

from backend.accounts.roles import Role
from backend.dispatch.queries import get_task
from backend.dispatch.steering import hand_over
from backend.foundation import clock
from backend.hazards.models import Source
from backend.hazards.services import ask_recheck, judge, order_rectification, report
from backend.inspections.bodies import Fellow, NewSignature
from tests.backend.accounts.pin import give_pin
from tests.backend.dispatch.orders import again, also, sent
from tests.backend.dispatch.test_unannounced import answer_it
from tests.backend.hazards.loop import done, finding, judgement, order, recheck
from tests.backend.inspections.records import submit_with_pin
from tests.backend.papers.read_back import content, docx_text, issue, pdf_text
from tests.backend.papers.test_ledger import body, cell, ledger
from tests.backend.papers.test_traceback import DAY
from tests.backend.phone import Phone
from tests.cast import TOWN


@pytest.fixture
def tipped(cast):
    """A tip about the boss's shop, brought as far as the re-check."""
    hazard = report(finding(cast, source=Source.TIP), acting_user=cast.officer)
    for step, asked, by in (
        (judge, judgement(cast, hazard), cast.officer),
        (order_rectification, order(hazard, rectifier=cast.boss), cast.officer),
        (ask_recheck, done(hazard), cast.boss),
    ):
        step(asked, acting_user=by)
    return recheck(hazard, acting_user=cast.officer, passed=False)


@pytest.mark.parametrize("who", ["boss", "guard"])
def test_in_their_ledger_a_tip_reads_department(cast, tipped, who):
    (row,) = body(ledger(Phone(cast.people[who]), town=TOWN))
    assert (row[0], cell(row, "来源")) == (tipped.number, "部门检查")


def test_in_the_ledger_of_the_office_it_is_a_tip(tipped, office):
    assert [cell(row, "来源") for row in body(ledger(office))] == ["举报"]


def test_an_officer_with_a_post_at_an_enterprise_reads_department_too(cast, tipped):
    insider = also(cast.office, Role.ENTERPRISE_STAFF, enterprise_id=cast.enterprises[0].pk)
    assert [cell(row, "来源") for row in body(ledger(Phone(insider)))] == ["部门检查"]


@pytest.mark.parametrize("kind", ["rectification-order", "recheck-opinion"])
def test_what_is_handed_to_the_enterprise_names_no_tip(tipped, office, kind):
    paper = issue(office, kind, hazard_ids=[tipped.pk])
    for text in (docx_text(content(office, paper, "docx")), pdf_text(content(office, paper, "pdf"))):
        assert tipped.number in text and "举报" not in text


def test_an_insider_reads_no_ledger_that_was_made_for_others(cast, tipped, office):
    """Nor a trace-back; but those made for them."""
    ledger(office)
    issue(office, "traceback", **place(cast))
    insider = Phone(also(cast.mayor, Role.ENTERPRISE_STAFF, enterprise_id=cast.enterprises[0].pk))
    assert insider.get("/api/papers").json()["results"] == []
    own = issue(insider, "hazard-ledger")
    assert [one["id"] for one in insider.get("/api/papers").json()["results"]] == [own["id"]]


def place(cast):
    now = clock.now()
    about = {"enterprise_id": str(cast.enterprises[0].pk)}
    return {"since": (now - 30 * DAY).isoformat(), "until": (now + DAY).isoformat()} | about


def traced(cast, user):
    answered = Phone(user).post("/api/tracebacks", place(cast))
    assert answered.status_code == 200, answered.content
    return answered.json()


@pytest.fixture
def insider(cast):
    """Of the safety office, and with a post at the enterprise that is to be inspected."""
    return also(cast.office, Role.ENTERPRISE_STAFF, enterprise_id=cast.enterprises[0].pk)


@pytest.fixture
def secret(cast, insider):
    return sent(cast, kind="unannounced", title="暗查一号", assignee_id=cast.officer.pk)


def test_a_traceback_tells_an_insider_nothing_of_an_unannounced_task_before_its_result(cast, insider, secret):
    assert "暗查一号" in json.dumps(traced(cast, cast.mayor), ensure_ascii=False)
    told = traced(cast, insider)
    assert told["changes"] == [] and told["proof"]["used"] == []
    paper = issue(Phone(insider), "traceback", **place(cast))
    assert "暗查" not in docx_text(content(Phone(insider), paper, "docx"))
    answer_it(cast, secret)
    assert "暗查一号" in json.dumps(traced(cast, insider), ensure_ascii=False), "now the enterprise must know"


def test_what_was_refused_about_it_is_not_told_either(cast, insider, secret):
    to_a_worker = {"to": str(cast.wang.pk), "why": "换人"}
    assert Phone(cast.lead).post(f"/api/tasks/{secret.pk}/hand-over", to_a_worker).status_code == 422
    assert any("未获准的操作" in one["what"] for one in traced(cast, cast.mayor)["changes"])
    assert traced(cast, insider)["changes"] == []


def test_a_late_record_of_it_and_its_paper_stay_hidden(cast, insider, secret):
    """The officer was there, but the task is the head's now."""
    hand_over(get_task(secret.pk), cast.head, acting_user=cast.lead, why="换人")
    give_pin(cast.officer)
    signatures = [
        NewSignature(role="inspector", name="官", sha256="cd" * 32),
        NewSignature(role="subject", name="老板", sha256="ce" * 32),
    ]
    fellows = [Fellow(user_id=cast.head.pk, sha256="cf" * 32)]
    late = submit_with_pin(cast.result(secret, signatures=signatures, inspectors=fellows), cast.officer)
    assert late.late
    made = issue(Phone(cast.lead), "inspection-record", inspection_id=late.pk)
    phone = Phone(again(insider))
    assert phone.get("/api/papers").json()["results"] == []
    assert phone.get(f"/api/papers/{made['id']}/pdf").status_code == 404
    told = traced(cast, insider)
    assert (told["changes"], told["inspections"]) == ([], [])
    assert [one["id"] for one in Phone(cast.mayor).get("/api/papers").json()["results"]] == [made["id"]]
