"""Signing in and out over HTTP, and everybody who tries it without the right to."""

from uuid import uuid4

import pytest

from backend.accounts.models import Device, User
from backend.accounts.throttle import ATTEMPTS
from backend.sync.models import Operation
from tests.backend.phone import Phone
from tests.cast import PASSWORD, TOWN


def signing_in(person, password=PASSWORD, **device):
    return {"phone": person.phone, "password": password, "device": device}


def code(answered):
    return answered.status_code, answered.json()["code"]


def test_who_signs_in_is_told_who_they_are(cast):
    me = Phone(cast.wang).me
    assert (me["user"]["name"], me["town"]["code"]) == ("wang", TOWN)
    assert me["grid_uids"] == [str(grid.uid) for grid in cast.grids[:2]]
    assert [role["role"] for role in me["roles"]] == ["grid_worker"]


def test_the_session_goes_on_and_ends_with_signing_out(cast):
    phone = Phone(cast.wang)
    assert phone.get("/api/session").json()["user"]["name"] == "wang"
    assert phone.delete("/api/session").status_code == 204
    assert code(phone.get("/api/session")) == (401, "not_signed_in")
    assert code(phone.get("/api/tasks")) == (401, "not_signed_in")


def test_a_wrong_password_and_an_unknown_number_get_the_same_answer(cast):
    wrong = Phone().post("/api/session", signing_in(cast.wang, "incorrect"))
    unknown = Phone().post("/api/session", signing_in(User(phone="19900000000")))
    assert code(wrong) == (400, "sign_in_refused")
    assert wrong.content == unknown.content


def test_a_disabled_person_gets_that_answer_too(cast):
    User.objects.filter(pk=cast.wang.pk).update(is_active=False)
    assert code(Phone().post("/api/session", signing_in(cast.wang))) == (400, "sign_in_refused")


def test_guessing_is_slowed_down_per_number_and_nobody_else_is(cast):
    phone = Phone()
    answers = [phone.post("/api/session", signing_in(cast.wang, f"guess-{n}")) for n in range(ATTEMPTS)]
    assert {code(answered) for answered in answers} == {(400, "sign_in_refused")}
    assert code(phone.post("/api/session", signing_in(cast.wang))) == (429, "too_often")
    assert phone.post("/api/session", signing_in(cast.chen)).status_code == 200


@pytest.mark.parametrize("token", [None, "", "x" * 32, "x" * 64])
def test_without_the_csrf_token_nothing_is_done(cast, token):
    phone = Phone(cast.wang)
    headers = {} if token is None else {"X-CSRFToken": token}
    ops = {"v": 1, "epoch": phone.me["epoch"], "ops": [phone.op("task.open", {})]}
    for method, path in (("POST", "/api/ops"), ("DELETE", "/api/session"), ("POST", "/api/ticket")):
        refused = phone.client.generic(method, path, str(ops), "application/json", headers=headers)
        assert code(refused) == (403, "csrf_refused")
    assert not Operation.objects.exists()
    assert phone.get("/api/session").status_code == 200, "still signed in"


def test_signing_in_needs_the_token_too(cast):
    """Else another site could sign a visitor in as somebody else and read along."""
    phone = Phone()
    body = f'{{"phone": "{cast.wang.phone}", "password": "{PASSWORD}"}}'
    assert code(phone.client.post("/api/session", body, content_type="application/json")) == (403, "csrf_refused")


def test_the_cookies(cast):
    cookies = Phone(cast.wang).client.cookies
    session = cookies["sessionid"]
    assert session["httponly"]
    assert session["samesite"] == cookies["csrftoken"]["samesite"] == "Lax"
    assert session["max-age"] == 60 * 24 * 3600, "longer than a phone is without a signal"
    assert not session["secure"], "a laptop without TLS must be able to sign in; ANWANGGE_HTTPS=1 sets it"


def test_signing_in_changes_the_session(cast):
    phone = Phone(cast.wang)
    before = phone.client.cookies["sessionid"].value
    phone.post("/api/session", signing_in(cast.chen))
    assert phone.client.cookies["sessionid"].value != before
    assert phone.get("/api/session").json()["user"]["name"] == "chen"


def test_a_phone_keeps_its_device_row(cast):
    mine = str(uuid4())
    for name in ("旧名", "新名"):
        Phone().post("/api/session", signing_in(cast.wang, id=mine, name=name))
    assert list(Device.objects.values_list("id", "user", "name")) == [(Device.objects.get().id, cast.wang.pk, "新名")]
    assert str(Device.objects.get().id) == mine


def test_a_phone_that_changes_hands_gets_a_row_of_its_own_for_the_next_person(cast):
    mine = str(uuid4())
    for person in (cast.wang, cast.chen):
        Phone().post("/api/session", signing_in(person, id=mine))
    assert str(cast.wang.devices.get().id) == mine, "the past stays with who made it"
    assert str(cast.chen.devices.get().id) != mine


@pytest.mark.parametrize("body", [b"", b"{}", b'{"phone": 1}', b'{"phone":"1","password":"\\u0000"}', b"\xff"])
def test_what_cannot_be_read_is_no_sign_in(cast, body):
    assert code(Phone()._send("post", "/api/session", body, "application/json")) == (400, "unreadable")
