"""Answers against a checklist: what is missing or does not fit, by kind, and which items are not in order. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from backend.standards.expressions import Value, holds
from backend.standards.items import Item
from backend.standards.problems import ANSWERS_INVALID

MOST_TEXT = 2000


class Given(msgspec.Struct, kw_only=True):
    """One answer. A verdict may be given to an item of any kind and is then the inspector's own word on it."""

    item: str
    verdict: Literal["pass", "fail", "na"] | None = None
    value: Value | None = None
    photos: int = 0


class Misfit(msgspec.Struct):
    """Why the answer to an item cannot be taken; `code` is stable, `why` in Chinese."""

    item: str
    code: str
    why: str


def require_valid(items: Sequence[Item], given: Iterable[Given]) -> None:
    """Raises answers_invalid, with every misfit in its fields."""
    if found := list(misfits(items, given)):
        raise ANSWERS_INVALID.because(
            "；".join(f"{m.item} {m.why}" for m in found[:5]), misfits=msgspec.to_builtins(found)
        )


def misfits(items: Sequence[Item], given: Iterable[Given]) -> Iterator[Misfit]:
    """Codes: unknown_item, answered_twice, answer_missing, not_asked, verdict_missing, not_applicable_refused, wrong_kind,
    not_a_number, not_whole, not_a_choice, too_long, constraint_broken, photo_missing."""
    answers, times = {}, Counter[str]()
    for answer in given:
        answers[answer.item] = answer
        times[answer.item] += 1
    known = {item.key for item in items}
    yield from (Misfit(key, "unknown_item", "检查表里没有这一项") for key in times if key not in known)
    yield from (Misfit(key, "answered_twice", "回答了不止一次") for key, n in times.items() if n > 1)
    for item, asked, said in _in_order(items, answers):
        for code, why in _judged(item, answers.get(item.key), asked, said):
            yield Misfit(item.key, code, why)


def failed(items: Sequence[Item], given: Iterable[Given]) -> list[str]:
    """Keys of the items that are not in order, in the order of the list; only items that were asked.

    By the inspector's verdict, a choice marked so, or a value of which `fails_when` is true.
    """
    answers = {answer.item: answer for answer in given}
    return [
        item.key
        for item, asked, said in _in_order(items, answers)
        if asked and item.key in answers and _fails(item, answers[item.key], said)
    ]


def _in_order(items: Sequence[Item], answers: dict[str, Given]) -> Iterator[tuple[Item, bool, dict[str, Value]]]:
    """Each item, whether it is asked, and what the items before it said. What was not asked has said nothing."""
    said: dict[str, Value] = {}
    for item in items:
        asked = item.relevant is None or holds(item.relevant, said)
        yield item, asked, said
        if asked and item.key in answers:
            said[item.key] = _said(item, answers[item.key])


def _said(item: Item, answer: Given) -> Value:
    if item.kind == "photo":
        return answer.photos or ""
    worth = answer.verdict if item.kind == "verdict" else answer.value
    return "" if worth is None else worth


def _fails(item: Item, answer: Given, said: dict[str, Value]) -> bool:
    if answer.verdict is not None:
        return answer.verdict == "fail"
    if answer.value is None:
        return False
    if any(choice.fails and choice.key == answer.value for choice in item.choices):
        return True
    return item.fails_when is not None and holds(item.fails_when, said, answer.value)


def _judged(item: Item, answer: Given | None, asked: bool, said: dict[str, Value]) -> Iterator[tuple[str, str]]:
    if answer is None:
        if asked and item.required and item.kind != "note":
            yield "answer_missing", "还没有回答"
        return
    if not asked:
        yield "not_asked", "按前面的回答，这一项不用填"
        return
    yield from _kind_judged(item, answer)
    if answer.value is not None and item.constraint is not None and not holds(item.constraint, said, answer.value):
        yield "constraint_broken", item.constraint_text.zh if item.constraint_text else "填写的值不符合要求"
    if item.photo_when_failed and not answer.photos and _fails(item, answer, said):
        yield "photo_missing", "不合格的检查项要拍照"


def _kind_judged(item: Item, answer: Given) -> Iterator[tuple[str, str]]:
    if answer.verdict == "na" and not item.na:
        yield "not_applicable_refused", "这一项不能选不涉及"
    if item.kind in ("verdict", "photo", "note") and answer.value is not None:
        yield "wrong_kind", "这一项不填数值或文字"
    if item.kind == "verdict" and answer.verdict is None:
        yield "verdict_missing", "要选合格、不合格或不涉及"
    if item.kind == "photo" and item.required and not answer.photos and answer.verdict != "na":
        yield "photo_missing", "要拍照"
    if item.kind in ("number", "choice", "text"):
        yield from _value_judged(item, answer)


def _value_judged(item: Item, answer: Given) -> Iterator[tuple[str, str]]:
    value = answer.value
    if value is None or value == "":
        if item.required and answer.verdict != "na":
            yield "answer_missing", "还没有填写"
    elif item.kind == "number":
        if isinstance(value, str | bool) or value != value or value in (float("inf"), float("-inf")):
            yield "not_a_number", "要填数字"
        elif item.integer and value != int(value):
            yield "not_whole", "要填整数"
    elif item.kind == "choice":
        if value not in {choice.key for choice in item.choices}:
            yield "not_a_choice", "不在选项里"
    elif not isinstance(value, str):
        yield "wrong_kind", "要填文字"
    elif len(value) > MOST_TEXT:
        yield "too_long", f"最多 {MOST_TEXT} 个字"
