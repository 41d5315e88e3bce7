"""Lists over REST: narrowed by what was asked, paged by id. Ids are in order of making, so a page never shifts.

A person sees a row on one of several grounds: it is theirs, their department sent it, it lies in their division. Asked for
all of them at once the database reads the whole table; asked ground by ground it reads the end of one index each.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from rest_framework.request import Request

from backend.foundation.problems import NOT_FOUND, UNREADABLE

Row = TypeVar("Row", bound=Model)
Item = TypeVar("Item")
PAGE = 100
MOST = 500
Names = tuple[str, ...]
NO_IDS: Mapping[str, str] = {}


@dataclass(frozen=True)
class Seen(Generic[Row]):
    """Those of `rows` that fit at least one of the grounds. No ground may give a row twice."""

    rows: QuerySet[Row]
    grounds: tuple[Q, ...]

    def together(self) -> QuerySet[Row]:
        """As one query, for single rows, counts and whatever narrows them down further."""
        return self.rows.filter(reduce(or_, self.grounds))


def narrowed(
    rows: QuerySet[Row], request: Request, *, words: Names = (), ids: Mapping[str, str] = NO_IDS
) -> QuerySet[Row]:
    """Only rows that fit the query: `words` are columns of text, `ids` parameter → column of an id."""
    asked = request.query_params
    wanted: dict[str, Any] = {name: asked[name] for name in words if asked.get(name)}
    wanted |= {column: uuid_of(asked[name], name) for name, column in ids.items() if asked.get(name)}
    return rows.filter(**wanted)


def one(rows: QuerySet[Row], key: UUID, what: str) -> Row:
    """The row with this id, or not_found: a row outside `rows` does not exist for who asks."""
    found = rows.filter(pk=key).first()
    if found is None:
        raise NOT_FOUND.because(what)
    return found


def page(
    rows: QuerySet[Row], request: Request, view: Callable[[Row], Any], grounds: Iterable[Q] = ()
) -> dict[str, Any]:
    """{results, next}: newest first, `?cursor=` the last id seen, `?limit=` at most 500. Only what fits one of the grounds,
    if there are any; see `Seen`."""
    cursor, limit = request.query_params.get("cursor"), _limit(request)
    if cursor:
        rows = rows.filter(pk__lt=uuid_of(cursor, "cursor"))
    if grounds:
        rows = rows.filter(pk__in=_newest(rows, grounds, limit + 1))
    found = list(rows.order_by("-pk")[: limit + 1])
    shown = found[:limit]
    return {"results": [view(row) for row in shown], "next": str(shown[-1].pk) if len(found) > limit else None}


def _newest(rows: QuerySet[Row], grounds: Iterable[Q], most: int) -> list[Any]:
    found: set[Any] = set()
    for ground in grounds:
        found.update(rows.filter(ground).order_by("-pk").values_list("pk", flat=True)[:most])
    return sorted(found, reverse=True)[:most]


def page_in_order(
    rows: Iterable[Item], request: Request, key: Callable[[Item], str], view: Callable[[Item], Any]
) -> dict[str, Any]:
    """Like `page`, for an order that is worked out and in no column: ascending by `key`; the cursor is the last key seen.

    A row that moves up between two pages is missed, one that moves down comes twice: for lists that are read again anyway.
    """
    cursor, limit = request.query_params.get("cursor", ""), _limit(request)
    keyed = sorted((place, n, row) for n, row in enumerate(rows) if (place := key(row)) > cursor)
    shown = keyed[:limit]
    return {"results": [view(row) for *_, row in shown], "next": shown[-1][0] if len(keyed) > limit else None}


def _limit(request: Request) -> int:
    return number_of(request.query_params.get("limit", str(PAGE)), "limit", least=1, most=MOST)


def number_of(text: str, field: str, *, least: int = 0, most: int = 2**63 - 1) -> int:
    """Plain digits within bounds. Unlike int(), which also takes ٣ and fails at ² or at 5,000 digits."""
    if not re.fullmatch("[0-9]{1,19}", text) or not least <= int(text) <= most:
        raise UNREADABLE.because(f"{field} 应为 {least} 到 {most} 的整数", field=field)
    return int(text)


def uuid_of(text: str, field: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise UNREADABLE.because(f"{field} 不是有效的编号", field=field) from error
