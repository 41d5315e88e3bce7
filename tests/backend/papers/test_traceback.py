"""Who inspected, signed, found, missed and changed what, when, under which version: told by the journal alone."""

from datetime import timedelta
from uuid import uuid4

import pytest

from backend.accounts.models import RoleHeld
from backend.dispatch.models import Task
from backend.dispatch.queries import get_task
from backend.dispatch.steering import (
    Countersign,
    Decline,
    NewHolder,
    Return,
    WithReason,
    countersign,
    decline,
    hand_over,
    hand_over_task,
    return_task,
    withdraw,
)
from backend.foundation import clock
from backend.foundation.problems import Problem
from backend.hazards.bodies import Cancellation, Decision, Extension, Merge, ReportUp
from backend.hazards.merging import merge
from backend.hazards.models import Hazard
from backend.hazards.petitions import ask_extension, decide, propose_cancellation
from backend.hazards.reporting_up import report_up
from backend.hazards.services import ask_recheck, judge
from backend.hazards.states import HazardState
from backend.inspections.bodies import NewAcknowledgement, NewSignature
from backend.inspections.models import Inspection
from backend.inspections.services import acknowledge, submit
from backend.journal.models import Event, EventBody
from backend.papers.tracing.proof import in_runs
from backend.territory.models import Posting
from tests.backend.accounts.pin import give_pin
from tests.backend.dispatch.orders import sent
from tests.backend.hazards.loop import done, hazard_in, judgement, recheck
from tests.backend.inspections.records import signed_by_two, submit_with_pin
from tests.backend.papers.read_back import content, docx_text, issue, pdf_text
from tests.backend.phone import Phone
from tests.cast import TOWN

DAY = timedelta(days=1)


@pytest.fixture
def story(cast):
    """Ten days ago wang passed everything; five days ago li, to whom it was handed over, failed the gas item there. A task
    due two days ago was never done."""
    now = clock.now()
    RoleHeld.objects.update(since=clock.today() - 20 * DAY)
    Posting.objects.update(since=clock.today() - 20 * DAY)
    with clock.at(now - 10 * DAY):
        first = cast.task_for(2)
        submit(cast.result(first), acting_user=cast.wang)
    with clock.at(now - 5 * DAY):
        second = same_place(cast, first)
        hand_over(second, cast.li, acting_user=cast.lead, why="休假")
        submit(cast.result(second, fails=("gas",), assignment_no=2), acting_user=cast.li)
        hazard = Hazard.objects.get()
        judge(judgement(cast, hazard), acting_user=cast.officer)
    with clock.at(now - 3 * DAY):
        same_place(cast, first)
    cast.place = first.enterprise
    return cast


def same_place(cast, task):
    """Another task for the same enterprise: everybody else of the grid waits for one already."""
    return cast.send(2, per_grid=5).tasks.get(enterprise=task.enterprise)


def asked(**place):
    now = clock.now()
    return {"since": (now - 30 * DAY).isoformat(), "until": now.isoformat()} | place


def account(phone, **place):
    answered = phone.post("/api/tracebacks", asked(**place))
    assert answered.status_code == 200, answered.content
    return answered.json()


def of_the_place(story, phone=None):
    return account(phone or Phone(story.office), enterprise_id=str(story.place.pk))


def test_who_inspected_under_which_version(story):
    first, second = of_the_place(story)["inspections"]
    assert (first["inspector"], second["inspector"]) == ("wang", "li")
    assert (first["failed"], first["passed"]) == ([], 12)
    assert len(second["failed"]) == 1
    assert first["version"]["checklist_version"] == 1
    assert any("GB 35181" in standard for standard in first["version"]["standards"])


def test_who_signed_and_who_refused(story):
    signatures = {one["role"]: one for one in of_the_place(story)["inspections"][0]["signatures"]}
    assert signatures["inspector"]["signed"] and not signatures["inspector"]["arrived"]
    assert signatures["subject"]["refused_reason"] == "负责人不在"


def test_what_was_found_and_what_it_is_now(story):
    (hazard,) = of_the_place(story)["hazards"]
    assert (hazard["found_by"], hazard["state"], hazard["level"]) == ("li", "judged", "major")


