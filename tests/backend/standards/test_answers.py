"""Answers by kind: what is missing or does not fit, and which items are not in order."""

import pytest

from backend.foundation.problems import Problem
from backend.standards.answers import Given, failed, misfits, require_valid
from backend.standards.expressions import parse
from backend.standards.items import Choice, Item, Words

W = Words(zh="题", en="Item")
CHOICES = [Choice(key="dry", text=W), Choice(key="wet", text=W, fails=True)]


def item(kind: str = "verdict", key: str = "x", **fields) -> Item:
    return Item(key=key, section=W, text=W, clauses=[], kind=kind, **fields)


def codes(items, *given) -> list[str]:
    return [misfit.code for misfit in misfits(items, given)]


@pytest.mark.parametrize(
    ("asked", "given", "expected"),
    [
        (item(), Given(item="x", verdict="pass"), []),
        (item(), Given(item="x", verdict="na"), []),
        (item(na=False), Given(item="x", verdict="na"), ["not_applicable_refused"]),
        (item(), Given(item="x", verdict="fail", photos=1), []),
        (item(), Given(item="x", verdict="fail"), ["photo_missing"]),
        (item(photo_when_failed=False), Given(item="x", verdict="fail"), []),
        (item(), Given(item="x"), ["verdict_missing"]),
        (item(), Given(item="x", verdict="pass", value="so"), ["wrong_kind"]),
        (item("number"), Given(item="x", value=3.5), []),
        (item("number"), Given(item="x", value="3"), ["not_a_number"]),
        (item("number"), Given(item="x", value=float("nan")), ["not_a_number"]),
        (item("number"), Given(item="x", value=float("inf")), ["not_a_number"]),
        (item("number", integer=True), Given(item="x", value=3.5), ["not_whole"]),
        (item("number", integer=True), Given(item="x", value=3.0), []),
        (item("number"), Given(item="x"), ["answer_missing"]),
        (item("number", required=False), Given(item="x"), []),
        (item("number"), Given(item="x", verdict="na"), []),
        (item("number", constraint=parse(". > 0")), Given(item="x", value=0), ["constraint_broken"]),
        (item("number", fails_when=parse(". > 4")), Given(item="x", value=5), ["photo_missing"]),
        (item("number", fails_when=parse(". > 4")), Given(item="x", value=5, photos=1), []),
        (item("choice", choices=CHOICES), Given(item="x", value="dry"), []),
        (item("choice", choices=CHOICES), Given(item="x", value="icy"), ["not_a_choice"]),
        (item("choice", choices=CHOICES), Given(item="x", value="wet"), ["photo_missing"]),
        (item("text"), Given(item="x", value="好"), []),
        (item("text"), Given(item="x", value=3), ["wrong_kind"]),
        (item("text"), Given(item="x", value=""), ["answer_missing"]),
        (item("text"), Given(item="x", value="字" * 2001), ["too_long"]),
        (item("photo"), Given(item="x", photos=1), []),
        (item("photo"), Given(item="x"), ["photo_missing"]),
        (item("photo", required=False), Given(item="x"), []),
    ],
)
def test_by_kind(asked, given, expected):
    assert codes([asked], given) == expected


def test_every_item_is_answered_once_and_no_other():
    asked = [item(key="a"), item(key="b"), item("note", key="n")]
    answers = [Given(item="a", verdict="pass"), Given(item="a", verdict="pass"), Given(item="z", verdict="pass")]
    assert sorted((m.item, m.code) for m in misfits(asked, answers)) == [
        ("a", "answered_twice"), ("b", "answer_missing"), ("z", "unknown_item"),
    ]  # fmt: skip


CONDITIONED = [
    item(key="kitchen"), item("number", key="bottles", relevant=parse("${kitchen} = 'pass'")),
    item("text", key="where", relevant=parse("${bottles} > 2")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([Given(item="kitchen", verdict="na")], []),
        ([Given(item="kitchen", verdict="pass")], ["answer_missing"]),
        ([Given(item="kitchen", verdict="pass"), Given(item="bottles", value=2)], []),
        ([Given(item="kitchen", verdict="pass"), Given(item="bottles", value=3)], ["answer_missing"]),
        ([Given(item="kitchen", verdict="na"), Given(item="bottles", value=3)], ["not_asked"]),
        # what should not have been answered is no ground to ask on
        (
            [Given(item="kitchen", verdict="na"), Given(item="bottles", value=3), Given(item="where", value="后院")],
            ["not_asked", "not_asked"],
        ),
    ],
)
def test_only_what_is_asked_is_answered(answers, expected):
    assert codes(CONDITIONED, *answers) == expected


def test_what_is_not_in_order():
    asked = [
        item(key="a"), item("number", key="b", fails_when=parse(". < 19.5 or . > 23.5")), item("number", key="c"),
        item("choice", key="d", choices=CHOICES), item("text", key="e", fails_when=parse("${b} > 30")),
        item(key="f", relevant=parse("${a} = 'pass'")),
    ]  # fmt: skip
    answers = [
        Given(item="a", verdict="fail"), Given(item="b", value=18), Given(item="c", value=3, verdict="fail"),
        Given(item="d", value="wet"), Given(item="e", value="x"), Given(item="f", verdict="fail"),
    ]  # fmt: skip
    assert failed(asked, answers) == ["a", "b", "c", "d"]


def test_all_misfits_are_said_at_once():
    with pytest.raises(Problem) as refusal:
        require_valid([item(key="a"), item(key="b")], [Given(item="a")])
    problem = refusal.value
    assert problem.kind.code == "answers_invalid"
    assert [m["code"] for m in problem.fields["misfits"]] == ["verdict_missing", "answer_missing"]
