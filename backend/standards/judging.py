"""What clauses together make of a place: a proposal. Whether a hazard is a major one is decided and signed by a person."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from backend.foundation.shapes import View
from backend.standards.files import ANY_GROUP
from backend.standards.models import Clause, Method, Standard


class Count(View):
    """So many different clauses of these groups were found, and so many it takes."""

    groups: list[str]
    at_least: int
    found: int


class Proposal(View):
    """`rule` is empty for a direct clause. Not `met`: shown all the same, so that two of three are seen."""

    standard: str
    rule: str
    text: str
    places: list[str]
    method: str
    level: str
    met: bool
    needs: list[Count]
    clauses: list[UUID]


def propose(clauses: Iterable[Clause], place: str = "") -> list[Proposal]:
    """Direct major clauses one by one; composite rules of the standards that the clauses belong to, met ones first.

    place: crowded, flammable, important, other; empty: not known, and the rules of all places are looked at.
    """
    rows = list({clause.pk: clause for clause in clauses}.values())
    direct = [_direct(c) for c in rows if c.method == Method.DIRECT and c.level_hint == "major"]
    standards = {clause.standard_id: clause.standard for clause in rows if clause.method == Method.COMPOSITE}
    composite = [
        _composite(standard, rule, [c for c in rows if c.standard_id == standard.pk and c.method == Method.COMPOSITE])
        for standard in standards.values()
        for rule in standard.composite
        if not place or not rule["places"] or place in rule["places"]
    ]
    return direct + sorted((p for p in composite if p.clauses), key=lambda p: not p.met)


def _direct(clause: Clause) -> Proposal:
    return Proposal(
        standard=clause.standard.number, rule="", text=clause.text, places=[], method=Method.DIRECT, level="major",
        met=True, needs=[], clauses=[clause.pk],
    )  # fmt: skip


def _composite(standard: Standard, rule: dict[str, Any], clauses: list[Clause]) -> Proposal:
    counted: dict[UUID, None] = {}
    needs = []
    for need in rule["needs"]:
        fitting = [c.pk for c in clauses if ANY_GROUP in need["groups"] or set(c.groups) & set(need["groups"])]
        needs.append(Count(groups=need["groups"], at_least=need["at_least"], found=len(fitting)))
        counted |= dict.fromkeys(fitting)
    met = all(need.found >= need.at_least for need in needs)
    return Proposal(
        standard=standard.number, rule=rule["key"], text=rule["text"], places=rule["places"], method=Method.COMPOSITE,
        level="major" if met else "general", met=met, needs=needs, clauses=list(counted),
    )  # fmt: skip
