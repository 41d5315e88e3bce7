"""Conditions: understood, worked out as XPath 1.0 does, and written again without loss."""

import pytest
from hypothesis import given

from backend.standards.expressions import NotUnderstood, holds, items_named, parse, render
from tests.backend.standards.making import expressions

EARLIER = ["a", "b1"]


@pytest.mark.parametrize(
    ("text", "answers", "this", "expected"),
    [
        ("${a} = 'yes'", {"a": "yes"}, "", True),
        ("${a}='yes' or ${b} >= 3", {"a": "no", "b": 3}, "", True),
        ("${a} = 'yes' and ${b} >= 3", {"a": "no", "b": 3}, "", False),
        ("not(${a} = 'yes')", {}, "", True),
        (". >= 0 and . <= 100", {}, 100, True),
        (". >= 0 and . <= 100", {}, 100.5, False),
        ("${n} > 3", {}, "", False),
        ("${n} < 3", {}, "", False),
        ("${n} != 3", {}, "", True),
        ("${n} = 10", {"n": "10"}, "", True),
        ("selected(${a}, 'c')", {"a": "b c"}, "", True),
        ("selected(., 'x')", {}, "xy", False),
        ("(${a} = 1 or ${b} = 1) and ${c} = 1", {"a": 1, "c": 1}, "", True),
        ("${a} = 1 or ${b} = 1 and ${c} = 1", {"a": 1}, "", True),
        ("-1.5 < .", {}, -1, True),
        ('. = "it\'s"', {}, "it's", True),
    ],
)
def test_what_holds(text, answers, this, expected):
    assert holds(parse(text), answers, this) is expected


@pytest.mark.parametrize(
    "text",
    ["", "${a", "today() > .", "regex(., '[0-9]+')", "${a} = 'x' and", "/a/b = 1", "${a}", "1 = 2 = 3", "not ${a} = 1",
     "(" * 200 + ". = 1" + ")" * 200 + "(", "not(" * 60 + ". = 1" + ")" * 60, "." * 5000],
)  # fmt: skip
def test_what_is_not_understood_is_said(text):
    with pytest.raises(NotUnderstood):
        parse(text)


@given(expressions(EARLIER))
def test_written_and_read_again_it_is_the_same(node):
    assert parse(render(node)) == node
    assert set(items_named(node)) <= set(EARLIER)
