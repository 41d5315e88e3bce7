"""The hub: every frame to whom it is for, at once, however slowly somebody else takes theirs."""

import asyncio
import time

from backend.realtime import hub as module
from backend.realtime.hub import QUEUE_FRAMES
from tests.backend.journal.bell import ring
from tests.backend.realtime.peers import Peer, in_database


async def settled():
    """Long enough for every pump to take what it can."""
    for _ in range(QUEUE_FRAMES * 3):
        await asyncio.sleep(0)


def flood(hub, frames, *, stream="g:1", first=1):
    for seq in range(first, first + frames):
        hub.deliver(stream, seq, b'{"q":%d}' % seq)


async def test_frames_go_to_the_streams_they_are_for(hub):
    wang, chen, office = Peer(hub, "p:wang", "g:1"), Peer(hub, "p:chen", "g:3"), Peer(hub, "g:1", "g:3")
    hub.deliver("g:1", 1, b"one")
    hub.deliver("p:chen", 1, b"two")
    hub.deliver("g:3", 1, b"three")
    hub.deliver("g:9", 1, b"nobody's")
    await settled()
    assert (wang.heard, chen.heard, office.heard) == ([b"one"], [b"two", b"three"], [b"one", b"three"])


async def test_who_has_left_hears_nothing_and_leaves_nothing_behind(hub):
    peer = Peer(hub, "g:1")
    hub.deliver("g:1", 1, b"one")
    hub.leave(peer.connection)
    hub.deliver("g:1", 2, b"two")
    await settled()
    assert peer.heard == [b"one"]
    assert (dict(hub._listeners), hub._heads.get("g:9")) == ({}, None)


async def test_one_who_takes_nothing_delays_nobody(hub):
    slow, quick = Peer(hub, "g:1"), Peer(hub, "g:1")
    slow.stall()
    began = time.monotonic()
    for seq in range(1, QUEUE_FRAMES * 4):
        flood(hub, 1, first=seq)
        await asyncio.sleep(0)
    await settled()
    assert [frame["q"] for frame in quick.read()] == list(range(1, QUEUE_FRAMES * 4))
    assert slow.heard == []
    assert time.monotonic() - began < 1


async def test_who_fell_behind_loses_the_queue_is_told_and_goes_on(hub):
    """Else a phone whose queue was dropped would wait for the next event to learn what it missed."""
    slow = Peer(hub, "g:1", "g:2")
    slow.stall()
    hub.deliver("g:2", 7, b'{"q":7}')
    await settled()
    flood(hub, QUEUE_FRAMES + 1)
    slow.go_on()
    await settled()
    told = {"k": "heads", "heads": {"g:1": QUEUE_FRAMES + 1, "g:2": 7}}
    assert slow.read() == [{"q": 7}, told], "the one on its way, then where the streams are"
    flood(hub, 1, first=QUEUE_FRAMES + 2)
    await settled()
    assert slow.read()[-1] == {"q": QUEUE_FRAMES + 2}


async def test_who_stays_behind_is_too_slow(hub, monkeypatch):
    monkeypatch.setattr(module, "LAGGING_S", 0.05)
    slow = Peer(hub, "g:1")
    slow.stall()
    flood(hub, QUEUE_FRAMES * 2)
    assert not slow.connection.too_slow.is_set(), "a moment of slowness is no reason"
    await asyncio.sleep(0.06)
    flood(hub, QUEUE_FRAMES * 2)
    assert slow.connection.too_slow.is_set()


async def test_who_has_caught_up_begins_anew(hub, monkeypatch):
    monkeypatch.setattr(module, "LAGGING_S", 0.05)
    slow = Peer(hub, "g:1")
    for _ in range(2):
        slow.stall()
        await settled()
        flood(hub, QUEUE_FRAMES * 2)
        slow.go_on()
        await settled()
        await asyncio.sleep(0.06)
    assert not slow.connection.too_slow.is_set()


async def test_the_heads_are_asked_for_after_joining(hub, transactional_db):
    await in_database(ring)(to=["g:1"])
    Peer(hub, "g:1", "g:2")
    assert await hub.heads_of(["g:1", "g:2"]) == {"g:1": 1, "g:2": 0}


async def test_a_letter_that_comes_while_the_heads_are_read_is_not_forgotten(hub, transactional_db):
    Peer(hub, "g:1")
    asked = asyncio.create_task(hub.heads_of(["g:1"]))
    await asyncio.sleep(0)
    hub.deliver("g:1", 5, b"five")
    assert await asked == {"g:1": 5}


async def test_what_is_no_event_is_passed_on_and_moves_no_head(hub, transactional_db):
    peer = Peer(hub, "o:town")
    hub.deliver("o:town", 0, b"letter")
    await settled()
    assert peer.heard == [b"letter"]
    assert await hub.heads_of(["o:town"]) == {"o:town": 0}
