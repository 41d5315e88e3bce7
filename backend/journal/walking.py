"""Walking a chain from row to row: does each event have the next number, link to the one before, and say what was hashed?

Without Django, so that a process for one stretch of a long chain starts quickly and opens a connection of its own.
"""

import hmac
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from hashlib import sha256
from typing import Any

import msgspec
import psycopg

BATCH = 2000
FIRST, LAST = 1, 2**63 - 1


class Misfit(Enum):
    """What does not fit, in words for the person who must find out why."""

    MISSING = "这个编号的事件不见了", "the event of this number is missing"
    LINK = "与前一事件不相接", "does not link to the event before it"
    HASH = "事件头与散列值不符", "the header does not give the hash"
    UNREADABLE = "事件无法读取", "the event cannot be read"
    COLUMNS = (
        "显示的编号、类型、对象或时间与事件头不符",
        "number, type, target or time shown is not what the header says",
    )
    BODY = "正文不是当初记下的正文", "the body is not the one that was recorded"
    HEAD = "最后一个散列值与链的记录不符", "the last hash is not the one the chain remembers"
    SURPLUS = "链的记录里没有这个事件", "the chain knows of no such event"
    ANCHOR = "与锚点不符：在此之前有事件被改动", "is not what was anchored: an event up to here was changed"
    CUT = "锚点之后被截断：尾部的事件不见了", "an anchor saw more events: the tail was cut off"
    FORMER = "恢复备份之前的锚点：当时的事件不在恢复的备份里", "anchored before a backup was restored that lacks it"
    SIGNATURE = "锚点的签名无效", "the signature of an anchor is not valid"
    STRANGER = "锚点由不认识的密钥签名", "an anchor is signed by a key that is not known here"
    UNANCHORED = "锚点不见了，上级的链里有它", "an anchor is missing that the chain above holds"
    UNTOLD = "上级的链里没有这个锚点", "the chain above does not hold this anchor"

    @property
    def zh(self) -> str:
        return self.value[0]

    @property
    def en(self) -> str:
        return self.value[1]


@dataclass(frozen=True)
class Stretch:
    """Events `first`… of a chain as they were found: what the first claims to follow, the last hash, the first misfit."""

    first: int
    claims: str | None
    events: int
    head: str
    bad: int | None = None
    why: Misfit | None = None


class Header(msgspec.Struct):
    """What of a hashed header is also shown in columns, and the commitment to the body."""

    town: str
    seq: int
    type: str
    target: str
    at: datetime
    commit: str


Row = tuple[Any, ...]

# bytes as they are stored: what somebody made unreadable by SQL must not stop the walk before it is named
_ROWS = {
    "sqlite": """
        SELECT e.seq, CAST(e.type AS BLOB), CAST(e.at AS BLOB), CAST(e.target AS BLOB), CAST(e.header AS BLOB),
               CAST(e.prev AS BLOB), CAST(e.hash AS BLOB), CAST(b.salt AS BLOB), CAST(b.body AS BLOB)
        FROM journal_event e LEFT JOIN journal_eventbody b ON b.event_id = e.id
        WHERE e.chain_id = {} AND e.seq >= {} AND e.seq <= {} ORDER BY e.seq""",
    "postgresql": """
        SELECT e.seq, convert_to(e.type, 'UTF8'), e.at, convert_to(e.target, 'UTF8'), convert_to(e.header, 'UTF8'),
               convert_to(e.prev, 'UTF8'), convert_to(e.hash, 'UTF8'), b.salt, convert_to(b.body, 'UTF8')
        FROM journal_event e LEFT JOIN journal_eventbody b ON b.event_id = e.id
        WHERE e.chain_id = {} AND e.seq >= {} AND e.seq <= {} ORDER BY e.seq""",
}


def rows_of(cursor: Any, vendor: str, town: str, first: int, last: int, mark: str = "%s") -> Iterator[Row]:
    # numbers below the first would otherwise hide from everybody who begins there
    lowest = -LAST if first == FIRST else first
    cursor.execute(_ROWS[vendor].format(mark, mark, mark), (town, lowest, last))
    while batch := cursor.fetchmany(BATCH):
        yield from batch


def walk(town: str, first: int, rows: Iterable[Row]) -> Stretch:
    """Up to the first event that does not fit. Only a stretch that begins the chain knows what its first event follows."""
    read = msgspec.json.Decoder(Header).decode
    seq, claims, prev = first, None, None
    for row in rows:
        if claims is None and row[0] == first:
            claims = _text(row[5])
        try:
            why = _misfit(row, town, seq, prev, read)
        except (msgspec.DecodeError, ValueError, TypeError, AttributeError):
            why = Misfit.UNREADABLE
        if why is not None:
            return Stretch(first, claims, seq - first, _text(prev), seq, why)
        prev, seq = row[6], seq + 1
    return Stretch(first, claims, seq - first, _text(prev))


def _misfit(row: Row, town: str, expected: int, before: bytes | None, read: Any) -> Misfit | None:
    """Once per event: hash and commitment as in chain.py (`link`, `commitment`), on bytes and without the calls."""
    seq, type_, at, target, header, prev, hash_, salt, body = row
    if seq != expected:
        return Misfit.MISSING if seq > expected else Misfit.SURPLUS
    if before is not None and prev != before:
        return Misfit.LINK
    if sha256(prev + b"|" + header).hexdigest().encode() != hash_:
        return Misfit.HASH
    said = read(header)
    if (
        said.seq != seq
        or said.type.encode() != type_
        or said.target[:40].encode() != target
        or said.town != town
        or said.at != (datetime.fromisoformat(f"{at.decode()}+00:00") if isinstance(at, bytes) else at)
    ):
        return Misfit.COLUMNS
    if body is not None and hmac.digest(salt, body, "sha256").hex() != said.commit:
        return Misfit.BODY
    return None


def _text(value: bytes | None) -> str:
    return value.decode("ascii", "replace") if value else ""


def walk_apart(vendor: str, where: dict[str, Any], town: str, first: int, last: int) -> Stretch:
    """In a process of its own, over a connection of its own."""
    if vendor == "sqlite":
        with closing(sqlite3.connect(where["database"], timeout=20)) as file:
            return walk(town, first, rows_of(file.cursor(), vendor, town, first, last, mark="?"))
    with psycopg.connect(**where) as connection, connection.cursor("walk", binary=True) as cursor:
        return walk(town, first, rows_of(cursor, vendor, town, first, last))
