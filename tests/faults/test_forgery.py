"""Scenario 14: replay and forgery. Who somebody is comes from the session, what they may touch from what they hold."""

import io
import time
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from django.core import signing
from django.utils.http import urlencode
from PIL import Image

from backend.config.asgi import application
from backend.config.live import TownSocket
from backend.dispatch.models import TaskFact
from backend.dispatch.services import Step
from backend.foundation import blobs, clock
from backend.inspections.models import Inspection, Photo
from backend.inspections.services import submit
from backend.journal.models import Event
from backend.sync.models import ContestedOperation, Operation
from tests.backend.access.entrances import NOBODYS
from tests.backend.phone import Phone
from tests.backend.realtime.conftest import hub
from tests.backend.realtime.peers import Browser, in_database
from tests.cast import PASSWORD

__all__ = ["hub"]


def step(task: Any, **changes: Any) -> dict[str, Any]:
    return {"task_id": str(task.pk), "assignment_no": 1, "at": clock.now().isoformat()} | changes


def drawn() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (40, 30), "orange").save(written, "PNG")
    return written.getvalue()


def nothing_was_done(task: Any) -> bool:
    task.refresh_from_db()
    return task.state == "sent" and not TaskFact.objects.filter(task=task).exists()


def test_another_persons_operation_does_not_become_ones_own(cast):
    """Chen has overheard Wang's operation and sends it as it is, first and afterwards.

    Seen failing (Wang was told Chen's answer, `not_your_task`) with the person taken out of the comparison in `_again`.
    """
    task = cast.task_for(1)
    wang, chen = Phone(cast.wang), Phone(cast.chen)
    op = wang.op("task.accept", step(task))
    (stolen,) = chen.submit(op)
    assert (stolen["status"], stolen["code"]) == ("rejected", "not_your_task")
    assert nothing_was_done(task)
    (own,) = wang.submit(op)
    assert own["code"] == "op_id_reused", "the id is taken; both are kept, and a person decides"
    assert ContestedOperation.objects.get().user == cast.wang
    again = wang.op("task.accept", step(task))
    assert wang.submit(again)[0]["status"] == "applied"
    assert chen.submit(again)[0]["code"] == "op_id_reused"


def test_the_same_id_with_another_body_changes_nothing(cast):
    """Seen failing (the forged one was `replay`) with the fingerprint taken out of the comparison in `_again`."""
    first, second = cast.task_for(1), cast.task_for(2)
    phone = Phone(cast.wang)
    op = phone.op("task.open", step(first))
    phone.submit(op)
    (forged,) = phone.submit(op | {"body": step(second)})
    assert (forged["status"], forged["code"]) == ("rejected", "op_id_reused")
    assert nothing_was_done(second)


@pytest.mark.parametrize("who", ["stranger", "chen", "li", "lead", "office", "admin", "boss"])
@pytest.mark.parametrize("kind", ["task.open", "task.accept", "task.check_in", "inspection.submit"])
def test_nobody_answers_a_task_that_was_never_theirs(cast, who, kind):
    """Of the next grid, of another town, or above. Seen failing (applied, for every one of them) without `require_held`."""
    task = cast.task_for(1)
    phone = Phone(cast.people[who])
    body = cast.result(task) if kind == "inspection.submit" else step(task)
    (result,) = phone.submit(phone.op(kind, body, target=str(task.pk)))
    assert (result["status"], result["code"]) == ("rejected", "not_your_task")
    assert nothing_was_done(task)
    assert not Inspection.objects.exists()
    assert Operation.objects.get().user == cast.people[who], "what was tried is kept, under the right name"


@pytest.mark.parametrize("claim", ["user", "acting_user", "user_id", "device", "inspector"])
def test_a_body_cannot_say_who_acts(cast, claim):
    """As a field of the batch, of the operation or of its body. Seen failing (applied) with `forbid_unknown_fields` taken
    from `Body`; even then it was Chen's."""
    task = cast.task_for(1)
    chen, wang = Phone(cast.chen), str(cast.wang.pk)
    whole = chen.post(
        "/api/ops", {"v": 1, "epoch": chen.me["epoch"], "ops": [chen.op("task.open", step(task))], claim: wang}
    )
    assert (whole.status_code, whole.json()["code"]) == (400, "unreadable")
    results = chen.submit(
        chen.op("task.open", step(task)) | {claim: wang}, chen.op("task.open", step(task, **{claim: wang}))
    )
    assert {result["code"] for result in results} == {"unreadable"}
    assert nothing_was_done(task)


