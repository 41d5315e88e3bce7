"""四不两直: the people of the enterprise learn nothing of the visit, in no list, stream or event, before its result is in."""

import json

import pytest

from backend.accounts.roles import Role
from backend.dispatch.models import Task
from backend.dispatch.planning import Wanted, plan
from backend.dispatch.queries import get_task
from backend.dispatch.steering import hand_over
from backend.foundation.problems import Problem
from backend.inspections.bodies import Fellow, NewSignature, SignedRecord
from backend.inspections.services import submit_signed
from backend.journal.models import Delivery
from backend.sync.streams import streams_of
from tests.backend.accounts.pin import PIN, give_pin
from tests.backend.dispatch.orders import again, also, first_shop, sent
from tests.backend.phone import Phone

LISTS = ("tasks", "dispatches", "inspections", "reminders", "hazards")


@pytest.fixture
def moonlighter(cast):
    """The principal is at the same time an officer of the department that sends, and hears its stream."""
    return also(cast.boss, Role.ENFORCEMENT_OFFICER, department=cast.departments["yj"])


@pytest.fixture
def secret(cast, moonlighter):
    return sent(cast, kind="unannounced", assignee_id=cast.officer.pk)


def answer_it(cast, task):
    for who in ("officer", "head"):
        give_pin(cast.people[who])
    signatures = [
        NewSignature(role="inspector", name="官", sha256="cd" * 32),
        NewSignature(role="subject", name="老板", sha256="ce" * 32),
    ]
    number = get_task(task.pk).assignment_no
    record = cast.result(
        task, assignment_no=number, signatures=signatures, inspectors=[Fellow(user_id=cast.head.pk, sha256="cf" * 32)]
    )
    return submit_signed(SignedRecord(record=record, pin=PIN), acting_user=again(cast.officer))


def everything_seen_by(user):
    """All that the server says to the person: every list, every snapshot, every event of every stream."""
    phone = Phone(user)
    said = [phone.get(f"/api/{what}").content.decode() for what in LISTS]
    streams = streams_of(again(user))
    said += [json.dumps(phone.snapshot(stream)["rows"]) for stream in streams if stream[0] in "pdo"]
    said.append(json.dumps(phone.pull(dict.fromkeys(streams, 0))["events"]))
    return "".join(said)


@pytest.mark.parametrize("post", ["principal", "officer too", "leader too"])
def test_until_the_result_is_in_nothing_says_it(cast, post):
    """Seen failing for `officer too` and `leader too` without `closed_streams`, and for both without `hidden_from`."""
    if post == "officer too":
        also(cast.boss, Role.ENFORCEMENT_OFFICER, department=cast.departments["yj"])
    if post == "leader too":
        also(cast.boss, Role.TOWN_LEADER)
    task = sent(cast, kind="unannounced", assignee_id=cast.officer.pk)
    assert str(task.pk) not in everything_seen_by(cast.boss)
    assert str(task.dispatch_id) not in everything_seen_by(cast.boss)
    assert Phone(cast.boss).get(f"/api/tasks/{task.pk}").status_code == 404
    record = answer_it(cast, task)
    assert str(record.pk) in everything_seen_by(cast.boss), "now the enterprise must know"


def test_an_announced_one_is_seen_by_who_hears_the_department(cast, moonlighter):
    """So that the test above can fail: the same person, an ordinary inspection."""
    task = sent(cast)
    assert str(task.pk) in everything_seen_by(cast.boss)


def test_who_sends_and_who_goes_know(cast, secret):
    assert str(secret.pk) in Phone(cast.lead).get("/api/tasks").content.decode()
    heard = set(Delivery.objects.values_list("stream", flat=True))
    assert f"p:{cast.officer.pk}" in heard
    assert f"d:{cast.departments['yj'].pk}" not in heard, "the principal hears it"


def test_where_nobody_holds_two_posts_the_department_hears_it_live(cast):
    sent(cast, kind="unannounced", assignee_id=cast.officer.pk)
    assert f"d:{cast.departments['yj'].pk}" in set(Delivery.objects.values_list("stream", flat=True))


def test_after_the_result_the_shared_streams_have_it_too(cast, secret):
    answer_it(cast, secret)
    assert Delivery.objects.filter(stream=f"d:{cast.departments['yj'].pk}").exists()
    assert get_task(secret.pk).state == "completed"


def test_a_withdrawn_one_is_never_told(cast, secret):
    Phone(cast.lead).post(f"/api/tasks/{secret.pk}/withdrawal", {"why": "改期"})
    assert str(secret.pk) not in everything_seen_by(cast.boss)


def test_nobody_inspects_where_they_have_a_post(cast, moonlighter):
    wanted = Wanted(
        enterprise_ids=[cast.enterprises[0].pk], checklist_id=cast.checklist.pk, kind="unannounced",
        assignee_id=cast.boss.pk,
    )  # fmt: skip
    assert [skipped.code for skipped in plan(cast.lead, wanted).skipped] == ["own_enterprise"]


def test_a_lead_with_a_post_there_does_not_learn_from_a_plan_that_one_is_under_way(cast):
    sent(cast, kind="unannounced", assignee_id=cast.officer.pk)
    insider = also(cast.lead, Role.ENTERPRISE_STAFF, enterprise_id=cast.enterprises[0].pk)
    made = plan(insider, first_shop(cast, kind="unannounced", assignee_id=cast.officer.pk))
    assert [skipped.code for skipped in made.skipped] == ["own_enterprise"]
    assert not made.chosen


def test_a_late_result_does_not_tell_of_the_visit_still_to_come(cast, secret):
    """The officer was there, but the task is the head's now: the enterprise hears when the head has been."""
    hand_over(get_task(secret.pk), cast.head, acting_user=cast.lead, why="换人")
    give_pin(cast.officer)
    record = cast.result(
        secret, signatures=[
            NewSignature(role="inspector", name="官", sha256="cd" * 32),
            NewSignature(role="subject", name="老板", sha256="ce" * 32),
        ], inspectors=[Fellow(user_id=cast.head.pk, sha256="cf" * 32)],
    )  # fmt: skip
    late = submit_signed(SignedRecord(record=record, pin=PIN), acting_user=again(cast.officer))
    assert late.late
    assert str(late.pk) not in everything_seen_by(cast.boss)


def test_somebody_must_be_named(cast):
    with pytest.raises(Problem, match="assignee_missing"):
        plan(cast.lead, first_shop(cast, kind="unannounced"))
    assert not Task.objects.exists()
