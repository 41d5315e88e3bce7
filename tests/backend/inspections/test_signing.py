"""Signed by whom, proven how: two where nobody may enforce alone, a witness where the subject refuses, PIN or device key."""

import json
from datetime import timedelta
from uuid import UUID, uuid4

import msgspec
import pytest

from backend.accounts.models import DeviceKey
from backend.foundation import clock
from backend.foundation.problems import Problem
from backend.inspections.bodies import DeviceSignature, Fellow, NewSignature
from backend.inspections.models import Inspection
from backend.inspections.services import submit
from backend.journal.models import EventBody
from backend.sync.models import Operation
from tests.backend.accounts.devices_key import PhoneKey
from tests.backend.accounts.pin import PIN, give_pin
from tests.backend.dispatch.orders import refusals, sent
from tests.backend.inspections.records import FELLOW, INSPECTOR, WITNESS, signed_by_two, submit_with_pin
from tests.backend.phone import Phone


@pytest.fixture
def visit(cast):
    """An unannounced visit of the officer."""
    give_pin(cast.officer)
    return sent(cast, kind="unannounced", assignee_id=cast.officer.pk)


def test_two_who_may_enforce_sign_it(cast, visit):
    kept = submit_with_pin(signed_by_two(cast, visit, cast.head), cast.officer)
    assert (kept.proof, kept.late) == ("pin", False)
    assert [fellow.user for fellow in kept.fellows.all()] == [cast.head]


@pytest.mark.parametrize(
    ("fellows", "code"),
    [
        ([], "inspectors_missing"),
        (["wang"], "inspectors_missing"),
        (["expert"], "inspectors_missing"),
        (["stranger"], "inspectors_missing"),
        (["boss"], "inspectors_missing"),
        (["officer"], "unknown_inspector"),
        (["head", "head"], "unknown_inspector"),
    ],
)
def test_one_alone_or_with_somebody_who_may_not_is_refused(cast, visit, fellows, code):
    with pytest.raises(Problem, match=code):
        submit_with_pin(signed_by_two(cast, visit, *(cast.people[name] for name in fellows)), cast.officer)
    assert not Inspection.objects.exists()
    assert refusals() == [("inspection.submit", code, str(cast.officer.pk))]


def test_somebody_who_does_not_exist_is_no_inspector(cast, visit):
    record = signed_by_two(cast, visit, inspectors=[Fellow(user_id=uuid4(), sha256=FELLOW)])
    with pytest.raises(Problem, match="unknown_inspector"):
        submit_with_pin(record, cast.officer)


def test_the_second_one_signs_too(cast, visit):
    with pytest.raises(Problem, match="signature_missing"):
        submit_with_pin(signed_by_two(cast, visit, inspectors=[Fellow(user_id=cast.head.pk)]), cast.officer)


def refused_by_subject(**changes):
    whole = {"role": "subject", "name": "", "refused_reason": "负责人不肯签"}
    return [NewSignature(role="inspector", name="官", sha256=INSPECTOR), NewSignature(**(whole | changes))]


def test_a_refusal_to_sign_needs_a_witness(cast, visit):
    with pytest.raises(Problem, match="witness_missing"):
        submit_with_pin(signed_by_two(cast, visit, cast.head, signatures=refused_by_subject()), cast.officer)
    witnessed = refused_by_subject(witness="村干部老李", witness_sha256=WITNESS)
    kept = submit_with_pin(signed_by_two(cast, visit, cast.head, signatures=witnessed), cast.officer)
    shown = Phone(cast.officer).get(f"/api/inspections/{kept.pk}").json()["signatures"][1]
    assert (shown["witness"], shown["refused_reason"]) == ("村干部老李", "负责人不肯签")


def test_without_any_proof_an_enforcement_record_is_refused(cast, visit):
    with pytest.raises(Problem, match="proof_missing"):
        submit(signed_by_two(cast, visit, cast.head), acting_user=cast.officer)


def test_a_wrong_pin_signs_nothing_and_stands_in_the_chain(cast, visit):
    with pytest.raises(Problem, match="pin_refused"):
        submit_with_pin(signed_by_two(cast, visit, cast.head), cast.officer, pin="111112")
    assert not Inspection.objects.exists()
    assert refusals() == [("inspection.submit", "pin_refused", str(cast.officer.pk))]


def test_over_http_and_the_pin_rests_nowhere(cast, visit):
    record = msgspec.to_builtins(signed_by_two(cast, visit, cast.head))
    answered = Phone(cast.officer).post("/api/inspections", {"record": record, "pin": PIN})
    assert (answered.status_code, answered.json()["proof"]) == (201, "pin")
    texts = [
        *EventBody.objects.values_list("body", flat=True),
        *map(str, Operation.objects.values_list("body", flat=True)),
    ]
    assert not [text for text in texts if PIN in text]


def test_an_operation_has_no_place_for_a_pin(cast, visit):
    phone = Phone(cast.officer)
    body = msgspec.to_builtins(signed_by_two(cast, visit, cast.head)) | {"pin": PIN}
    assert phone.submit(phone.op("inspection.submit", body))[0]["code"] == "unreadable"