def test_what_was_missed(story):
    missed = {one["kind"]: one for one in of_the_place(story)["missed"]}
    assert set(missed) == {"task_overdue", "passed_then_failed"}
    assert missed["passed_then_failed"]["who"] == "wang"
    assert "5 天后由li判不合格" in missed["passed_then_failed"]["what"]
    assert (missed["task_overdue"]["who"], "至今没有完成" in missed["task_overdue"]["what"]) == ("wang", True)


def test_who_changed_what(story):
    changes = of_the_place(story)["changes"]
    told = [(one["who"], one["what"]) for one in changes]
    assert any(who == "lead" and "由wang移交给li（第 2 次派发）" in what for who, what in told)
    assert any(who == "officer" and "待判定 → 已判定，判为重大" in what for who, what in told)
    assert [one["seq"] for one in changes] == sorted(one["seq"] for one in changes)


def test_the_period_bounds_what_is_told(story):
    now = clock.now()
    bounds = {"since": (now - 6 * DAY).isoformat(), "until": (now - 4 * DAY).isoformat()}
    answered = Phone(story.office).post("/api/tracebacks", bounds | {"enterprise_id": str(story.place.pk)}).json()
    assert [one["inspector"] for one in answered["inspections"]] == ["li"]
    assert [one["kind"] for one in answered["missed"]] == ["passed_then_failed"]


def test_it_is_told_by_the_journal_also_when_rows_are_gone(story):
    before = of_the_place(story)
    Inspection.objects.filter(inspector=story.wang).update(inspector=story.chen)
    Task.objects.update(deadline=clock.now() + DAY)
    after = of_the_place(story)
    assert (after["inspections"], after["missed"]) == (before["inspections"], before["missed"])


@pytest.fixture
def places(story):
    grid = story.grids[1]
    return {
        "enterprise": {"enterprise_id": str(story.place.pk)},
        "grid": {"grid_uid": str(grid.uid)},
        "village": {"division": grid.village.code},
        "town": {"division": f"{TOWN}000"},
        "around": {"around": {"lon": story.place.lon, "lat": 22.005, "radius_m": 50}},
    }


@pytest.mark.parametrize("what", ["enterprise", "grid", "village", "town", "around"])
def test_every_kind_of_place_finds_both_inspections(story, places, what):
    found = account(Phone(story.office), **places[what])
    assert [one["inspector"] for one in found["inspections"]] == ["wang", "li"]


def test_another_grid_and_far_away_find_nothing(story):
    office = Phone(story.office)
    assert account(office, grid_uid=str(story.grids[2].uid))["inspections"] == []
    assert account(office, around={"lon": 110.005, "lat": 22.001, "radius_m": 50})["changes"] == []


def test_the_proof_names_the_events_and_that_each_fits(story):
    found = of_the_place(story)
    proof = found["proof"]
    assert proof["chain_fits"] and proof["first_misfit"] is None
    used = {one["seq"]: one for one in proof["used"]}
    assert {one["seq"] for one in found["changes"]} <= set(used)
    assert all(one["fits"] for one in used.values())
    hashes = dict(Event.objects.filter(chain=TOWN, seq__in=used).values_list("seq", "hash"))
    assert {seq: one["hash"] for seq, one in used.items()} == hashes


def test_a_tampered_event_is_named(story):
    event = Event.objects.filter(type="inspection.submitted").order_by("seq").first()
    body = EventBody.objects.get(event=event)
    EventBody.objects.filter(pk=body.pk).update(body=body.body.replace('"verdict":"pass"', '"verdict":"fail"', 1))
    proof = of_the_place(story)["proof"]
    assert (proof["chain_fits"], proof["first_bad"], proof["first_misfit"]) == (False, event.seq, event.seq)
    (bad,) = [one for one in proof["used"] if not one["fits"]]
    assert (bad["seq"], bad["why"]) == (event.seq, "正文不是当初记下的正文")


def test_an_unreadable_event_is_named(story):
    event = Event.objects.filter(type="inspection.submitted").order_by("seq").first()
    EventBody.objects.filter(event=event).update(body=f'{{"inspection": "{story.place.pk}')
    proof = of_the_place(story)["proof"]
    assert (proof["unreadable"], proof["first_misfit"]) == ([event.seq], event.seq)


