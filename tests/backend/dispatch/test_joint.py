"""Joint inspections: complete only when every department that takes part has countersigned."""

import pytest

from backend.accounts.roles import Role
from backend.dispatch.models import Countersignature, Task
from backend.dispatch.queries import get_task
from backend.foundation.problems import Problem
from backend.inspections.bodies import Fellow, NewSignature, SignedRecord
from backend.inspections.services import submit_signed
from backend.journal.models import Delivery, Event
from tests.backend.accounts.pin import PIN, give_pin
from tests.backend.dispatch.orders import again, also, refusals, sent
from tests.backend.phone import Phone


@pytest.fixture
def joint(cast):
    return sent(cast, kind="joint", assignee_id=cast.officer.pk, participant_ids=[cast.departments["xf"].pk])


def answer_it(cast, task):
    give_pin(cast.officer)
    signatures = [
        NewSignature(role="inspector", name="官", sha256="cd" * 32),
        NewSignature(role="subject", name="老板", sha256="ce" * 32),
    ]
    record = cast.result(
        task, assignment_no=get_task(task.pk).assignment_no, signatures=signatures,
        inspectors=[Fellow(user_id=cast.head.pk, sha256="cf" * 32)],
    )  # fmt: skip
    return submit_signed(SignedRecord(record=record, pin=PIN), acting_user=again(cast.officer))


def countersign(who, task, **body):
    return Phone(who).post(f"/api/tasks/{task.pk}/countersignature", body)


def test_a_result_alone_does_not_complete_it(cast, joint):
    answer_it(cast, joint)
    assert get_task(joint.pk).state == "submitted"
    assert not Event.objects.filter(type="task.completed").exists()


def test_the_last_countersignature_completes_it(cast, joint):
    answer_it(cast, joint)
    answered = countersign(cast.other_lead, joint, note="情况属实")
    assert (answered.status_code, answered.json()["state"]) == (200, "completed")
    (party,) = answered.json()["parties"]
    assert (party["signed_by"]["name"], party["note"]) == ("other_lead", "情况属实")
    assert Event.objects.filter(type="task.completed").count() == 1


def test_the_departments_that_take_part_see_and_hear_it(cast, joint):
    assert str(joint.pk) in Phone(cast.other_lead).get("/api/tasks").content.decode()
    assert str(joint.dispatch_id) in Phone(cast.other_lead).get("/api/dispatches").content.decode()
    assert Delivery.objects.filter(stream=f"d:{cast.departments['xf'].pk}").exists()
    rows = Phone(cast.other_lead).snapshot(f"d:{cast.departments['xf'].pk}")["rows"]
    assert [row["v"]["id"] for row in rows if row["k"] == "task"] == [str(joint.pk)]


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("lead", "not_a_party"),
        ("head", "not_a_party"),
        ("officer", "not_allowed"),
        ("office", "not_allowed"),
        ("mayor", "not_allowed"),
        ("boss", "not_allowed"),
        ("wang", "not_allowed"),
    ],
)
def test_nobody_else_countersigns(cast, joint, who, code):
    answer_it(cast, joint)
    answered = countersign(cast.people[who], joint)
    assert (answered.status_code, answered.json()["code"]) == (403, code)
    assert get_task(joint.pk).state == "submitted"


def test_before_there_is_a_result_there_is_nothing_to_sign(cast, joint):
    assert countersign(cast.other_lead, joint).json()["code"] == "illegal_move"
    assert [act for act, *_ in refusals()] == ["task.countersign"]
    assert not Countersignature.objects.exclude(at=None).exists()


def test_nobody_signs_twice_and_nobody_for_their_own_work(cast, joint):
    both = also(cast.officer, Role.DEPARTMENT_LEAD, department=cast.departments["xf"])
    answer_it(cast, joint)
    assert countersign(both, joint).json()["code"] == "own_countersignature"
    countersign(cast.other_lead, joint)
    assert countersign(cast.other_lead, joint).json()["code"] == "illegal_move"


def test_after_a_return_everybody_signs_anew(cast, joint):
    answer_it(cast, joint)
    countersign(cast.other_lead, joint)
    Phone(cast.lead).post("/api/tasks/returns", {"task_id": joint.pk, "why": "漏了一层"})
    (party,) = Phone(cast.lead).get(f"/api/tasks/{joint.pk}").json()["parties"]
    assert party["signed_by"] is None
    assert Countersignature.objects.filter(task=joint).count() == 2, "the first signature is kept"
    answer_it(cast, joint)
    assert get_task(joint.pk).state == "submitted"
    assert countersign(cast.other_lead, joint).json()["state"] == "completed"


def test_a_department_that_takes_part_steers_nothing(cast, joint):
    answered = Phone(cast.other_lead).post(f"/api/tasks/{joint.pk}/withdrawal", {"why": "x"})
    assert answered.json()["code"] == "not_your_dispatch"


def test_who_has_a_pin_is_asked_for_it(cast, joint):
    answer_it(cast, joint)
    give_pin(cast.other_lead)
    for pin in (None, "135790"):
        assert countersign(cast.other_lead, joint, pin=pin).json()["code"] == "pin_refused"
    assert get_task(joint.pk).state == "submitted"
    assert countersign(cast.other_lead, joint, pin=PIN).json()["state"] == "completed"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "joint", "participant_ids": []}, "participants_missing"),
        ({"kind": "joint", "participant_ids": ["yj"]}, "participants_unfit"),
        ({"kind": "unannounced", "participant_ids": ["xf"]}, "participants_unfit"),
        ({"kind": "joint", "participant_ids": ["xf"], "by": "office"}, "participants_missing"),
        ({"kind": "joint", "participant_ids": ["xf"], "department_id": "xf"}, "department_not_yours"),
    ],
)
def test_what_cannot_be_joint_is_refused_and_nothing_is_sent(cast, changes, code):
    changes["participant_ids"] = [cast.departments[name].pk for name in changes["participant_ids"]]
    if "department_id" in changes:
        changes["department_id"] = cast.departments[changes["department_id"]].pk
    with pytest.raises(Problem, match=code):
        sent(cast, assignee_id=cast.officer.pk, **changes)
    assert not Task.objects.exists()


def test_the_office_names_the_lead_department(cast):
    emergency, fire = cast.departments["yj"], cast.departments["xf"]
    task = sent(
        cast,
        by="office",
        kind="joint",
        assignee_id=cast.officer.pk,
        department_id=emergency.pk,
        participant_ids=[fire.pk],
    )
    assert task.dispatch.department == emergency