def test_a_blobs_list_that_lies_names_nothing(cast):
    """It claims an image that the body does not name, and leaves out those that it does: the body counts.

    Seen failing (`applied`, nothing missing) with the images taken from the operation's own list.
    """
    phone, task = Phone(cast.wang), cast.task_for(1)
    result = cast.result(task, fails=("gas",))
    there = blobs.store(b"somebody else's photo")
    op = phone.op("inspection.submit", result) | {"blobs": [there]}
    (answered,) = phone.submit(op)
    assert (answered["status"], set(answered["missing_blobs"])) == ("awaiting_blob", set(result.images()))
    assert phone.get(f"/api/photos/{there}").status_code == 404


def test_a_photo_is_not_to_be_had_by_its_hash(cast):
    """Chen knows the hash of a photo of Wang's record: neither showing nor announcing nor citing it hands it out.

    Seen failing (200) with `may_see_photo` answering yes. Citing it in a record of one's own shows it, as it must: whoever can
    name the hash has had the picture in hand.
    """
    task = cast.task_for(1)
    submit(cast.result(task, fails=("gas",)), acting_user=cast.wang)
    sha = blobs.store(drawn())
    Photo.objects.update(sha256=sha)
    assert Phone(cast.wang).get(f"/api/photos/{sha}").status_code == 200
    for who in ("chen", "stranger", "expert", "admin"):
        assert Phone(cast.people[who]).get(f"/api/photos/{sha}").status_code == 404
    assert Phone().get(f"/api/photos/{sha}").status_code == 401


