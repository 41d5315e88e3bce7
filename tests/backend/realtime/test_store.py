"""Between the processes runs a store that may die: then letters are missed, and the poll of the heads finds them."""

import asyncio

import pytest

from backend.journal import letters
from backend.realtime import mending as module
from tests.backend.journal.bell import ring
from tests.backend.realtime.peers import Peer, Store, in_database, subscribed, unheard, until


@pytest.fixture
def own_store(tmp_path, settings):
    """A store of our own, so that killing it disturbs nobody."""
    store = Store(tmp_path)
    settings.REDIS_URL = store.url
    letters.store.cache_clear()
    yield store
    store.kill()
    letters.store.cache_clear()


async def test_an_event_written_anywhere_is_heard_here(hub, transactional_db):
    peer, other = Peer(hub, "g:1"), Peer(hub, "g:2")
    await subscribed()
    await in_database(ring)("叮", to=["g:1"])
    await until(lambda: peer.heard)
    (frame,) = peer.read()
    assert (frame["k"], frame["s"], frame["q"], frame["b"]) == ("ev", "g:1", 1, {"words": "叮"})
    assert other.heard == []


async def test_without_the_store_the_poll_finds_it_and_with_it_back_letters_come_again(
    hub, own_store, transactional_db, monkeypatch
):
    monkeypatch.setattr(module, "POLL_S", 0.1)
    peer = Peer(hub, "g:1", "g:2")
    await subscribed()
    own_store.kill()
    await in_database(ring)(to=["g:1"])
    await until(lambda: peer.heard)
    assert [(frame["k"], frame["q"]) for frame in peer.read()] == [("ev", 1)]
    await asyncio.sleep(0.3)
    assert len(peer.heard) == 1, "said once"
    own_store.start()
    await subscribed()
    await in_database(ring)(to=["g:1"])
    await until(lambda: len(peer.heard) > 1)
    assert (peer.read()[-1]["k"], peer.read()[-1]["q"]) == ("ev", 2)


async def test_what_the_store_carried_is_not_polled_again(hub, transactional_db, monkeypatch):
    monkeypatch.setattr(module, "POLL_S", 0.1)
    peer = Peer(hub, "g:1")
    await subscribed()
    await in_database(ring)(to=["g:1"])
    await until(lambda: peer.heard)
    await asyncio.sleep(0.3)
    assert [frame["k"] for frame in peer.read()] == ["ev"]


async def test_a_cut_link_costs_nobody_an_event(hub, own_store, transactional_db, monkeypatch):
    """Fault 4: the link of the subscription is cut again and again while 300 events are said. The client library connects
    silently. Seen failing with `look_after` doing nothing."""
    monkeypatch.setattr(module, "POLL_S", 60)
    monkeypatch.setattr(module, "MOST_READ", 1000)
    peer = Peer(hub, "g:1")
    await subscribed()
    for number in range(300):
        await in_database(ring)(to=["g:1"])
        if number % 30 == 15:
            await asyncio.to_thread(letters.store().execute_command, "CLIENT", "KILL", "TYPE", "pubsub")
    await until(lambda: len(peer.heard) >= 300, seconds=30)
    assert [frame["q"] for frame in peer.read()] == list(range(1, 301))


async def test_when_the_store_confirms_a_subscription_what_was_missed_is_looked_for_at_once(
    hub, own_store, transactional_db, monkeypatch
):
    """The last event before a silence fell into the blind moment: no later number shows the hole, and the next poll is far
    away. Seen failing with `poll_now` doing nothing."""
    monkeypatch.setattr(module, "POLL_S", 60)
    peer = Peer(hub, "g:1")
    await subscribed()
    await in_database(unheard)(to=["g:1"])
    await asyncio.to_thread(letters.store().execute_command, "CLIENT", "KILL", "TYPE", "pubsub")
    await until(lambda: peer.heard)
    assert [frame["q"] for frame in peer.read()] == [1]
