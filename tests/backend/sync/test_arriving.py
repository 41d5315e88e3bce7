"""From bytes to operations: one that cannot be read stands alone, and nothing of it is lost."""

import json
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.foundation.problems import Problem
from backend.sync.arriving import AS_ARRIVED, DEEPEST, Unreadable, read_batch


def op(**changes):
    whole = {"op_id": str(uuid4()), "n": 1, "type": "task.open", "client_time": "", "body": {}}
    return whole | changes


def batch(*ops, v=1):
    return json.dumps({"v": v, "epoch": "", "ops": list(ops)}).encode()


def nested(depth):
    value = 1
    for _ in range(depth):
        value = [value]
    return value


def test_what_is_good_comes_through_as_it_is():
    (found,) = read_batch(batch(op(body={"a": [1, 2.5, "ä", None, True]}))).ops
    assert found.body == {"a": [1, 2.5, "ä", None, True]}


@pytest.mark.parametrize("n", [2**63, -1, 1.5, "1", None, True])
def test_a_counter_that_is_none_spoils_only_its_own(n):
    good, bad = op(), op(n=n)
    first, second = read_batch(batch(good, bad)).ops
    assert not isinstance(first, Unreadable)
    assert isinstance(second, Unreadable)
    assert json.loads(second.body[AS_ARRIVED]) == bad


def test_a_key_that_stands_twice_is_not_chosen_between():
    """Seen failing (the second one was taken) with a plain dict in place of `Doubled`."""
    raw = batch(op(body={"x": 1, "y": 2})).replace(b'"y"', b'"x"')
    (found,) = read_batch(raw).ops
    assert isinstance(found, Unreadable)
    assert json.loads(found.body[AS_ARRIVED])["body"] == {"x": 1, "x#2": 2}


def test_depth_ends_somewhere():
    """Seen failing (200 levels came through) with `_is_shallow` answering yes."""
    (fits,) = read_batch(batch(op(body={"a": nested(DEEPEST - 4)}))).ops
    (deep,) = read_batch(batch(op(body={"a": nested(200)}))).ops
    assert not isinstance(fits, Unreadable)
    assert isinstance(deep, Unreadable)
    with pytest.raises(Problem, match="unreadable"):
        read_batch(batch().replace(b"[]", b"[" * 5000 + b"]" * 5000))


def test_brackets_in_a_text_are_no_depth():
    (found,) = read_batch(batch(op(body={"note": "[" * 5000}))).ops
    assert found.body == {"note": "[" * 5000}


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_number_that_is_none(number):
    raw = batch(op(body={"x": 17.5})).replace(b"17.5", number.encode())
    assert isinstance(read_batch(raw).ops[0], Unreadable)


def test_another_version_is_said_with_those_that_are_known():
    with pytest.raises(Problem, match="version_unknown") as refused:
        read_batch(batch(op(), v=2))
    assert refused.value.fields == {"known": [1]}


@given(st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_no_bytes_break_it(raw):
    """Whatever comes: a batch, or a problem of the catalogue."""
    try:
        read_batch(raw)
    except Problem as refused:
        assert refused.kind.status in (400, 413, 422)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["n", "type", "target", "client_time", "body", "blobs", "more"]), values))
def test_whatever_has_an_id_is_kept_and_can_be_stored(changes):
    good, bad = op(), {"op_id": str(uuid4())} | changes
    first, second = read_batch(batch(good, bad)).ops
    assert str(second.op_id) == bad["op_id"]
    assert not isinstance(first, Unreadable)
    text = json.dumps(second.body, ensure_ascii=False) + second.type + second.target + second.client_time
    assert "\x00" not in text
    text.encode()
