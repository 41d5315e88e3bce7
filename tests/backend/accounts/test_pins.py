"""The PIN with which a person signs: set with the password, never readable, guessing slowed down."""

import msgspec
import pytest
from django.core.cache import cache

from backend.accounts.models import Pin
from backend.accounts.pins import NewPin, require_pin, set_pin
from backend.accounts.throttle import PIN_ATTEMPTS
from backend.foundation import clock
from backend.foundation.problems import Problem
from backend.journal.models import Event, EventBody
from tests.backend.accounts.pin import PIN, give_pin
from tests.backend.phone import Phone
from tests.cast import PASSWORD


def put(phone, **body):
    return phone._send("put", "/api/pin", msgspec.json.encode(body), "application/json")


def test_it_is_set_with_the_password_and_kept_as_a_hash(cast):
    phone = Phone(cast.wang)
    assert phone.get("/api/pin").json() == {"set": False}
    assert put(phone, password=PASSWORD, pin=PIN).status_code == 200
    assert phone.get("/api/pin").json() == {"set": True}
    assert PIN not in Pin.objects.get(user=cast.wang).hash
    assert phone.post("/api/pin/verify", {"pin": PIN}).status_code == 204


def test_it_stands_nowhere_in_clear(cast):
    give_pin(cast.wang)
    assert Event.objects.filter(type="pin.set").count() == 1
    assert not [body for body in EventBody.objects.values_list("body", flat=True) if PIN in body]


def test_without_the_password_nobody_sets_it(cast):
    answered = put(Phone(cast.wang), password="wrong", pin=PIN)
    assert (answered.status_code, answered.json()["code"]) == (403, "password_refused")
    assert not Pin.objects.exists()


@pytest.mark.parametrize("pin", ["000000", "123456", "654321", "345678"])
def test_what_is_guessed_first_is_refused(cast, pin):
    with pytest.raises(Problem, match="pin_too_simple"):
        set_pin(NewPin(password=PASSWORD, pin=pin), acting_user=cast.wang)


@pytest.mark.parametrize("pin", ["12345", "1234567", "12345a", "１２３４５６", ""])
def test_what_is_no_pin_is_unreadable_and_not_repeated_in_the_answer(cast, pin):
    answered = put(Phone(cast.wang), password=PASSWORD, pin=pin)
    assert answered.json()["code"] == "unreadable"
    assert not pin or pin not in answered.content.decode()


def test_guessing_is_slowed_down_for_this_person_and_nobody_else(cast):
    give_pin(cast.wang)
    give_pin(cast.li)
    phone = Phone(cast.wang)
    codes = [phone.post("/api/pin/verify", {"pin": "111112"}).json()["code"] for _ in range(PIN_ATTEMPTS + 1)]
    assert codes == ["pin_refused"] * PIN_ATTEMPTS + ["too_often"]
    assert phone.post("/api/pin/verify", {"pin": PIN}).json()["code"] == "too_often", "not even the right one"
    assert Phone(cast.li).post("/api/pin/verify", {"pin": PIN}).status_code == 204
    cache.clear()
    assert phone.post("/api/pin/verify", {"pin": PIN}).status_code == 204


def test_a_new_one_replaces_the_old(cast):
    give_pin(cast.wang)
    set_pin(NewPin(password=PASSWORD, pin="719305"), acting_user=cast.wang)
    require_pin(cast.wang, "719305")
    with pytest.raises(Problem, match="pin_refused"):
        require_pin(cast.wang, PIN)
    assert Pin.objects.get(user=cast.wang).version == 2
    assert Pin.objects.get(user=cast.wang).set_at <= clock.now()


def test_who_has_none_is_told_so(cast):
    assert Phone(cast.wang).post("/api/pin/verify", {"pin": PIN}).json()["code"] == "pin_not_set"
