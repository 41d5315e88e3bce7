"""The ticket for the websocket: ours, for a minute, for these streams."""

import time

import pytest
from django.core import signing

from backend.realtime.tickets import LIFETIME_S, SALT, Holder, issue, read


def issued(monkeypatch, *, seconds_ago):
    now = time.time()
    with monkeypatch.context() as earlier:
        earlier.setattr("django.core.signing.time.time", lambda: now - seconds_ago)
        return issue("wang", ["g:1"])


def test_a_fresh_one_names_holder_and_streams():
    assert read(issue("wang", ["p:wang", "g:1"])) == Holder("wang", frozenset({"p:wang", "g:1"}))


def test_it_lasts_a_minute(monkeypatch):
    assert read(issued(monkeypatch, seconds_ago=LIFETIME_S - 2)) is not None
    assert read(issued(monkeypatch, seconds_ago=LIFETIME_S + 2)) is None


def test_one_signed_for_something_else_is_none():
    assert read(signing.dumps({"u": "wang", "s": ["g:1"]}, salt="password-reset")) is None


def test_one_signed_with_another_key_is_none():
    assert read(signing.dumps({"u": "wang", "s": ["g:1"]}, salt=SALT, key="somebody else's")) is None


def test_no_character_of_it_can_be_changed():
    ticket = issue("wang", ["g:1"])
    for place in (0, len(ticket) // 2, len(ticket) - 1):
        other = "A" if ticket[place] != "A" else "B"
        assert read(ticket[:place] + other + ticket[place + 1 :]) is None


@pytest.mark.parametrize("nonsense", [None, "", "::", 5, {}, ["a"], "a" * 70_000, "\x00", "wang:g:1"])
def test_nonsense_is_none(nonsense):
    assert read(nonsense) is None
