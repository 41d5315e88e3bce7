"""Operations in. Whatever arrives is stored; each gets its own answer; a bad one never blocks the rest.

An operation's row, what it changes and its events are one commit, or, if it is refused, its row with the reason. Operations
that arrive together share the commit; each is an attempt of its own inside it. If the shared commit fails they are tried
one by one.
"""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, InterfaceError, OperationalError

from backend.accounts.models import User
from backend.foundation import blobs, clock
from backend.foundation.endpoints import as_problem
from backend.foundation.moves import ILLEGAL_MOVE
from backend.foundation.problems import SOMEBODY_WAS_FASTER, UNREADABLE, UNSTORABLE, Problem
from backend.foundation.shapes import View, convert
from backend.inspections.services import take_image
from backend.journal.chain import canonical
from backend.journal.recording import attempt, recording
from backend.journal.writing import Origin
from backend.sync.arriving import Batch, NewOperation, Unreadable
from backend.sync.models import ContestedOperation, Operation, Status
from backend.sync.problems import OP_ID_REUSED, UNKNOWN_OPERATION
from backend.sync.registry import OPERATIONS
from backend.sync.together import Together

log = logging.getLogger(__name__)
MOST_TOGETHER = 100
TRIES = 3


class Result(View):
    op_id: UUID
    status: str
    code: str | None = None
    detail: str | None = None
    missing_blobs: list[str] = []
    received_at: datetime | None = None


@dataclass
class Arrived:
    """An operation and the row under which it is kept; `body` once it could be read."""

    op: NewOperation
    user: User
    row: Operation
    body: Any = None


def receive(batch: Batch, *, user: User, device: UUID | None) -> list[Result]:
    """The answers are given only after the commit. `retry` means that nothing was stored: send it again."""
    results = _together.do([_arrived(op, user, device) for op in batch.ops])
    for result in results:
        try:
            # an image that arrived while this was being written saw no record to tell
            settle_arrived(result.missing_blobs)
        except OperationalError as error:
            log.warning("images of %s left to settle_waiting: %s", result.op_id, type(error).__name__)
    return results


def _arrived(op: NewOperation, user: User, device: UUID | None) -> Arrived:
    row = Operation(
        op_id=op.op_id, user=user, device=device, n=op.n, type=op.type, target=op.target, client_time=op.client_time,
        body=canonical(op.body), fingerprint=hashlib.sha256(canonical([op.type, op.target, op.body]).encode()).hexdigest(),
        received_at=clock.now(), status=Status.QUARANTINED,
    )  # fmt: skip
    return Arrived(op, user, row)


def _take_in(arrived: list[Arrived], tries: int = TRIES) -> list[Result]:
    """Together if that works; else one by one, so that one which the database refuses keeps nobody else out."""
    try:
        return _store(arrived)
    except (OperationalError, InterfaceError, IntegrityError) as error:
        if len(arrived) > 1:
            return [result for one in arrived for result in _take_in([one])]
        if isinstance(error, IntegrityError) and tries > 1:  # the same operation came twice at once: now it is there
            return _take_in(arrived, tries - 1)
        if isinstance(error, IntegrityError):
            return [_set_aside(arrived[0])]
        log.warning("operation %s not stored: %s", arrived[0].op.op_id, type(error).__name__)
        return [Result(op_id=arrived[0].op.op_id, status="retry", code="busy")]


def _set_aside(one: Arrived) -> Result:
    """Keep an operation that the database refuses at the commit, when it looks at what rows refer to: to answer `retry`
    would send it round for ever."""
    log.error("operation %s (%s) quarantined: refused at the commit", one.op.op_id, one.op.type)
    with recording():
        one.row.status, one.row.code, one.row.detail, one.row.blobs = Status.QUARANTINED, "failed", "IntegrityError", []
        one.row.save(force_insert=True)
    return result_of(one.row)


_together: Together[Arrived, Result] = Together(_take_in, MOST_TOGETHER)


def _store(arrived: list[Arrived]) -> list[Result]:
    with recording():
        earlier = {row.pk: row for row in Operation.objects.filter(pk__in=[one.op.op_id for one in arrived])}
        fresh: dict[UUID, Arrived] = {}
        for one in arrived:
            if one.op.op_id not in earlier:
                fresh.setdefault(one.op.op_id, one)
        _hold(list(fresh.values()))
        for one in fresh.values():
            row = one.row
            row.status, row.code, row.detail, row.blobs = carry_out(one.op, one.user, row.device)
        # last: if another process stored the same operation meanwhile, all that was done here is undone
        Operation.objects.bulk_create([one.row for one in fresh.values()])
        return [
            result_of(one.row)
            if fresh.get(one.op.op_id) is one
            else _again(earlier.get(one.op.op_id) or fresh[one.op.op_id].row, one.row)
            for one in arrived
        ]