def test_a_break_elsewhere_in_the_chain_is_named_too(story):
    """An event of another place: what follows it is linked to a past that is not what it was."""
    other = (
        Event.objects.filter(chain=TOWN).exclude(content__body__contains=str(story.place.pk)).order_by("seq").first()
    )
    Event.objects.filter(pk=other.pk).update(hash="0" * 64)
    proof = of_the_place(story)["proof"]
    assert (proof["chain_fits"], proof["first_misfit"]) == (False, other.seq)
    assert all(one["fits"] for one in proof["used"])


def test_an_erased_body_is_counted(story):
    EventBody.objects.filter(event__type="hazard.reported").delete()
    assert of_the_place(story)["proof"]["erased"] == 1


def test_every_reading_is_in_the_journal(story):
    of_the_place(story, Phone(story.mayor))
    event = Event.objects.get(type="traceback.read")
    assert str(story.mayor.pk) in event.header
    assert event.target == str(story.place.pk)
    assert not event.deliveries.exists()


def test_fetching_the_paper_is_reading_too(story, office):
    paper = issue(office, "traceback", **asked(enterprise_id=str(story.place.pk)))
    assert Event.objects.filter(type="traceback.read").count() == 1
    content(office, paper, "pdf")
    last = Event.objects.filter(type="traceback.read").order_by("seq").last()
    assert paper["number"] in last.content.body


def test_the_paper_says_what_the_screen_says(story, office):
    paper = issue(office, "traceback", **asked(enterprise_id=str(story.place.pk)))
    for text in (docx_text(content(office, paper, "docx")).replace(" ", ""), pdf_text(content(office, paper, "pdf"))):
        assert story.place.name in text
        assert "判合格后又不合格" in text and "任务未完成" in text
        assert "由wang移交给li" in text
        assert "被检查方拒签：负责人不在" in text.replace("\n", "")
        assert "散列值和锚点相符" in text.replace("\n", "")


def test_a_paper_of_a_broken_chain_says_so(story, office):
    event = Event.objects.filter(type="inspection.submitted").order_by("seq").first()
    Event.objects.filter(pk=event.pk).update(hash="0" * 64)
    paper = issue(office, "traceback", **asked(enterprise_id=str(story.place.pk)))
    text = pdf_text(content(office, paper, "pdf"))
    assert f"链有不符：第{event.seq}号事件" in text
    assert f"第{event.seq}号事件：事件头与散列值不符" in text


def test_what_lies_outside_the_scope_does_not_exist(story):
    office = Phone(story.office)
    for place in ({"enterprise_id": str(uuid4())}, {"grid_uid": str(story.grids[4].uid)}, {"division": "900000002000"}):
        assert office.post("/api/tracebacks", asked(**place)).status_code == 404
    far = {"around": {"lon": 111.005, "lat": 22.005, "radius_m": 50}}
    assert office.post("/api/tracebacks", asked(**far)).status_code == 404
    assert not Event.objects.filter(type="traceback.read").exists()


def test_the_question_must_be_clear(story):
    office = Phone(story.office)
    assert office.post("/api/tracebacks", asked()).json()["code"] == "place_unclear"
    both = asked(division=f"{TOWN}000", enterprise_id=str(story.place.pk))
    assert office.post("/api/tracebacks", both).json()["code"] == "place_unclear"
    turned = {"since": clock.now().isoformat(), "until": (clock.now() - DAY).isoformat(), "division": f"{TOWN}000"}
    assert office.post("/api/tracebacks", turned).json()["code"] == "period_reversed"


def test_numbers_in_runs():
    assert in_runs([9, 3, 5, 4, 4]) == "3–5、9"
    assert in_runs([]) == ""


def told_of(cast, task):
    answered = Phone(cast.office).post(
        "/api/tracebacks", asked(enterprise_id=str(task.enterprise_id)) | {"until": LATER}
    )
    return " / ".join(one["what"] for one in answered.json()["changes"])


LATER = (clock.now() + DAY).isoformat()


