"""Who inspected, signed, found, missed and changed what, when, under which version: told by the journal alone."""

from datetime import timedelta
from uuid import uuid4

import pytest

from backend.accounts.models import RoleHeld
from backend.dispatch.models import Task
from backend.dispatch.services import hand_over
from backend.foundation import clock
from backend.hazards.models import Hazard
from backend.hazards.services import judge
from backend.inspections.models import Inspection
from backend.inspections.services import submit
from backend.journal.models import Event, EventBody
from backend.papers.tracing.proof import in_runs
from backend.territory.models import Posting
from tests.backend.hazards.loop import judgement
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
