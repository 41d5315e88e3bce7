"""The hash chain: hash = SHA-256(prev | canonical header). Tamper-evident, never tamper-proof.

How it is made, and how it is checked: each event by walking.py, what the whole was on former days by witnesses.py.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from django.db import connection
from django.db.models import Max, OuterRef, Subquery

from backend.journal.models import Chain, Event
from backend.journal.signing import Signed
from backend.journal.walking import FIRST, Misfit, Stretch, rows_of, walk, walk_apart
from backend.journal.witnesses import objections

START = "0" * 64
# a process more takes as long to start as some ten thousand events to check
WORTH_A_PROCESS = 50_000


def canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def link(prev: str, header: str) -> str:
    return hashlib.sha256(f"{prev}|{header}".encode()).hexdigest()


def commitment(salt: bytes, body: str) -> str:
    """Salted, because names and phone numbers are guessable and the body must be erasable."""
    return hmac.new(salt, body.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Verdict:
    """`first_bad`: the first event that does not fit, `why` in which way, `day` of the anchor that says so."""

    town: str
    events: int
    head: str
    first_bad: int | None = None
    why: Misfit | None = None
    day: str = ""

    @property
    def ok(self) -> bool:
        return self.first_bad is None


def verify_chain(town: str, elsewhere: Iterable[Signed] = ()) -> Verdict:
    """Every event of `town`, then its anchors: those stored, those in the chain above, and those from `elsewhere`."""
    chain = Chain.objects.filter(town=town).first() or Chain(town=town)
    walked = _joined(_stretches(town, chain.seq))
    if walked.bad is None:
        walked = _against_its_row(walked, chain)
    if walked.bad is not None:
        return Verdict(town, walked.events, walked.head, walked.bad, walked.why)
    for objection in objections(town, chain.seq, elsewhere):
        return Verdict(town, walked.events, walked.head, objection.seq, objection.why, objection.day)
    return Verdict(town, walked.events, walked.head)


def _stretches(town: str, last: int) -> list[tuple[int, Stretch]]:
    """(last number, what was found) of consecutive stretches up to `last`; what is appended meanwhile is not looked at."""
    where = _reachable_apart()
    many = min(len(os.sched_getaffinity(0)), last // WORTH_A_PROCESS) if where else 1
    if many < 2:
        with connection.chunked_cursor() as cursor:
            return [(last, walk(town, FIRST, rows_of(cursor, connection.vendor, town, FIRST, last)))]
    ends = [last * part // many for part in range(1, many + 1)]
    # spawned, not forked: a forked process would write into our connection to PostgreSQL
    with ProcessPoolExecutor(many, get_context("spawn")) as pool:
        jobs = [
            pool.submit(walk_apart, connection.vendor, where, town, before + 1, end)
            for before, end in zip([0, *ends], ends, strict=False)
        ]
        return [(end, job.result()) for end, job in zip(ends, jobs, strict=True)]


def _reachable_apart() -> dict[str, Any]:
    """How another process reaches the same rows; empty if it would not see them."""
    settings = connection.settings_dict
    if connection.in_atomic_block or getattr(connection, "is_in_memory_db", bool)():
        return {}
    if connection.vendor == "sqlite":
        return {"database": str(settings["NAME"])}
    given = connection.get_connection_params()
    return {name: value for name, value in given.items() if isinstance(value, str | int)}


def _joined(stretches: list[tuple[int, Stretch]]) -> Stretch:
    """As if walked in one go: each stretch must follow the one before, and hold every number up to its end."""
    prev = START
    for end, part in stretches:
        if part.claims not in (None, prev):
            return Stretch(FIRST, START, part.first - 1, prev, part.first, Misfit.LINK)
        prev, reached = part.head or prev, part.first + part.events
        if part.bad is not None or reached <= end:
            return Stretch(FIRST, START, reached - 1, prev, part.bad or reached, part.why or Misfit.MISSING)
    return Stretch(FIRST, START, stretches[-1][0], prev)


def _against_its_row(walked: Stretch, chain: Chain) -> Stretch:
    """The row of the chain knows the last number and hash. Read once more with the last event, for what came meanwhile."""
    last = Event.objects.filter(chain=OuterRef("town")).order_by().values("chain").annotate(last=Max("seq"))
    now = Chain.objects.filter(town=chain.town).values_list("seq", Subquery(last.values("last"))).first()
    known, there = now or (0, Event.objects.filter(chain=chain.town).aggregate(last=Max("seq"))["last"])
    if (there or 0) > known:
        return Stretch(FIRST, START, walked.events, walked.head, known + 1, Misfit.SURPLUS)
    if walked.head != chain.head:
        return Stretch(FIRST, START, walked.events, walked.head, max(chain.seq, FIRST), Misfit.HEAD)
    return walked