def test_kinds_declines_hand_overs_returns_and_withdrawals_are_told_with_their_reasons(cast):
    task = cast.send(1, per_grid=1).tasks.get()
    decline(Decline(task_id=task.pk, assignment_no=1, at=clock.now(), why="生病"), acting_user=cast.wang)
    with pytest.raises(Problem, match="assignee_unfit"):
        hand_over_task(task.pk, NewHolder(to=cast.boss.pk, why="换人"), acting_user=cast.lead)
    hand_over(get_task(task.pk), cast.li, acting_user=cast.lead, why="换人")
    submit(cast.result(task, assignment_no=2), acting_user=cast.li)
    return_task(Return(task_id=task.pk, why="照片不清"), acting_user=cast.lead)
    withdraw(task.pk, WithReason(why="单位已停业"), acting_user=cast.lead)
    told = told_of(cast, task)
    for words in ("检查任务“", "已谢绝（生病）", "未获准的操作“移交”（", "由wang移交给li", "退回重做（照片不清）",
                  "已撤回（单位已停业）"):  # fmt: skip
        assert words in told, (words, told)


def test_parties_and_countersignatures_are_told(cast):
    fire = cast.departments["xf"]
    task = sent(cast, kind="joint", assignee_id=cast.officer.pk, participant_ids=[fire.pk])
    for who in ("officer", "head"):
        give_pin(cast.people[who])
    submit_with_pin(signed_by_two(cast, task, cast.head), cast.officer)
    countersign(task.pk, Countersign(note="无异议"), acting_user=cast.other_lead)
    told = told_of(cast, task)
    assert "联合检查任务“" in told and "参与部门：消防工作站" in told
    assert "消防工作站other_lead会签：无异议" in told


def test_every_step_of_the_loop_is_told(cast):
    hazard = hazard_in(cast, HazardState.RECTIFYING)
    report_up(ReportUp(hazard_id=hazard.pk), acting_user=cast.boss)
    more = Extension(hazard_id=hazard.pk, deadline=clock.now() + 14 * DAY, reason="配件未到")
    ask_extension(more, acting_user=cast.boss)
    petition = hazard.petitions.get()
    decide(Decision(hazard_id=hazard.pk, petition_id=petition.pk, granted=True, why="属实"), acting_user=cast.office)
    ask_recheck(done(hazard, note="已清"), acting_user=cast.boss)
    with pytest.raises(Problem):
        recheck(hazard, acting_user=cast.boss)
    recheck(hazard, acting_user=cast.officer, passed=False)
    twin = hazard_in(cast, HazardState.REPORTED)
    merge(Merge(hazard_id=twin.pk, into=hazard.pk, why="同一处"), acting_user=cast.officer)
    other = hazard_in(cast, HazardState.REPORTED)
    propose_cancellation(Cancellation(hazard_id=other.pk, reason="看错了"), acting_user=cast.officer)
    no = Decision(hazard_id=other.pk, petition_id=other.petitions.get().pk, granted=False, why="不同意")
    decide(no, acting_user=cast.office)
    told = told_of(cast, hazard)
    for words in (
        "责令整改：王店主，清出充电车辆",
        "向消防工作站报告",
        "申请延期至",
        "同意延期（配件未到）",
        "boss第 1 次报告整改完成：已清",
        "officer复查（楼道充电 未整改）",
        "意见：插座仍在楼道",
        f"并入隐患 {hazard.number}",
        "申请撤销：看错了",
        "未同意撤销（看错了）",
        f"隐患 {hazard.number}：未获准的操作“复查”",
    ):
        assert words in told, (words, told)


def test_corrections_and_the_acknowledgement_are_told(cast):
    task = sent(cast)
    signatures = [
        NewSignature(role="inspector", name="王", sha256="cd" * 32),
        NewSignature(role="subject", name="老板", sha256="ce" * 32),
    ]
    first = submit(cast.result(task, signatures=signatures), acting_user=cast.wang)
    given = NewAcknowledgement(inspection_id=first.pk, at=clock.now(), agreed=False, note="有出入")
    acknowledge(given, acting_user=cast.boss)
    second = submit(cast.result(task, corrects=first.pk, correction_reason="漏记"), acting_user=cast.wang)
    told = told_of(cast, task)
    assert "企业确认：boss有异议：有出入" in told
    assert f"由记录 {second.pk} 更正" in told and f"更正记录 {first.pk}：漏记" in told
    answered = Phone(cast.office).post(
        "/api/tracebacks", asked(enterprise_id=str(task.enterprise_id)) | {"until": LATER}
    )
    of_first, of_second = answered.json()["inspections"]
    assert (of_first["corrected_by"], of_second["corrects"]) == (str(second.pk), str(first.pk))
    assert of_first["acknowledged"] == "boss有异议：有出入"
