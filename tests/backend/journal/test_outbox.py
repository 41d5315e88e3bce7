"""What must follow an event is done in the end: once, whatever fails and whoever else runs."""

from datetime import timedelta

import pytest

from backend.config.schedule import run_due
from backend.foundation import clock
from backend.journal import jobs, letters
from backend.journal.handlers import FOLLOWERS, HANDLERS
from backend.journal.models import Delivery, Outbox
from backend.journal.writing import Letter
from tests.backend.journal.bell import Rang, ring
from tests.cast import TOWN


@pytest.fixture
def handlers(transactional_db, monkeypatch):
    """Two that follow the bell: `breaks` raises while `broken` holds something, `works` works. Real commits, as for a
    worker, which closes its connection between two rounds."""
    done, broken = [], ["fuse"]

    def breaks(town):
        if broken:
            raise ZeroDivisionError(town)
        done.append("breaks")

    monkeypatch.setitem(FOLLOWERS, Rang.TYPE, ["breaks", "works"])
    monkeypatch.setitem(HANDLERS, "breaks", breaks)
    monkeypatch.setitem(HANDLERS, "works", lambda town: done.append("works"))
    return done, broken


def row(handler):
    return Outbox.objects.get(handler=handler)


def later(**ahead):
    return clock.at(clock.now() + timedelta(**ahead))


def test_one_that_fails_does_not_stop_the_next(handlers):
    ring()
    assert jobs.drain() == 1
    assert handlers[0] == ["works"]
    assert (row("breaks").attempts, row("breaks").last_error) == (1, f"ZeroDivisionError: {TOWN}")


def test_what_failed_is_tried_again_after_longer_and_longer_waits(handlers):
    ring()
    waits = []
    moment = clock.now()
    for _ in range(4):
        with clock.at(moment):
            jobs.drain()
        waits.append((row("breaks").available_at - moment).total_seconds())
        moment = row("breaks").available_at
    assert waits == [2, 4, 8, 16]


def test_it_is_not_tried_before_its_time(handlers):
    ring()
    jobs.drain()
    jobs.drain()
    assert row("breaks").attempts == 1


def test_once_mended_it_is_done(handlers):
    done, broken = handlers
    ring()
    jobs.drain()
    broken.clear()
    with later(seconds=3):
        assert jobs.drain() == 1
    assert sorted(done) == ["breaks", "works"]
    assert row("breaks").done_at is not None


def test_in_the_end_it_is_left_for_the_administrator(handlers):
    ring()
    Outbox.objects.filter(handler="breaks").update(attempts=jobs.GIVE_UP_AFTER)
    handlers[1].clear()
    jobs.drain()
    assert (handlers[0], row("breaks").done_at) == (["works"], None)


def test_doing_it_again_does_nothing(handlers):
    ring()
    jobs.drain()
    assert (jobs.drain(), handlers[0]) == (0, ["works"])


def test_two_workers_do_not_do_the_same_row(handlers, monkeypatch):
    """While the first is at it, a second one finds nothing due."""
    second = []
    monkeypatch.setitem(HANDLERS, "works", lambda town: second.append(jobs.drain()))
    ring()
    jobs.drain()
    assert second == [0]


def test_a_worker_that_died_is_followed_by_another(handlers):
    ring()
    jobs._lease(10)
    assert jobs.drain() == 0, "leased"
    with later(seconds=61):
        assert jobs.drain() == 1


def test_each_commit_leaves_one_row_per_handler(handlers):
    ring()
    ring()
    assert Outbox.objects.count() == 4


def test_a_month_of_done_rows_is_kept(handlers):
    ring()
    jobs.drain()
    with later(days=29):
        jobs.tidy()
    assert Outbox.objects.count() == 2
    with later(days=31):
        jobs.tidy()
    assert [kept.handler for kept in Outbox.objects.all()] == ["breaks"], "what is not done is not tidied away"


@pytest.fixture
def dead_store(settings, tmp_path):
    nowhere = f"unix://{tmp_path / 'nothing.sock'}"
    settings.REDIS_URL = nowhere
    settings.RQ_QUEUES = {"default": {"URL": nowhere}}
    letters.store.cache_clear()
    yield
    letters.store.cache_clear()


def test_without_a_store_nothing_is_wrong_only_later(dead_store, handlers):
    ring()
    assert Delivery.objects.count() == 1
    run_due()
    assert handlers[0] == ["works"], "the sweeper needs no store"


def test_a_dead_store_is_no_error_for_who_tells(dead_store):
    letter = Letter("g:1", 1, Rang.TYPE, clock.now(), {"words": "叮"})
    letters.carry([letter])
    letters.post("o:town", {"k": "letter"})
    jobs.wake([letter])


def test_the_store_carries_one_envelope_per_stream_and_a_hint_for_what_is_large():
    listening = letters.store().pubsub(ignore_subscribe_messages=True)
    listening.subscribe(letters.CHANNEL)
    listening.get_message(timeout=2)
    letters.carry([
        Letter("g:1", 7, Rang.TYPE, clock.now(), {"words": "叮"}),
        Letter("g:2", 8, Rang.TYPE, clock.now(), {"words": "当" * letters.LARGEST_CARRIED}),
    ])  # fmt: skip
    small, large = letters.opened(listening.get_message(timeout=2)["data"])
    listening.close()
    assert small[:2] == ("g:1", 7)
    assert '"words":"叮"'.encode() in small[2]
    assert large == ("g:2", 8, b'{"k":"hint","s":"g:2","head":8}')
