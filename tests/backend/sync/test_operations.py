"""Operations in: each stored, each answered, exactly once, whatever comes."""

from uuid import uuid4

import msgspec
import pytest

from backend.accounts.models import Device
from backend.dispatch.services import Step
from backend.foundation import blobs, clock
from backend.inspections.models import Inspection
from backend.journal.models import Event
from backend.sync.models import ContestedOperation, Operation
from tests.backend.phone import Phone


@pytest.fixture
def phone(cast):
    return Phone(cast.wang)


def step(task):
    return Step(task_id=task.pk, assignment_no=1, at=clock.now())


def test_an_operation_is_applied_and_its_origin_stands_in_the_journal(cast, phone):
    op = phone.op("task.accept", step(cast.task_for(1)))
    (result,) = phone.submit(op)
    assert result["status"] == "applied"
    header = Event.objects.latest("seq").header
    assert str(op["op_id"]) in header
    assert str(Device.objects.get(user=cast.wang).pk) in header


def test_the_same_again_is_answered_and_not_done_twice(cast, phone):
    op = phone.op("task.accept", step(cast.task_for(1)))
    phone.submit(op)
    events = Event.objects.count()
    (again,) = phone.submit(op)
    assert again["status"] == "replay"
    assert Event.objects.count() == events


def test_the_same_twice_in_one_batch(cast, phone):
    op = phone.op("task.accept", step(cast.task_for(1)))
    assert [r["status"] for r in phone.submit(op, op)] == ["applied", "replay"]


def test_other_content_under_a_used_id_is_refused_and_both_are_kept(cast, phone):
    first = phone.op("task.open", step(cast.task_for(1)))
    second = phone.op("task.accept", step(cast.task_for(2)), op_id=first["op_id"])
    phone.submit(first)
    (result,) = phone.submit(second)
    assert (result["status"], result["code"]) == ("rejected", "op_id_reused")
    assert ContestedOperation.objects.get().op_id == first["op_id"]


def test_another_persons_operation_id_is_not_theirs_to_use(cast, phone):
    op = phone.op("task.accept", step(cast.task_for(1)))
    phone.submit(op)
    (result,) = Phone(cast.chen).submit(op)
    assert result["code"] == "op_id_reused"


def test_a_bad_one_blocks_nothing(cast, phone):
    good = phone.op("task.accept", step(cast.task_for(1)))
    unknown = phone.op("task.explode", {})
    unreadable = phone.op("task.accept", {"task_id": "no"})
    foreign = phone.op("task.accept", step(cast.task_for(3)))
    statuses = [r["status"] for r in phone.submit(unknown, unreadable, foreign, good)]
    assert statuses == ["quarantined", "quarantined", "rejected", "applied"]
    assert Operation.objects.count() == 4, "whatever arrives is kept"


def test_an_unknown_field_is_no_silent_loss(cast, phone):
    body = {"task_id": str(cast.task_for(1).pk), "assignment_no": 1, "at": "2026-11-23T08:00:00Z", "voice_note": "…"}
    (result,) = phone.submit(phone.op("task.accept", body))
    assert (result["status"], result["code"]) == ("quarantined", "unreadable")
    assert "voice_note" in Operation.objects.get().body


def test_our_own_failure_is_quarantined_and_leaves_nothing_half_done(cast, phone, monkeypatch):
    task = cast.task_for(1)

    def fail(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("backend.inspections.services.record_visit", fail)
    (result,) = phone.submit(phone.op("inspection.submit", cast.result(task)))
    task.refresh_from_db()
    assert result["status"] == "quarantined"
    assert not Inspection.objects.exists()
    assert task.state == "sent"


def test_a_record_counts_before_its_photos_and_is_whole_after_them(cast, phone):
    photo = b"\xff\xd8 a photo"
    task = cast.task_for(1)
    result = cast.result(task)
    result = cast.result(task, signatures=[_signature(s, blobs.hash_of(photo)) for s in result.signatures])
    op = phone.op("inspection.submit", result)
    (first,) = phone.submit(op)
    assert (first["status"], first["missing_blobs"]) == ("awaiting_blob", [blobs.hash_of(photo)])
    task.refresh_from_db()
    assert task.state == "completed"
    phone.upload(photo, piece=4)
    (second,) = phone.submit(op)
    assert (second["status"], second["missing_blobs"]) == ("replay", [])
    assert Inspection.objects.get().signatures.get(role="inspector").stored
    assert Operation.objects.get(pk=op["op_id"]).status == "applied"


def _signature(signature, sha):
    return type(signature)(role=signature.role, name="王", sha256=sha) if signature.sha256 else signature


def test_somebody_without_a_session_leaves_nothing(cast):
    outsider = Phone()
    answered = outsider.post("/api/ops", {"v": 1, "epoch": "", "ops": []})
    assert (answered.status_code, answered.json()["code"]) == (401, "not_signed_in")


def test_another_epoch_is_said_before_anything_is_taken(cast, phone):
    phone.me["epoch"] = str(uuid4())
    answered = phone.post("/api/ops", {"v": 1, "epoch": phone.me["epoch"], "ops": [phone.op("task.open", {})]})
    assert (answered.status_code, answered.json()["code"]) == (409, "epoch_changed")
    assert not Operation.objects.exists()


@pytest.mark.parametrize("body", [b"", b"{", b'{"v":1}', b"[" * 100_000, b'{"v":NaN}', b"\xff\xfe"])
def test_what_cannot_be_read_is_a_clear_refusal_and_never_a_crash(phone, body):
    answered = phone._send("post", "/api/ops", body, "application/json")
    assert (answered.status_code, answered.json()["code"]) == (400, "unreadable")


@pytest.mark.parametrize("odd", ["\\ud83d", "\\u0000"], ids=["half an emoji", "NUL"])
def test_a_character_that_cannot_be_stored_does_not_hold_a_record_back(cast, phone, odd):
    result = cast.result(cast.task_for(1), no_fix_reason="地下室@@")
    batch = {"v": 1, "epoch": phone.me["epoch"], "ops": [phone.op("inspection.submit", result)]}
    raw = msgspec.json.encode(batch).replace(b"@@", odd.encode())
    for status in ("awaiting_blob", "awaiting_blob"):  # the second time it is known, not contested
        answered = phone._send("post", "/api/ops", raw, "application/json")
        assert [r["status"] for r in answered.json()["results"]] == [status], answered.content
    assert Inspection.objects.get().no_fix_reason == "地下室\ufffd"