def test_an_outsider_cannot_sign_with_their_own_pin(cast, visit):
    give_pin(cast.other_lead)
    with pytest.raises(Problem, match="not_found"):
        submit_with_pin(signed_by_two(cast, visit, cast.head), cast.other_lead)
    with pytest.raises(Problem, match="not_your_task"):
        give_pin(cast.lead)
        submit_with_pin(signed_by_two(cast, visit, cast.head), cast.lead)


class KeyedPhone(Phone):
    """The officer's phone, with a key since yesterday."""

    def __init__(self, user, algorithm="ed25519"):
        super().__init__(user)
        self.key, device = PhoneKey(algorithm), UUID(self.client.session["device"])
        self.key_id = self.post("/api/device/keys", self.key.registration(device)).json()["id"]
        DeviceKey.objects.update(registered_at=clock.days_ago(1))

    def signed(self, record, text=None):
        """As a phone does it: its own JSON, spaces and all."""
        text = text or json.dumps(msgspec.to_builtins(record), ensure_ascii=False, indent=1)
        given = DeviceSignature(key_id=UUID(self.key_id), text=text, signature=self.key.sign(text.encode()))
        return msgspec.structs.replace(record, device_signature=given)

    def send(self, record):
        return self.submit(self.op("inspection.submit", record))[0]


@pytest.mark.parametrize("algorithm", ["ed25519", "p256"])
def test_without_a_signal_the_device_signs(cast, visit, algorithm):
    phone = KeyedPhone(cast.officer, algorithm)
    record = phone.signed(signed_by_two(cast, visit, cast.head))
    assert phone.send(record)["status"] == "awaiting_blob"
    kept = Inspection.objects.get()
    assert (kept.proof, str(kept.device_key_id), kept.signed_text) == (
        "device",
        phone.key_id,
        record.device_signature.text,
    )


def test_what_was_changed_after_signing_is_refused(cast, visit):
    phone = KeyedPhone(cast.officer)
    signed = phone.signed(signed_by_two(cast, visit, cast.head))
    forged = msgspec.structs.replace(signed, no_fix_reason="另一个理由")
    assert phone.send(forged)["code"] == "device_signature_wrong"
    other = msgspec.structs.replace(signed.device_signature, signature=PhoneKey().sign(b"x"))
    assert phone.send(msgspec.structs.replace(signed, device_signature=other))["code"] == "device_signature_wrong"
    nonsense = phone.signed(signed_by_two(cast, visit, cast.head), text="{}")
    assert phone.send(nonsense)["code"] == "device_signature_wrong"
    assert not Inspection.objects.exists()


def test_the_key_of_somebody_else_or_of_another_phone_signs_nothing(cast, visit):
    give_pin(cast.head)
    heads, officers, second = KeyedPhone(cast.head), KeyedPhone(cast.officer), Phone(cast.officer)
    record = signed_by_two(cast, visit, cast.head)
    assert officers.send(heads.signed(record))["code"] == "device_signature_wrong"
    op = second.op("inspection.submit", officers.signed(record))
    assert second.submit(op)[0]["code"] == "device_signature_wrong"


def test_a_device_that_has_a_key_signs_every_record(cast):
    give_pin(cast.wang)
    phone, task = KeyedPhone(cast.wang), cast.task_for(1)
    assert phone.send(cast.result(task))["code"] == "device_signature_missing"
    assert phone.send(phone.signed(cast.result(task)))["status"] == "awaiting_blob"


def test_a_visit_that_began_before_the_key_is_taken_unsigned(cast):
    give_pin(cast.wang)
    phone, task = KeyedPhone(cast.wang), cast.task_for(1)
    DeviceKey.objects.update(registered_at=clock.now() + timedelta(minutes=1))
    assert phone.send(cast.result(task))["status"] == "awaiting_blob"
    assert Inspection.objects.get().proof == ""


def test_a_record_under_a_revoked_key_is_kept_and_says_so(cast):
    give_pin(cast.wang)
    phone, task = KeyedPhone(cast.wang), cast.task_for(1)
    record = phone.signed(cast.result(task))
    phone.delete(f"/api/device/keys/{phone.key_id}")
    assert phone.send(record)["status"] == "awaiting_blob"
    assert Inspection.objects.get().proof == "revoked"


def test_a_revoked_key_is_no_proof_for_an_enforcement_visit(cast, visit):
    phone = KeyedPhone(cast.officer)
    record = phone.signed(signed_by_two(cast, visit, cast.head))
    phone.delete(f"/api/device/keys/{phone.key_id}")
    assert phone.send(record)["code"] == "proof_missing"


def test_every_image_of_a_signature_is_waited_for(cast, visit):
    witnessed = refused_by_subject(witness="老李", witness_sha256=WITNESS)
    assert set(signed_by_two(cast, visit, cast.head, signatures=witnessed).images()) == {INSPECTOR, WITNESS, FELLOW}
