"""Conditions and constraints of a checklist: a small part of XLSForm's XPath, kept as nested lists that a phone can work out too.

    ${level} = 'high' and . > 3    →    ["and", ["=", ["item", "level"], "high"], [">", ["this"], 3]]

Operators: and, or, not, = != < <= > >=, selected(x, 'y'). Operands: an item, the answer itself, a text, a number.
Comparison is XPath 1.0's: with a number on either side, or an order, both are numbers, and what is none equals nothing.
"""

import operator
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, cast

from lark import Lark, Token, Transformer
from lark.exceptions import LarkError

Value = str | int | float
Expression = list[Any]
COMPARE = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
LONGEST, DEEPEST = 1000, 40

_GRAMMAR = r"""
?start: either
either: both ("or" both)*
both: condition ("and" condition)*
?condition: operand COMPARE operand -> compared
    | "not" "(" either ")" -> negated
    | "selected" "(" operand "," operand ")" -> selected
    | "(" either ")"
?operand: "${" NAME "}" -> item
    | "." -> this
    | STRING -> text
    | NUMBER -> number
COMPARE: "!=" | "<=" | ">=" | "=" | "<" | ">"
NAME: /[A-Za-z_][\w-]*(\.[\w-]+)*/
STRING: /'[^']*'|"[^"]*"/
NUMBER: /-?(\d+(\.\d+)?|\.\d+)/
%ignore /\s+/
"""


class NotUnderstood(ValueError):
    """An expression that is no part of the small language."""


class _Built(Transformer[Token, Any]):
    def either(self, parts: list[Any]) -> Any:
        return parts[0] if len(parts) == 1 else ["or", *parts]

    def both(self, parts: list[Any]) -> Any:
        return parts[0] if len(parts) == 1 else ["and", *parts]

    def compared(self, parts: list[Any]) -> Expression:
        return [str(parts[1]), parts[0], parts[2]]

    def negated(self, parts: list[Any]) -> Expression:
        return ["not", *parts]

    def selected(self, parts: list[Any]) -> Expression:
        return ["selected", *parts]

    def item(self, parts: list[Token]) -> Expression:
        return ["item", str(parts[0])]

    def this(self, _: list[Token]) -> Expression:
        return ["this"]

    def text(self, parts: list[Token]) -> str:
        return str(parts[0])[1:-1]

    def number(self, parts: list[Token]) -> int | float:
        return float(parts[0]) if "." in parts[0] else int(parts[0])


_parser = Lark(_GRAMMAR, parser="lalr", transformer=_Built())


def parse(text: str) -> Expression:
    """Raises NotUnderstood, with what was met and where."""
    if len(text) > LONGEST:
        raise NotUnderstood(f"超过 {LONGEST} 个字符")
    try:
        parsed = cast(Expression, _parser.parse(text))
    except LarkError as error:
        column = getattr(error, "column", None)
        raise NotUnderstood(f"第 {column} 个字符起看不懂" if column and column > 0 else "条件不完整") from error
    if _depth(parsed) > DEEPEST:
        raise NotUnderstood(f"嵌套超过 {DEEPEST} 层")
    return parsed


def _depth(node: Any) -> int:
    return 1 + max(map(_depth, node), default=0) if isinstance(node, list) else 0


def render(node: Any) -> str:
    """The XLSForm text of an expression; `parse` of it gives the same expression."""
    match node:
        case ["item", name]:
            return f"${{{name}}}"
        case ["this"]:
            return "."
        case ["and" | "or" as word, *parts]:
            return f" {word} ".join(_enclosed(part) for part in parts)
        case ["not", part]:
            return f"not({render(part)})"
        case ["selected", left, right]:
            return f"selected({render(left)}, {render(right)})"
        case [sign, left, right]:
            return f"{render(left)} {sign} {render(right)}"
        case str():
            return f'"{node}"' if "'" in node else f"'{node}'"
    return _digits(node)


def _enclosed(node: Expression) -> str:
    return f"({render(node)})" if node[0] in ("and", "or") else render(node)


def _digits(number: int | float) -> str:
    """Without an exponent, which XPath does not know."""
    text = format(Decimal(repr(number)), "f")
    return text if isinstance(number, int) or "." in text else f"{text}.0"


def items_named(node: Any) -> Iterator[str]:
    match node:
        case ["item", name]:
            yield name
        case [_, *parts]:
            for part in parts:
                yield from items_named(part)


def uses_this(node: Any) -> bool:
    return node == ["this"] or (isinstance(node, list) and any(uses_this(part) for part in node[1:]))


def in_words_of(node: Any, words: Mapping[str, Mapping[str, str]]) -> Any:
    """The expression with the texts that are compared with an item replaced by `words[item]`."""
    match node:
        case [("=" | "!=" | "selected") as sign, ["item", name], str(text)]:
            return [sign, ["item", name], words.get(name, {}).get(text, text)]
        case [("=" | "!=") as sign, str(text), ["item", name]]:
            return [sign, words.get(name, {}).get(text, text), ["item", name]]
        case [("and" | "or" | "not") as word, *parts]:
            return [word, *(in_words_of(part, words) for part in parts)]
    return node


def holds(node: Expression, answers: Mapping[str, Value], this: Value = "") -> bool:
    """Whether it is true of the answers; an item without an answer is an empty text."""
    match node:
        case ["and", *parts]:
            return all(holds(part, answers, this) for part in parts)
        case ["or", *parts]:
            return any(holds(part, answers, this) for part in parts)
        case ["not", part]:
            return not holds(part, answers, this)
        case ["selected", left, right]:
            return str(_value(right, answers, this)) in str(_value(left, answers, this)).split()
    sign, left, right = node
    return _compare(sign, _value(left, answers, this), _value(right, answers, this))


def _compare(sign: str, left: Value, right: Value) -> bool:
    if isinstance(left, str) and isinstance(right, str) and sign in ("=", "!="):
        return bool(COMPARE[sign](left, right))
    return bool(COMPARE[sign](_number(left), _number(right)))


def _value(node: Any, answers: Mapping[str, Value], this: Value) -> Value:
    match node:
        case ["item", name]:
            return answers.get(name, "")
        case ["this"]:
            return this
    literal: Value = node
    return literal


def _number(value: Value) -> float:
    try:
        return float(value)
    except ValueError:
        return float("nan")
