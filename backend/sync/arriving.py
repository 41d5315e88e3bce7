"""From the bytes of a batch to its operations: what can be read, and what can only be kept.

Nobody stands at the phone's outbox to correct anything. What has a readable id is therefore taken in one way or the other:
a character that cannot be stored becomes U+FFFD, and an operation that cannot be read is kept as text (`Unreadable`).
"""

import json
import math
import re
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

import msgspec

from backend.foundation.problems import TOO_LARGE, UNREADABLE, Problem
from backend.foundation.shapes import Body, convert
from backend.sync.problems import VERSION_UNKNOWN

MOST = 50
LARGEST = 4 << 20
# a full batch of long inspections has some 50,000; each costs memory a hundred times its two bytes
MOST_ELEMENTS = 200_000
DEEPEST = 32
KNOWN_VERSIONS = frozenset({1})
AS_ARRIVED = "as_arrived"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class NewOperation(Body, kw_only=True):
    op_id: UUID
    n: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
    type: Annotated[str, msgspec.Meta(max_length=40)]
    target: Annotated[str, msgspec.Meta(max_length=40)] = ""
    client_time: Annotated[str, msgspec.Meta(max_length=40)]
    body: dict[str, Any]
    blobs: list[str] = []


class Unreadable(NewOperation, kw_only=True):
    """An operation of which only the id can be relied on: its body is {as_arrived: its text}."""

    why: str


class Batch(Body):
    v: int
    epoch: str
    ops: Annotated[list[NewOperation], msgspec.Meta(max_length=MOST)]


class _Envelope(Body):
    """A batch before its operations are looked at, so that one of them cannot spoil the others."""

    v: int
    epoch: str
    ops: Annotated[list[Any], msgspec.Meta(max_length=MOST)]


class Doubled(dict[str, Any]):
    """An object in which a key stands twice: which of the two was meant cannot be known. The second is
    `key#2`, which no body knows."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__()
        for key, value in pairs:
            self[key if key not in self else f"{key}#2"] = value


@dataclass
class _Reader:
    """JSON as Python reads it, noting what the standard forbids or a database cannot keep: rare, and then looked for."""

    doubts: list[str] = field(default_factory=list)

    def read(self, text: str) -> Any:
        return json.loads(
            text, object_pairs_hook=self._object, parse_float=self._float, parse_constant=self._float
        )  # fmt: skip

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        self.doubts.append("doubled")
        return Doubled(pairs)

    def _float(self, text: str) -> float:
        number = float(text)
        if not math.isfinite(number):
            self.doubts.append(text)
        return number


def read_batch(raw: bytes) -> Batch:
    """Raises unreadable (nothing of it can be told apart), too_large, version_unknown."""
    if len(raw) > LARGEST or raw.count(b",") + raw.count(b"[") + raw.count(b"{") > MOST_ELEMENTS:
        raise TOO_LARGE.because(largest=LARGEST)
    reader = _Reader()
    try:
        value = reader.read(raw.decode())
        doubtful = bool(reader.doubts) or b"\\u" in raw or not _is_shallow(raw)
        if isinstance(value, Doubled):
            raise UNREADABLE.because("同一字段出现了两次")
        envelope = convert(value, _Envelope)
        require_version(envelope.v)
        return Batch(envelope.v, envelope.epoch, [understood(op, doubtful=doubtful) for op in envelope.ops])
    except (ValueError, RecursionError) as error:
        raise UNREADABLE.because(str(error)[:300]) from error


def require_version(version: int) -> None:
    if version not in KNOWN_VERSIONS:
        raise VERSION_UNKNOWN.because(known=sorted(KNOWN_VERSIONS))


def understood(value: Any, *, doubtful: bool) -> NewOperation:
    """The operation, or what is left of it. Raises unreadable when not even its id can be read."""
    op_id = _op_id(value)
    try:
        return convert(_storable(value, DEEPEST) if doubtful else value, NewOperation)
    except Problem as problem:
        return _kept(op_id, value, problem.detail)


def reread(text: str) -> NewOperation:
    """An operation that was kept as text, looked at again: a newer server may know what it means."""
    return understood(_Reader().read(text), doubtful=True)


def _kept(op_id: UUID, value: dict[str, Any], why: str) -> Unreadable:
    text = _UNSTORABLE.sub("\ufffd", json.dumps(value, ensure_ascii=False))
    return Unreadable(
        op_id=op_id, n=0, type=_word(value, "type"), target=_word(value, "target"),
        client_time=_word(value, "client_time"), body={AS_ARRIVED: text}, why=why,
    )  # fmt: skip


def _word(value: dict[str, Any], name: str) -> str:
    said = value.get(name)
    return _UNSTORABLE.sub("\ufffd", said)[:40] if isinstance(said, str) else ""


def _op_id(value: Any) -> UUID:
    try:
        return UUID(value["op_id"])
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise UNREADABLE.because("有一条记录没有可识别的编号", field="op_id") from error


def _is_shallow(raw: bytes) -> bool:
    """Whether nothing is nested deeper than it may be: innermost pairs are peeled off, layer by layer."""
    brackets = raw.translate(None, _NOT_BRACKETS)
    for _ in range(DEEPEST):
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if not brackets:
            return True
    return False


def _storable(value: Any, depth: int) -> Any:
    """`value` with U+FFFD for what no database keeps. Raises unreadable for what has no meaning."""
    if depth < 0:
        raise UNREADABLE.because("嵌套过深")
    match value:
        case str():
            return _UNSTORABLE.sub("\ufffd", value)
        case float() if not math.isfinite(value):
            raise UNREADABLE.because("数值超出范围")
        case Doubled():
            raise UNREADABLE.because("同一字段出现了两次")
        case list():
            return [_storable(item, depth - 1) for item in value]
        case dict():
            return {_storable(key, depth): _storable(item, depth - 1) for key, item in value.items()}
    return value
