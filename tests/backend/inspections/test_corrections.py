"""Locked when signed: corrected only by a further record, both kept and shown; the enterprise's acknowledgement."""

from uuid import uuid4

import pytest

from backend.accounts.roles import Role
from backend.dispatch.queries import get_task
from backend.foundation import clock
from backend.foundation.problems import Problem
from backend.hazards.models import Hazard
from backend.inspections.bodies import NewAcknowledgement
from backend.inspections.models import Acknowledgement, Inspection
from backend.inspections.services import acknowledge, submit
from backend.inspections.views import inspection_view
from backend.journal.queries import after
from tests.backend.dispatch.orders import also, refusals, sent
from tests.backend.phone import Phone


@pytest.fixture
def first(cast):
    """The record of the principal's shop, with one failed item."""
    return submit(cast.result(sent(cast), fails=("gas",)), acting_user=cast.wang)


def correction(cast, first, **changes):
    task = get_task(first.task_id)
    whole = {"corrects": first.pk, "correction_reason": "漏记一项"} | changes
    return cast.result(task, **({"assignment_no": 1} | whole))


def test_both_are_kept_and_refer_to_each_other(cast, first):
    answers = list(first.answers.values_list("item", "verdict"))
    second = submit(correction(cast, first), acting_user=cast.wang)
    shown = {row["id"]: row for row in Phone(cast.lead).get("/api/inspections").json()["results"]}
    assert shown[str(first.pk)]["corrected_by"] == str(second.pk)
    assert (shown[str(second.pk)]["corrects"], shown[str(second.pk)]["correction_reason"]) == (
        str(first.pk),
        "漏记一项",
    )
    assert list(Inspection.objects.get(pk=first.pk).answers.values_list("item", "verdict")) == answers
    assert get_task(first.task_id).inspection_id == first.pk, "the task stays answered by the first"
    assert [event["t"] for event in after(f"p:{cast.wang.pk}", 0, 50)][-2:] == [
        "inspection.changed",
        "inspection.submitted",
    ]


def test_a_hazard_said_again_is_not_opened_again_and_a_new_one_is(cast, first):
    second = submit(correction(cast, first, fails=("gas", "wiring")), acting_user=cast.wang)
    assert Hazard.objects.count() == 2
    fresh = Inspection.objects.get(pk=second.pk)
    assert first.hazard_ids[0] in fresh.hazard_ids
    assert len(fresh.hazard_ids) == 2


def test_a_correction_is_itself_corrected_only_by_a_further_one(cast, first):
    second = submit(correction(cast, first), acting_user=cast.wang)
    with pytest.raises(Problem, match="already_corrected") as refused:
        submit(correction(cast, first), acting_user=cast.wang)
    assert refused.value.fields["by"] == str(second.pk)
    third = submit(correction(cast, second, fails=("gas",)), acting_user=cast.wang)
    assert third.corrects_id == second.pk
    assert Hazard.objects.count() == 1, "the hazard of the first record is known through the second"


@pytest.mark.parametrize(
    ("changes", "code"), [({"correction_reason": " "}, "correction_unfit"), ({"corrects": uuid4()}, "not_found")]
)
def test_a_correction_needs_its_reason_and_its_record(cast, first, changes, code):
    with pytest.raises(Problem, match=code):
        submit(correction(cast, first, **changes), acting_user=cast.wang)


def test_a_record_of_another_task_is_not_corrected(cast, first):
    other = cast.task_for(2)
    with pytest.raises(Problem, match="correction_unfit"):
        submit(cast.result(other, corrects=first.pk, correction_reason="x"), acting_user=cast.wang)


@pytest.mark.parametrize("who", ["li", "lead", "head", "office", "boss", "stranger"])
def test_nobody_else_corrects_it(cast, first, who):
    with pytest.raises(Problem, match="not_your"):
        submit(correction(cast, first), acting_user=cast.people[who])
    assert Inspection.objects.count() == 1


def test_no_entrance_changes_a_record(cast, first):
    phone = Phone(cast.wang)
    for method in ("put", "patch", "delete"):
        assert phone._send(method, f"/api/inspections/{first.pk}", b"{}", "application/json").status_code in (403, 405)
    same = cast.result(get_task(first.task_id), inspection_id=first.pk)
    with pytest.raises(Problem, match="record_id_used"):
        submit(same, acting_user=cast.wang)


def word(first, **changes):
    return NewAcknowledgement(**({"inspection_id": first.pk, "at": clock.now()} | changes))


def test_the_enterprise_hears_of_the_record_and_acknowledges_it(cast, first):
    assert "inspection.submitted" in [event["t"] for event in after(f"p:{cast.boss.pk}", 0, 50)]
    answered = Phone(cast.boss).post("/api/inspections/acknowledgements", word(first, note="已知悉"))
    assert answered.status_code == 201
    given = answered.json()["acknowledgement"]
    assert (given["by"]["name"], given["agreed"], given["note"]) == ("boss", True, "已知悉")
    assert Phone(cast.lead).get(f"/api/inspections/{first.pk}").json()["acknowledgement"] == given


def test_from_the_enterprises_phone_it_is_an_operation(cast, first):
    phone = Phone(cast.guard)
    assert phone.submit(phone.op("inspection.acknowledge", word(first)))[0]["status"] == "applied"
    assert phone.submit(phone.op("inspection.acknowledge", word(first)))[0]["code"] == "already_acknowledged"
    assert Acknowledgement.objects.get().user == cast.guard


def test_an_objection_is_kept_with_its_reason(cast, first):
    with pytest.raises(Problem, match="objection_unexplained"):
        acknowledge(word(first, agreed=False), acting_user=cast.boss)
    acknowledge(word(first, agreed=False, note="不是我店"), acting_user=cast.boss)
    assert Acknowledgement.objects.get().note == "不是我店"


@pytest.mark.parametrize(("who", "status"), [("wang", 403), ("lead", 403), ("office", 403), ("stranger", 403)])
def test_nobody_acknowledges_for_the_enterprise(cast, first, who, status):
    assert Phone(cast.people[who]).post("/api/inspections/acknowledgements", word(first)).status_code == status
    assert not Acknowledgement.objects.exists()


def test_the_principal_of_another_enterprise_is_an_outsider(cast, first):
    neighbour = also(cast.expert, Role.ENTERPRISE_PRINCIPAL, enterprise_id=cast.enterprises[1].pk)
    assert Phone(neighbour).post("/api/inspections/acknowledgements", word(first)).json()["code"] == "not_found"
    insider = also(cast.lead, Role.ENTERPRISE_STAFF, enterprise_id=cast.enterprises[1].pk)
    assert Phone(insider).post("/api/inspections/acknowledgements", word(first)).json()["code"] == "not_your_enterprise"
    assert [code for _, code, _ in refusals()] == ["not_your_enterprise"]


def test_a_corrected_record_is_acknowledged_no_more(cast, first):
    submit(correction(cast, first), acting_user=cast.wang)
    with pytest.raises(Problem, match="already_corrected"):
        acknowledge(word(first), acting_user=cast.boss)
    assert inspection_view(first).acknowledgement is None
