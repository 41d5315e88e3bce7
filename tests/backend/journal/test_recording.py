"""Rows, event, deliveries and outbox are one commit: all of it is there, or none."""

import pytest
from django.db import IntegrityError, connection

from backend.accounts.models import Department
from backend.journal.handlers import FOLLOWERS
from backend.journal.models import Chain, Delivery, Event, EventBody, Outbox
from backend.journal.recording import attempt, publish, recording, unannounced
from backend.journal.writing import Origin
from tests.backend.journal.bell import Rang, ring, say
from tests.cast import TOWN

EVERYTHING = (Department, Event, EventBody, Delivery, Outbox)


@pytest.fixture(autouse=True)
def bellringer(monkeypatch):
    """Somebody follows the bell, so that each ringing leaves an outbox row."""
    monkeypatch.setitem(FOLLOWERS, Rang.TYPE, ["bellringer"])


def appoint(code="yj"):
    return Department.objects.create(division=TOWN, code=code, name="应急办", short="应急")


def test_one_commit_holds_all_of_it(db):
    with recording():
        appoint()
        say(to=["g:1", "o:town"])
    assert [model.objects.count() for model in EVERYTHING] == [1, 1, 1, 2, 1]
    assert Outbox.objects.get().handler == "bellringer"


def test_a_failure_leaves_none_of_it(db):
    with pytest.raises(ZeroDivisionError), recording():
        appoint()
        say()
        raise ZeroDivisionError
    assert [model.objects.count() for model in EVERYTHING] == [0, 0, 0, 0, 0]


def test_a_failure_at_the_very_last_row_leaves_none_of_it(db):
    """The outbox is written last; its key is already taken."""
    Outbox.objects.create(handler="x", key=f"bellringer:{TOWN}:1", town=TOWN, available_at="2026-01-01T00:00:00Z")
    with pytest.raises(IntegrityError), recording():
        appoint()
        say()
    assert [model.objects.count() for model in EVERYTHING] == [0, 0, 0, 0, 1]
    assert not Chain.objects.exists()


def test_what_fails_in_an_attempt_takes_its_events_with_it_and_the_outer_goes_on(db):
    with recording():
        say("first")
        with pytest.raises(ZeroDivisionError), attempt(Origin()):
            appoint("inner")
            say("inner")
            raise ZeroDivisionError
        appoint("outer")
        say("last")
    assert [row.code for row in Department.objects.all()] == ["outer"]
    assert [event.content.body for event in Event.objects.order_by("seq")] == ['{"words":"first"}', '{"words":"last"}']


def test_what_fails_in_a_nested_recording_fails_the_whole(db):
    with pytest.raises(ZeroDivisionError), recording():
        say("first")
        with recording():
            appoint("inner")
            raise ZeroDivisionError
    assert [model.objects.count() for model in EVERYTHING] == [0, 0, 0, 0, 0]


def test_saying_something_outside_a_recording_is_an_error(db):
    with pytest.raises(RuntimeError, match=r"bell\.rang published outside"):
        say()
    with recording():
        pass
    with pytest.raises(RuntimeError, match="outside"):
        publish(Rang(words="叮"), town=TOWN, audience=[], target="bell", acting_user=None)


def test_without_an_audience_nobody_hears_and_the_chain_knows_it(db):
    ring(to=[])
    assert (Event.objects.count(), Delivery.objects.count()) == (1, 0)


def test_who_is_named_twice_hears_it_once(db):
    ring(to=["g:1", "g:1"])
    assert Delivery.objects.get().seq == 1


def test_it_is_announced_after_the_commit_and_only_then(transactional_db, monkeypatch):
    heard = []
    monkeypatch.setattr(
        "backend.journal.recording.announcers", [lambda letters: heard.append((connection.in_atomic_block, letters))]
    )
    with recording():
        say(to=["g:1", "g:2"])
        assert heard == []
    ((inside, letters),) = heard
    assert not inside
    assert [(letter.stream, letter.seq) for letter in letters] == [("g:1", 1), ("g:2", 1)]


def test_what_is_rolled_back_is_not_announced(transactional_db, monkeypatch):
    heard = []
    monkeypatch.setattr("backend.journal.recording.announcers", [heard.append])
    with pytest.raises(ZeroDivisionError), recording():
        say()
        raise ZeroDivisionError
    assert heard == []


def test_quiet_work_is_kept_and_not_announced(transactional_db, monkeypatch):
    heard = []
    monkeypatch.setattr("backend.journal.recording.announcers", [heard.append])
    with unannounced():
        ring()
    assert (heard, Delivery.objects.count()) == ([], 1)
    ring()
    assert len(heard) == 1
