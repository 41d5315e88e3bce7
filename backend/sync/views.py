"""What others read about operations: the person who sent one, and who looks after those that were set aside."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.accounts.views import ContactView, PersonView, contact_view, person_view
from backend.foundation.shapes import View
from backend.sync.arriving import AS_ARRIVED
from backend.sync.models import ContestedOperation, Operation, OperationMove, Status
from backend.sync.problems import OP_ID_REUSED


class SettledView(View):
    """`id` is the op_id and `version` grows with each act, as in every view that a replica may keep."""

    id: UUID
    version: int
    op_id: UUID
    status: str
    code: str | None
    detail: str | None


class SetAsideView(View):
    """`id` is the op_id, but for a second version under a used op_id, which has an id of its own."""

    id: UUID
    op_id: UUID
    person: ContactView
    device: UUID | None
    type: str
    target: str
    received_at: datetime
    status: str
    code: str
    detail: str


class MoveView(View):
    act: str
    who: UUID | None
    at: datetime
    from_status: str
    to_status: str
    why: str


class VersionView(View):
    """Another content that came under the same op_id."""

    id: UUID
    person: PersonView
    received_at: datetime
    body: str


class SetAsideWholeView(SetAsideView):
    """With the body as it arrived, what was done about it, and what else came under the same id."""

    body: str
    history: list[MoveView]
    others: list[VersionView]


def settled_view(row: Operation) -> SettledView:
    return SettledView(
        id=row.op_id, version=1 + row.moves.count(), op_id=row.op_id, status=row.status, code=row.code or None,
        detail=row.detail or None,
    )  # fmt: skip


def set_aside_view(row: Operation | ContestedOperation) -> SetAsideView:
    return SetAsideView(**_of(row))


def whole_view(row: Operation | ContestedOperation, others: list[Operation | ContestedOperation]) -> SetAsideWholeView:
    history = [move_view(move) for move in row.moves.all()] if isinstance(row, Operation) else []
    return SetAsideWholeView(
        **_of(row), body=_as_arrived(row), history=history, others=[_version_view(other) for other in others]
    )


def move_view(move: OperationMove) -> MoveView:
    return MoveView(
        act=move.act, who=move.who, at=move.at, from_status=move.from_state, to_status=move.to_state, why=move.why
    )


def _version_view(row: Operation | ContestedOperation) -> VersionView:
    return VersionView(id=row.pk, person=person_view(row.user), received_at=row.received_at, body=_as_arrived(row))


def _of(row: Operation | ContestedOperation) -> dict[str, Any]:
    answer = (
        (row.status, row.code, row.detail)
        if isinstance(row, Operation)
        else (str(Status.REJECTED), OP_ID_REUSED.code, OP_ID_REUSED.zh)
    )
    return {
        "id": row.pk, "op_id": row.op_id, "person": contact_view(row.user), "device": row.device, "type": row.type,
        "target": row.target, "received_at": row.received_at, "status": answer[0], "code": answer[1], "detail": answer[2],
    }  # fmt: skip


def _as_arrived(row: Operation | ContestedOperation) -> str:
    """The text of the body; of an operation that could not be read, its whole text."""
    return text_of(row.body) or row.body


def text_of(body: str) -> str | None:
    """The text of an operation that was kept unread, None for one that was read."""
    kept = json.loads(body)
    return kept[AS_ARRIVED] if list(kept) == [AS_ARRIVED] and isinstance(kept[AS_ARRIVED], str) else None
