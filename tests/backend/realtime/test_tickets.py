"""The ticket for the websocket: ours, for a minute, for these streams."""

import time
from uuid import uuid4

import pytest
from django.core import signing

from backend.realtime.tickets import LIFETIME_S, SALT, Holder, issue, read


def issued(monkeypatch, *, seconds_ago):
    now = time.time()
    with monkeypatch.context() as earlier:
        earlier.setattr("django.core.signing.time.time", lambda: now - seconds_ago)
        return issue("wang", "phone", ["g:1"])


def test_a_fresh_one_names_holder_and_streams():
    assert read(issue("wang", "phone", ["p:wang", "g:1"])) == Holder("wang", "phone", frozenset({"p:wang", "g:1"}))


def test_it_lasts_a_minute(monkeypatch):
    assert read(issued(monkeypatch, seconds_ago=LIFETIME_S - 2)) is not None
    assert read(issued(monkeypatch, seconds_ago=LIFETIME_S + 2)) is None


def test_one_signed_for_something_else_is_none():
    assert read(signing.dumps({"u": "wang", "d": "phone", "s": ["g:1"]}, salt="password-reset")) is None


def test_one_signed_with_another_key_is_none():
    assert read(signing.dumps({"u": "wang", "d": "phone", "s": ["g:1"]}, salt=SALT, key="somebody else's")) is None


def test_no_character_of_it_can_be_changed():
    ticket = issue("wang", "phone", ["g:1"])
    for place in (0, len(ticket) // 2, len(ticket) - 1):
        other = "A" if ticket[place] != "A" else "B"
        assert read(ticket[:place] + other + ticket[place + 1 :]) is None


@pytest.mark.parametrize("nonsense", [None, "", "::", 5, {}, ["a"], "a" * 70_000, "\x00", "wang:g:1"])
def test_nonsense_is_none(nonsense):
    assert read(nonsense) is None


def test_it_is_small_also_for_who_hears_much():
    """It travels with every pong and with hello: a worker's, and that of who supervises a hundred towns."""
    worker = [f"p:{uuid4()}", *(f"g:{uuid4()}" for _ in range(3)), "a:440783112"]
    supervisor = [f"p:{uuid4()}", *(f"{kind}:4407{number:05d}" for number in range(100) for kind in "oa")]
    assert len(issue(str(uuid4()), str(uuid4()), worker)) < 400
    assert len(issue(str(uuid4()), str(uuid4()), supervisor)) < 2_000
