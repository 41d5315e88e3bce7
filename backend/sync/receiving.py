"""Operations in. Whatever arrives is stored; each gets its own answer; a bad one never blocks the rest.

One operation is one transaction: its row, what it changes, the events, or, if it is refused, its row with the reason.
"""

import hashlib
import logging
from datetime import datetime
from uuid import UUID

from django.db import OperationalError

from backend.accounts.models import User
from backend.foundation import blobs, clock
from backend.foundation.endpoints import as_problem
from backend.foundation.moves import ILLEGAL_MOVE
from backend.foundation.problems import SOMEBODY_WAS_FASTER, UNREADABLE, UNSTORABLE, Problem
from backend.foundation.shapes import View, convert
from backend.inspections.services import take_image
from backend.journal.chain import canonical
from backend.journal.recording import Origin, recording
from backend.sync.arriving import Batch, NewOperation, Unreadable
from backend.sync.models import ContestedOperation, Operation, Status
from backend.sync.problems import OP_ID_REUSED, UNKNOWN_OPERATION
from backend.sync.registry import OPERATIONS

log = logging.getLogger(__name__)


class Result(View):
    op_id: UUID
    status: str
    code: str | None = None
    detail: str | None = None
    missing_blobs: list[str] = []
    received_at: datetime | None = None


def receive(batch: Batch, *, user: User, device: UUID | None) -> list[Result]:
    return [_receive(op, user, device) for op in batch.ops]


def _receive(op: NewOperation, user: User, device: UUID | None) -> Result:
    """The answer is given only after the commit. `retry` means that nothing was stored: send it again."""
    try:
        with recording(Origin(op=op.op_id, device=device)):
            result = _store(op, user, device)
    except OperationalError as error:
        log.warning("operation %s not stored: %s", op.op_id, type(error).__name__)
        return Result(op_id=op.op_id, status="retry", code="busy")
    try:
        # an image that arrived while this was being written saw no record to tell
        _settle_arrived(result.missing_blobs)
    except OperationalError as error:
        log.warning("images of %s left to settle_waiting: %s", op.op_id, type(error).__name__)
    return result


def _store(op: NewOperation, user: User, device: UUID | None) -> Result:
    fingerprint = hashlib.sha256(canonical([op.type, op.target, op.body]).encode()).hexdigest()
    row = Operation(
        op_id=op.op_id, user=user, device=device, n=op.n, type=op.type, target=op.target, client_time=op.client_time,
        body=canonical(op.body), fingerprint=fingerprint, received_at=clock.now(), status=Status.QUARANTINED,
    )  # fmt: skip
    if (earlier := _insert(row)) is not None:
        return _again(earlier, row)
    row.status, row.code, row.detail, row.blobs = carry_out(op, user)
    row.save(update_fields=["status", "code", "detail", "blobs"])
    return result_of(row)


def _insert(row: Operation) -> Operation | None:
    """Insert `row`, or return the one that already has its id: the database decides between two that race."""
    Operation.objects.bulk_create([row], ignore_conflicts=True)
    stored = Operation.objects.select_for_update().get(pk=row.pk)
    mine = (stored.user_id, stored.fingerprint, stored.received_at) == (row.user_id, row.fingerprint, row.received_at)
    return None if mine else stored


def _again(earlier: Operation, row: Operation) -> Result:
    """The same operation again gets the stored answer; other content under the same id is kept beside it and refused."""
    if (earlier.user_id, earlier.fingerprint) == (row.user_id, row.fingerprint):
        return result_of(earlier, replayed=True)
    ContestedOperation.objects.get_or_create(
        op_id=row.op_id, user_id=row.user_id, fingerprint=row.fingerprint,
        defaults={"device": row.device, "body": row.body, "received_at": row.received_at},
    )  # fmt: skip
    return Result(op_id=row.op_id, status=Status.REJECTED, code=OP_ID_REUSED.code, detail=OP_ID_REUSED.zh)


def carry_out(op: NewOperation, user: User) -> tuple[str, str, str, list[str]]:
    """Status, problem code, detail, images. Everything but a failing database ends in a stored answer."""
    try:
        if isinstance(op, Unreadable):
            raise UNREADABLE.because(op.why)
        kind = OPERATIONS.get(op.type)
        if kind is None:
            raise UNKNOWN_OPERATION.because(op.type)
        body = convert(op.body, kind.body)
        with recording():
            kind.carry_out(body, acting_user=user)
    except OperationalError:
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
        _settle_arrived(row.blobs)


def _settle_arrived(images: list[str]) -> None:
    for sha256 in images:
        if blobs.exists(sha256):
            settle(sha256)
