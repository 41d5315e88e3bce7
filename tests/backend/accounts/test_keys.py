"""Keys of devices: registered with the PIN and a proof that the device holds them; one in force per person and device."""

from uuid import UUID, uuid4

import pytest

from backend.accounts.keys import claim_of, is_signed_by, register_key
from backend.accounts.models import Device, DeviceKey
from backend.foundation.problems import Problem
from backend.journal.models import Event
from tests.backend.accounts.devices_key import PhoneKey
from tests.backend.accounts.pin import give_pin
from tests.backend.phone import Phone


@pytest.fixture
def phone(cast):
    """Wang's phone; its device is the one of the session."""
    give_pin(cast.wang)
    phone = Phone(cast.wang)
    phone.device = UUID(phone.client.session["device"])
    return phone


@pytest.mark.parametrize("algorithm", ["ed25519", "p256"])
def test_a_key_is_registered_and_verifies_what_it_signed(cast, phone, algorithm):
    key = PhoneKey(algorithm)
    answered = phone.post("/api/device/keys", key.registration(phone.device))
    assert (answered.status_code, answered.json()["device_id"]) == (201, str(phone.device))
    held = DeviceKey.objects.get()
    assert is_signed_by(held.algorithm, held.public_key, b"record", key.sign(b"record"))
    assert not is_signed_by(held.algorithm, held.public_key, b"other", key.sign(b"record"))
    assert Event.objects.filter(type="device_key.registered").count() == 1


def test_a_key_of_one_algorithm_under_the_name_of_the_other_proves_nothing():
    one, other = PhoneKey("ed25519"), PhoneKey("p256")
    assert not is_signed_by("p256", one.public, b"x", one.sign(b"x"))
    assert not is_signed_by("ed25519", other.public, b"x", other.sign(b"x"))


@pytest.mark.parametrize(
    "changes",
    [
        {"public_key": "not base64!"},
        {"public_key": ""},
        {"proof": ""},
        {"proof": PhoneKey().sign(b"anything")},
        {"public_key": PhoneKey().public},
        {"algorithm": "p256"},
    ],
    ids=range(6),
)
def test_a_key_that_cannot_be_read_or_is_not_held_is_refused(phone, changes):
    answered = phone.post("/api/device/keys", PhoneKey().registration(phone.device, **changes))
    assert (answered.status_code, answered.json()["code"]) == (422, "key_unusable")
    assert not DeviceKey.objects.exists()


def test_the_proof_of_another_device_is_none(phone):
    answered = phone.post("/api/device/keys", PhoneKey().registration(uuid4()))
    assert answered.json()["code"] == "key_unusable"


def test_without_the_pin_no_key(cast, phone):
    assert phone.post("/api/device/keys", PhoneKey().registration(phone.device, pin="111112")).json()["code"] == (
        "pin_refused"
    )
    other = Phone(cast.li)
    device = UUID(other.client.session["device"])
    assert other.post("/api/device/keys", PhoneKey().registration(device)).json()["code"] == "pin_not_set"


def test_the_next_key_revokes_the_one_before_and_both_are_kept(phone):
    for _ in range(2):
        phone.post("/api/device/keys", PhoneKey().registration(phone.device))
    in_force = [row["revoked_at"] is None for row in phone.get("/api/device/keys").json()["results"]]
    assert in_force == [True, False]
    assert Event.objects.filter(type="device_key.revoked").count() == 1


def test_one_revokes_ones_own_and_nobody_elses(cast, phone):
    one = phone.post("/api/device/keys", PhoneKey().registration(phone.device)).json()["id"]
    assert Phone(cast.admin).delete(f"/api/device/keys/{one}").status_code == 404
    assert phone.delete(f"/api/device/keys/{one}").json()["revoked_at"]
    assert phone.delete(f"/api/device/keys/{one}").status_code == 200, "twice is once"
    assert Event.objects.filter(type="device_key.revoked").count() == 1


def test_a_session_without_a_device_has_no_key(cast):
    give_pin(cast.wang)
    with pytest.raises(Problem, match="no_device"):
        register_key(PhoneKey().registration(uuid4()), device=None, acting_user=cast.wang)
    assert claim_of(Device.objects.create(id=uuid4(), user=cast.wang).pk).startswith(b"anwangge device key ")