def _hold(fresh: Sequence[Arrived]) -> None:
    """What the operations are about is read and locked at once; what cannot be read is left to `carry_out`."""
    for name in {one.op.type for one in fresh} & OPERATIONS.keys():
        kind, bodies = OPERATIONS[name], []
        for one in fresh:
            if one.op.type == name:
                try:
                    bodies.append(convert(one.op.body, kind.body))
                except Problem:
                    continue
        kind.hold(bodies)


def _again(earlier: Operation, row: Operation) -> Result:
    """The same operation again gets the stored answer; other content under the same id is kept beside it and refused."""
    if (earlier.user_id, earlier.fingerprint) == (row.user_id, row.fingerprint):
        return result_of(earlier, replayed=True)
    ContestedOperation.objects.get_or_create(
        op_id=row.op_id, user_id=row.user_id, fingerprint=row.fingerprint,
        defaults={
            "device": row.device, "type": row.type, "target": row.target, "body": row.body, "received_at": row.received_at
        },
    )  # fmt: skip
    return Result(op_id=row.op_id, status=Status.REJECTED, code=OP_ID_REUSED.code, detail=OP_ID_REUSED.zh)


def carry_out(op: NewOperation, user: User, device: UUID | None) -> tuple[str, str, str, list[str]]:
    """Status, problem code, detail, images. Inside `recording()`. Everything but a failing database ends in an answer
    that can be stored."""
    try:
        if isinstance(op, Unreadable):
            raise UNREADABLE.because(op.why)
        kind = OPERATIONS.get(op.type)
        if kind is None:
            raise UNKNOWN_OPERATION.because(op.type)
        body = convert(op.body, kind.body)
        with attempt(Origin(op=op.op_id, device=device)):
            kind.carry_out(body, acting_user=user)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        problem = as_problem(error)
        if problem is None:
            log.exception("operation %s (%s) quarantined", op.op_id, op.type)
            return Status.QUARANTINED, "failed", type(error).__name__, []
        return _refusal(problem), problem.kind.code, problem.body()["detail"], []
    images = kind.images(body)
    return (Status.AWAITING_BLOB if _missing(images) else Status.APPLIED), "", "", images


def _refusal(problem: Problem) -> Status:
    if problem.kind in (SOMEBODY_WAS_FASTER, ILLEGAL_MOVE):
        return Status.CONFLICT
    return Status.QUARANTINED if problem.kind in (UNREADABLE, UNSTORABLE, UNKNOWN_OPERATION) else Status.REJECTED


def _missing(images: list[str]) -> list[str]:
    return [sha for sha in dict.fromkeys(images) if not blobs.exists(sha)]


def result_of(row: Operation, *, replayed: bool = False) -> Result:
    """What the device is told: for something in force, `replay` the second time, `awaiting_blob` while images are missing."""
    missing = _missing(row.blobs) if row.status in (Status.APPLIED, Status.AWAITING_BLOB) else []
    status = row.status
    if status in (Status.APPLIED, Status.AWAITING_BLOB):
        status = Status.AWAITING_BLOB if missing else ("replay" if replayed else Status.APPLIED)
    return Result(
        op_id=row.op_id, status=status, code=row.code or None, detail=row.detail or None, missing_blobs=missing,
        received_at=row.received_at,
    )  # fmt: skip


def settle(sha256: str) -> None:
    """An image is there: records that refer to it say so, and operations that waited for nothing else are applied."""
    take_image(sha256)
    for row in Operation.objects.filter(status=Status.AWAITING_BLOB, blobs__icontains=sha256):
        if not _missing(row.blobs):
            Operation.objects.filter(pk=row.pk, status=Status.AWAITING_BLOB).update(status=Status.APPLIED)


def settle_waiting(limit: int = 500) -> None:
    """Periodic: an image may have been stored by a process that died before it could say so."""
    for row in Operation.objects.filter(status=Status.AWAITING_BLOB).order_by("received_at")[:limit]:
        settle_arrived(row.blobs)


def settle_arrived(images: list[str]) -> None:
    for sha256 in images:
        if blobs.exists(sha256):
            settle(sha256)