def test_a_session_that_has_ended_can_do_nothing_more(cast):
    """Signed out, switched off, or made up. Seen failing (200, applied) with the session kept at signing out."""
    task, thief = cast.task_for(1), Phone(cast.wang)
    stolen = thief.client.cookies["sessionid"].value
    owner = Phone()
    owner.client.cookies["sessionid"] = stolen
    assert owner.get("/api/session").status_code == 200
    assert owner.delete("/api/session").status_code == 204
    batch = {"v": 1, "epoch": thief.me["epoch"], "ops": [thief.op("task.accept", step(task))]}
    for cookie in (stolen, "0" * 32, "' OR 1=1 --"):
        thief.client.cookies["sessionid"] = cookie
        answered = [thief.post("/api/ops", batch), thief.get("/api/tasks"), thief.post("/api/ticket", {})]
        assert {(one.status_code, one.json()["code"]) for one in answered} == {(401, "not_signed_in")}
    other = Phone(cast.chen)
    type(cast.chen).objects.filter(pk=cast.chen.pk).update(is_active=False)
    assert other.post("/api/ops", batch).status_code == 401
    assert not Operation.objects.exists()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/api/ops"), ("post", "/api/ticket"), ("post", "/api/blobs"), ("patch", f"/api/blobs/{'0' * 64}"),
        ("post", "/api/dispatches"), ("post", "/api/dispatches/preview"), ("delete", "/api/session"),
        ("post", f"/api/quarantine/{NOBODYS}/release"), ("post", f"/api/quarantine/{NOBODYS}/dismiss"),
    ],
)  # fmt: skip
def test_another_site_cannot_act_through_the_browser(cast, method, path):
    """The cookie comes along by itself, the token does not; an old token, or somebody else's, is none.

    Seen failing (any other answer) with `enforce_csrf` doing nothing.
    """
    office = Phone(cast.office)
    tokens = ["", "x" * 64, Phone(cast.wang).client.cookies["csrftoken"].value]
    kinds = ["application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
    for wrong, kind in product(tokens, kinds):
        answered = office.client.generic(method.upper(), path, b"{}", kind, headers={"X-CSRFToken": wrong})
        assert (answered.status_code, answered.json()["code"]) == (403, "csrf_refused")
    assert office.get("/api/session").status_code == 200


def test_signing_in_too_needs_the_token(cast):
    """Else another site could sign a visitor in as somebody else, whose work would then be theirs."""
    browser = Phone()
    answered = browser.client.generic(
        "POST", "/api/session", urlencode({"phone": cast.wang.phone, "password": PASSWORD}), "application/json"
    )
    assert (answered.status_code, answered.json()["code"]) == (403, "csrf_refused")


def test_streams_that_are_not_ones_own_give_nothing(cast):
    """By cursor, by snapshot, by a name that is none.

    Seen failing (Wang's tasks came to Chen) with the streams of `pull` taken from the cursors.
    """
    cast.send(1, 2, 3)
    chen = Phone(cast.chen)
    foreign = [f"p:{cast.wang.pk}", f"g:{cast.grids[0].uid}", "o:900000001", "a:900000002", f"d:{uuid4()}", "x:1", "p:"]
    page = chen.pull(dict.fromkeys(foreign, 0))
    assert page["events"] == []
    assert set(page["drop"]) == set(foreign)
    assert not set(foreign) & (set(page["next"]) | set(page["heads"]) | set(page["streams"]))
    answers = [chen.get("/api/snapshot", stream=stream) for stream in [*foreign, "", "\x00", "p"]]
    assert {(one.status_code, one.json()["code"]) for one in answers} == {(404, "not_your_stream")}


def test_what_was_tried_leaves_the_chain_as_it_was(cast):
    """Refused is refused: no event says otherwise."""
    cast.task_for(1)
    before = Event.objects.count()
    chen = Phone(cast.chen)
    chen.submit(
        *(chen.op("task.accept", {"task_id": str(uuid4()), "assignment_no": n, "at": clock.now()}) for n in (1, 2))
    )
    assert Event.objects.count() == before


# the socket


async def knock(origin: str | None) -> tuple[Browser, bool]:
    browser = Browser(application, origin)
    return browser, await browser.connect()


@pytest.fixture
async def signed_in(hub, committed_cast, monkeypatch, settings):
    """Wang's phone; sockets meet this test's hub."""
    monkeypatch.setattr(TownSocket, "hub", hub)
    settings.ALLOWED_HOSTS = ["town.example", "testserver"]
    return await in_database(Phone)(committed_cast.wang)


async def test_a_page_of_another_site_hears_nothing(signed_in):
    """Seen failing (let in) with the origin not compared with the host in `_asked_here`."""
    for origin in ("https://evil.example", "null", "http://town.example.evil.example", "https://town.example:1"):
        _, entered = await knock(origin)
        assert not entered, origin


async def test_a_ticket_that_is_forged_changed_or_old_is_none(signed_in, monkeypatch):
    """Seen failing (`ok` instead of `bye`) with `max_age` taken out of `tickets.read` (the old one), and with the signature
    not looked at (the others)."""
    ticket = (await in_database(signed_in.post)("/api/ticket", {})).json()["ticket"]
    content = signing.loads(ticket, salt="websocket")
    forged = signing.dumps(content, key="a guess", salt="websocket", compress=True)
    other_use = signing.dumps(content, salt="something else", compress=True)
    with monkeypatch.context() as earlier:
        earlier.setattr(signing.TimestampSigner, "timestamp", lambda _: signing.b62_encode(int(time.time()) - 90))
        old = signing.dumps(content, salt="websocket", compress=True)
    changed = ("A" if ticket[0] != "A" else "B") + ticket[1:]
    for bad in (forged, other_use, old, changed, "", None, 17, [ticket], "x" * 60_000):
        browser, _ = await knock(None)
        await browser.send({"k": "hello", "v": 1, "ticket": bad, "epoch": "", "cursors": {}})
        told = await browser.heard()
        assert (told["k"], told["code"]) == ("bye", 4401), bad
        await browser.close()
    browser, _ = await knock(None)
    await browser.send({"k": "hello", "v": 1, "ticket": ticket, "epoch": "", "cursors": {}})
    assert (await browser.heard())["k"] == "ok"
    await browser.close()


async def test_cursors_for_streams_of_others_open_nothing(signed_in, committed_cast):
    """Seen failing (the foreign head was told) with the streams of the connection taken from the hello."""
    ticket = (await in_database(signed_in.post)("/api/ticket", {})).json()["ticket"]
    foreign = f"p:{committed_cast.chen.pk}"
    browser, _ = await knock(None)
    await browser.send({"k": "hello", "v": 1, "ticket": ticket, "epoch": "", "cursors": {foreign: 0, "o:900000001": 0}})
    told = await browser.heard()
    assert told["k"] == "ok"
    assert set(told["heads"]) == set(signed_in.me["streams"])
    await browser.close()


def test_the_step_of_these_tests_is_one_that_would_be_taken(cast):
    """The same words from who holds the task: everything above is refused for the reason it says."""
    phone, task = Phone(cast.wang), cast.task_for(1)
    assert Step(**(step(task) | {"at": clock.now()})).assignment_no == 1
    (result,) = phone.submit(phone.op("task.accept", step(task), target=str(task.pk)))
    assert result["status"] == "applied"
