"""The websocket of a device, through the real ASGI application: who gets in, what they hear, and how they are shown out."""

import pytest

from backend.config.asgi import application
from backend.dispatch.models import TaskFact
from backend.journal.queries import current_epoch
from backend.realtime import socket as module
from backend.realtime.tickets import issue
from backend.sync.streams import streams_of
from tests.backend.realtime.peers import Browser, in_database, subscribed


@pytest.fixture
async def knock(hub, transactional_db, monkeypatch):
    """`await knock(origin)`: a browser at the door, connected or refused; all are gone after the test."""
    monkeypatch.setattr(module, "hub", hub)
    opened = []

    async def at(origin=None):
        browser = Browser(application, origin)
        opened.append(browser)
        return browser, await browser.connect()

    yield at
    for browser in opened:
        await browser.close()


async def shown_out(browser):
    """What it is told, and the code with which the socket is closed."""
    told = await browser.heard()
    closed = await browser.receive_output(5)
    assert (told["k"], closed["type"]) == ("bye", "websocket.close")
    assert told["code"] == closed["code"]
    assert told["retry_after"] > 0
    return told["code"]


async def greeted(knock, user):
    """A socket that has said hello for `user`, and the answer."""
    browser, _ = await knock()
    streams = await in_database(streams_of)(user)
    await browser.send({"k": "hello", "ticket": issue(str(user.pk), streams)})
    return browser, await browser.heard()


ORIGINS = {
    None: True,  # no browser
    "https://town.example": True,
    "http://town.example": True,
    "https://evil.example": False,
    "https://town.example.evil.example": False,
    "https://town.example:8443": False,
    "null": False,
}


async def test_a_page_of_another_site_is_not_let_in(knock):
    assert {origin: (await knock(origin))[1] for origin in ORIGINS} == ORIGINS


async def test_hello_is_answered_with_epoch_and_heads(knock, committed_cast):
    await in_database(committed_cast.send)(1, per_grid=2)
    _, ok = await greeted(knock, committed_cast.wang)
    assert (ok["k"], ok["epoch"]) == ("ok", await in_database(current_epoch)())
    assert set(ok["heads"]) == set(await in_database(streams_of)(committed_cast.wang))
    assert ok["heads"][f"p:{committed_cast.wang.pk}"] == 2


async def test_everybody_hears_their_own(knock, committed_cast):
    cast = committed_cast
    wang, _ = await greeted(knock, cast.wang)
    chen, _ = await greeted(knock, cast.chen)
    await subscribed()
    await in_database(cast.send)(1, per_grid=1)
    frame = await wang.heard()
    assert (frame["s"], frame["t"], frame["b"]["task"]["assignee"]["name"]) == (
        f"p:{cast.wang.pk}",
        "task.sent",
        "wang",
    )
    assert await chen.receive_nothing(timeout=0.2)


async def test_what_the_phone_has_stored_it_may_say_here_too(knock, committed_cast):
    cast = committed_cast
    task = await in_database(cast.task_for)(1)
    wang, _ = await greeted(knock, cast.wang)
    await wang.send({"k": "ack", "cursors": {f"p:{cast.wang.pk}": 1}})
    await wang.send('{"k":"ping"}')
    while (await wang.heard())["k"] != "pong":
        pass
    assert await in_database(TaskFact.objects.filter(task=task, fact="on_phone").count)() == 1


async def test_without_hello_it_is_shown_out(knock, monkeypatch):
    monkeypatch.setattr(module, "HELLO_WITHIN_S", 0.05)
    browser, _ = await knock()
    assert await shown_out(browser) == module.NO_TICKET


async def test_without_a_ticket_of_ours_it_is_shown_out(knock):
    for ticket in (None, "forged", "a:b:c", 7, ["x"]):
        browser, _ = await knock()
        await browser.send({"k": "hello", "ticket": ticket})
        assert await shown_out(browser) == module.NO_TICKET


UNREADABLE = [
    "nonsense", "", "[]", "null", '"hello"', "{}", '{"k":"dance"}', '{"k":["hello"]}', "[" * 60_000,
    '{"k":"ping","pad":"' + "x" * 70_000 + '"}', b"\x00\x01",
]  # fmt: skip


async def test_a_frame_it_cannot_read_ends_it(knock):
    for frame in UNREADABLE:
        browser, _ = await knock()
        await browser.send(frame)
        assert await shown_out(browser) == module.UNREADABLE, frame[:20]


async def test_who_has_said_nothing_of_themselves_may_not_acknowledge(knock):
    browser, _ = await knock()
    await browser.send('{"k":"ack","cursors":{}}')
    assert await shown_out(browser) == module.UNREADABLE


async def test_hello_is_said_once(knock, committed_cast):
    browser, _ = await greeted(knock, committed_cast.wang)
    await browser.send('{"k":"hello","ticket":"again"}')
    assert await shown_out(browser) == module.UNREADABLE


async def test_who_is_too_slow_is_shown_out(knock, committed_cast, hub):
    browser, _ = await greeted(knock, committed_cast.wang)
    (connection,) = hub._listeners[f"p:{committed_cast.wang.pk}"]
    connection.too_slow.set()
    assert await shown_out(browser) == module.TOO_SLOW


async def test_when_the_phone_is_gone_the_hub_forgets_it(knock, committed_cast, hub):
    browser, _ = await greeted(knock, committed_cast.wang)
    await browser.close()
    assert not hub._listeners
