"""Records as an enforcement visit brings them: two inspectors, both sides signed."""

from typing import Any

from backend.accounts.models import User
from backend.dispatch.models import Task
from backend.dispatch.queries import get_task
from backend.inspections.bodies import Fellow, NewInspection, NewSignature, SignedRecord
from backend.inspections.models import Inspection
from backend.inspections.services import submit_signed
from tests.backend.accounts.pin import PIN
from tests.backend.dispatch.orders import again
from tests.cast import Cast

INSPECTOR, SUBJECT, FELLOW, WITNESS = "c1" * 32, "c2" * 32, "c3" * 32, "c4" * 32


def signed_by_two(cast: Cast, task: Task, *fellows: User, **changes: Any) -> NewInspection:
    whole: dict[str, Any] = {
        "assignment_no": get_task(task.pk).assignment_no,
        "signatures": [
            NewSignature(role="inspector", name="官", sha256=INSPECTOR),
            NewSignature(role="subject", name="老板", sha256=SUBJECT),
        ],
        "inspectors": [Fellow(user_id=fellow.pk, sha256=FELLOW) for fellow in fellows],
    }
    return cast.result(task, **(whole | changes))


def submit_with_pin(record: NewInspection, user: User, pin: str = PIN) -> Inspection:
    return submit_signed(SignedRecord(record=record, pin=pin), acting_user=again(user))
