"""An item of a checklist, the same in data files, in the database and in XLSForm; and what makes a list of them sound."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, Literal

import msgspec

from backend.standards.expressions import Expression, NotUnderstood, items_named, parse, render, uses_this

# what ODK's forms use: also figures, points and hyphens
ChoiceName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,39}$")]
Kind = Literal["verdict", "number", "choice", "text", "photo", "note"]
NAME = r"^[A-Za-z][A-Za-z0-9_]{0,39}$"
Name = Annotated[str, msgspec.Meta(pattern=NAME)]
# no control characters, no space at the ends: what a spreadsheet would not give back
_PLAIN = r"^(?!\s)[^\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]*(?<!\s)$"
Plain = Annotated[str, msgspec.Meta(pattern=_PLAIN)]
Text = Annotated[Plain, msgspec.Meta(max_length=1000)]
Unit = Annotated[Plain, msgspec.Meta(max_length=20)]
MOST_ITEMS, MOST_CHOICES = 300, 100
# XForms keeps these for itself
RESERVED = {"meta", "data"}
RULES = ("relevant", "constraint", "fails_when")


class Words(msgspec.Struct, frozen=True, kw_only=True):
    zh: Text
    en: Text


class Choice(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`fails`: choosing it means that the item is not in order."""

    key: ChoiceName
    text: Words
    fails: bool = False


class Item(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is left out has the default. `clauses`: standard family/clause key, candidates if the item fails.

    kind verdict: pass, fail, and na unless `na` is false · number in `unit` · choice · text · photo · note: nothing to answer
    relevant: the item is asked only then · constraint: what a value must fulfil · fails_when: a value that is not in order
    """

    key: Name
    section: Words
    text: Words
    clauses: list[str]
    kind: Kind = "verdict"
    photo_when_failed: bool = True
    required: bool = True
    na: bool = True
    hint: Words | None = None
    unit: Unit = ""
    integer: bool = False
    choices: list[Choice] = []
    relevant: Expression | None = None
    constraint: Expression | None = None
    constraint_text: Words | None = None
    fails_when: Expression | None = None


class Unsound(msgspec.Struct):
    """Item `key` breaks a rule; `why` in Chinese."""

    key: str
    code: str
    why: str


def items_of(stored: list[dict[str, Any]]) -> list[Item]:
    return msgspec.convert(stored, list[Item])


def faults_of(items: list[Item]) -> Iterator[Unsound]:
    """What makes a list unfit to be published: doubles, words that are missing, conditions that name what comes later."""
    seen: set[str] = set()
    for item in items:
        for code, why in faults_of_one(item, seen):
            yield Unsound(key=item.key, code=code, why=why)
        seen.add(item.key)
    if len(items) > MOST_ITEMS:
        yield Unsound(key="", code="too_many_items", why=f"一份检查表最多 {MOST_ITEMS} 项")
    if not any(item.kind != "note" for item in items):
        yield Unsound(key="", code="no_items", why="没有一个可以回答的检查项")


def faults_of_one(item: Item, earlier: set[str]) -> Iterator[tuple[str, str]]:
    """(code, why) of one item, `earlier` being the keys of those before it."""
    if item.key in earlier:
        yield "duplicate_key", "与前面的检查项同名"
    if item.key.lower() in RESERVED:
        yield "reserved_key", "这个名称由 XForms 保留"
    if not item.text.zh or not item.text.en:
        yield "text_missing", "缺少题目文字"
    said = [item.text, item.section, item.hint, item.constraint_text, *(choice.text for choice in item.choices)]
    if any("${" in words.zh + words.en for words in said if words):
        yield "text_refers", "文字里引用了别的答案，手机不会替换"
    if any(bool(words.zh) != bool(words.en) for words in (item.section, item.text)):
        yield "text_missing", "中文和英文要么都有，要么都没有"
    if any(words and not (words.zh and words.en) for words in (item.hint, item.constraint_text)):
        yield "text_missing", "提示文字要有中文和英文"
    yield from _misplaced(item)
    yield from _faults_of_choices(item.choices)
    for rule in RULES:
        for code, why in _faults_of_rule(rule, getattr(item, rule), earlier):
            yield code, f"{rule}：{why}"


def _misplaced(item: Item) -> Iterator[tuple[str, str]]:
    belongs: list[tuple[str, bool, Iterable[Kind]]] = [
        ("choices", bool(item.choices), ["choice"]), ("unit", bool(item.unit), ["number"]),
        ("integer", item.integer, ["number"]), ("na", not item.na, ["verdict"]),
        ("constraint", item.constraint is not None, ["number", "text", "choice"]),
        ("fails_when", item.fails_when is not None, ["number", "text", "choice"]),
        ("clauses", bool(item.clauses), ["verdict", "number", "choice", "text", "photo"]),
    ]  # fmt: skip
    for field, given, kinds in belongs:
        if given and item.kind not in kinds:
            yield "misplaced", f"{field} 不适用于 {item.kind}"
    if item.kind == "choice" and len(item.choices) < 2:
        yield "choices_missing", "至少要有两个选项"
    if item.constraint_text and item.constraint is None:
        yield "misplaced", "有 constraint_text 而没有 constraint"


def _faults_of_choices(choices: list[Choice]) -> Iterator[tuple[str, str]]:
    if len(choices) > MOST_CHOICES:
        yield "too_many_choices", f"最多 {MOST_CHOICES} 个选项"
    for key, times in Counter(choice.key for choice in choices).items():
        if times > 1:
            yield "duplicate_choice", f"选项 {key} 重复"
    if any(not choice.text.zh or not choice.text.en for choice in choices):
        yield "text_missing", "选项缺少文字"


def _faults_of_rule(rule: str, node: Expression | None, earlier: set[str]) -> Iterator[tuple[str, str]]:
    if node is None:
        return
    try:
        sound = parse(render(node)) == node
    except (NotUnderstood, ValueError, TypeError, IndexError):
        sound = False
    if not sound:
        yield "rule_not_understood", "条件看不懂"
        return
    if rule == "relevant" and uses_this(node):
        yield "rule_not_understood", "显示条件里不能用 . "
    if later := sorted(set(items_named(node)) - earlier):
        yield "refers_ahead", f"引用了前面没有的检查项 {'、'.join(later)}"


def unknown_clauses(items: list[Item], known: Callable[[str], bool]) -> Iterator[Unsound]:
    for item in items:
        for clause in item.clauses:
            if not known(clause):
                yield Unsound(key=item.key, code="unknown_clause", why=f"没有条款 {clause}")
