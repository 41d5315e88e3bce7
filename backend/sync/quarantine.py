"""Operations that were set aside are somebody's work: released they are carried out again, dismissed they are kept."""

import json
from uuid import UUID

from backend.accounts.models import User
from backend.foundation import clock
from backend.foundation.shapes import convert
from backend.journal.recording import publish, recording
from backend.sync.arriving import NewOperation, reread
from backend.sync.events import OperationSettled
from backend.sync.models import Act, Operation, OperationMove, Status
from backend.sync.problems import ALREADY_SETTLED, DISMISSED
from backend.sync.receiving import carry_out, settle_arrived
from backend.sync.views import settled_view, text_of
from backend.territory.queries import towns_visible_to


def release(op_id: UUID, *, acting_user: User) -> Operation:
    """Carry the operation out again, as the person who sent it. Raises already_settled.

    What fails again stays in quarantine and can be released again, say after the next update of the server.
    """
    with recording():
        row = _held(op_id)
        before, sender = row.status, row.user
        row.status, row.code, row.detail, row.blobs = carry_out(_as_sent(row), sender, row.device)
        row.save(update_fields=["status", "code", "detail", "blobs"])
        _note(row, Act.RELEASED, before, row.code, acting_user)
    settle_arrived(row.blobs)
    return row


def dismiss(op_id: UUID, reason: str, *, acting_user: User) -> Operation:
    """It will not be carried out, and why; what arrived is kept for ever. Raises already_settled."""
    with recording():
        row = _held(op_id)
        before = row.status
        row.status, row.code, row.detail = Status.REJECTED, DISMISSED.code, reason
        row.save(update_fields=["status", "code", "detail"])
        _note(row, Act.DISMISSED, before, reason, acting_user)
    return row


def _held(op_id: UUID) -> Operation:
    """Locked: of two that release it at once the second finds it settled."""
    row = Operation.objects.select_for_update(of=("self",)).select_related("user").get(pk=op_id)
    if row.status != Status.QUARANTINED:
        raise ALREADY_SETTLED.because(status=row.status)
    return row


def _as_sent(row: Operation) -> NewOperation:
    if text := text_of(row.body):
        again = reread(text)
        if again.op_id == row.op_id:
            return again
    sent = {"op_id": row.op_id, "n": row.n, "type": row.type, "target": row.target, "client_time": row.client_time}
    return convert(sent | {"body": json.loads(row.body)}, NewOperation)


def _note(row: Operation, act: Act, before: str, why: str, acting_user: User) -> None:
    """The history line, and the word to the phone, whose person sees what became of their work."""
    OperationMove.objects.create(
        subject=row, act=act, from_state=before, to_state=row.status, why=why, who=acting_user.id, at=clock.now()
    )
    said = OperationSettled(operation=settled_view(row))
    publish(
        said, town=_town_of(row.user, acting_user), audience=[f"p:{row.user_id}"], target=row.op_id,
        acting_user=acting_user.id,
    )  # fmt: skip


def _town_of(sender: User, acting_user: User) -> str:
    """A town of the sender; of who acts, when the sender holds no role any more."""
    for person in (sender, acting_user):
        if town := towns_visible_to(person).first():
            return town.code
    raise LookupError(f"neither {sender.pk} nor {acting_user.pk} belongs to a town")
