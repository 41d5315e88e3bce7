"""The answers of a record against the checklist of its task: what does not fit is named, what fits gets its verdict."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from backend.inspections import problems
from backend.inspections.bodies import NewAnswer
from backend.inspections.models import Verdict
from backend.standards.answers import Given, Misfit, failed, misfits
from backend.standards.expressions import Value
from backend.standards.items import Item
from backend.standards.problems import ANSWERS_INVALID

# JSON readers agree on whole numbers up to here, and no instrument shows more
LARGEST = 10**15
# the codes by which phones have known these misfits from the first; the first that is met names the problem
_KINDS = [
    (problems.UNKNOWN_ITEM, {"unknown_item"}),
    (problems.ANSWERS_INCOMPLETE, {"answer_missing", "answered_twice", "verdict_missing"}),
    (problems.PHOTO_MISSING, {"photo_missing"}),
]


def require_fitting(items: Sequence[Item], answers: Sequence[NewAnswer]) -> None:
    """Raises unknown_item, answers_incomplete, photo_missing, answers_invalid; whichever it is, `misfits` in its fields
    has for every item that does not fit its code and, in Chinese, why and what to do."""
    found = list(_too_large(answers)) or list(misfits(items, map(_given, answers)))
    if not found:
        return
    texts = {item.key: item.text.zh for item in items}
    words = "；".join(f"{texts.get(m.item, m.item)}：{m.why}" for m in found[:5])
    for kind, codes in _KINDS:
        if named := [m.item for m in found if m.code in codes]:
            raise kind.because(words, items=named, misfits=msgspec.to_builtins(found))
    raise ANSWERS_INVALID.because(words, items=[m.item for m in found], misfits=msgspec.to_builtins(found))


def verdicts(items: Sequence[Item], answers: Sequence[NewAnswer]) -> dict[str, Verdict]:
    """By item that was answered: the inspector's own word, else what the value or the photos come to. What was sent empty,
    as an item that is not required may be, counts as na."""
    fails = set(failed(items, map(_given, answers)))
    return {answer.item: _verdict(answer, answer.item in fails) for answer in answers}


def value_in_words(item: Item, value: Value | None) -> str:
    if value is None or value == "":
        return ""
    chosen = {choice.key: choice.text.zh for choice in item.choices}
    return chosen.get(str(value), f"{value} {item.unit}".strip())


def _verdict(answer: NewAnswer, fails: bool) -> Verdict:
    if answer.verdict is not None:
        return Verdict(answer.verdict)
    if fails:
        return Verdict.FAIL
    return Verdict.NA if answer.value in (None, "") and not answer.photos else Verdict.PASS


def _given(answer: NewAnswer) -> Given:
    return Given(item=answer.item, verdict=answer.verdict, value=answer.value, photos=len(answer.photos))


def _too_large(answers: Iterable[NewAnswer]) -> Iterator[Misfit]:
    for answer in answers:
        if not isinstance(answer.value, str | None) and abs(answer.value) > LARGEST:
            yield Misfit(answer.item, "number_too_large", "数字太大，核对后重填")
