"""Who hears about a task, who may answer it, and who may steer it."""

from uuid import UUID

from backend.accounts.models import RoleHeld, User
from backend.accounts.roles import ACTS, DEPARTMENTAL, OF_ENTERPRISE, WIDE, Role
from backend.dispatch.hiding import Closed, closed_streams, is_hidden, people_of
from backend.dispatch.kinds import OWN_WORK, RULES, Kind
from backend.dispatch.models import Assignment, Task
from backend.dispatch.problems import (
    ASSIGNEE_UNFIT,
    DEPARTMENT_NOT_YOURS,
    NOT_YOUR_DISPATCH,
    NOT_YOUR_TASK,
    OWN_ENTERPRISE,
)
from backend.foundation.problems import NOT_ALLOWED


def audience_of(task: Task) -> list[str]:
    """The holder, the sending department and those that take part, the town's operations picture; less what an unannounced
    task must not be heard on."""
    closed = closed_streams([task.enterprise_id]) if is_hidden(task) else {}
    return streams_of(task, closed.get(task.enterprise_id))


def streams_of(task: Task, closed: Closed | None) -> list[str]:
    """The same where it is known already which streams are closed to an unannounced task."""
    departments = dict.fromkeys(
        filter(None, [task.dispatch.department_id, *(party.department_id for party in task.known_parties)])
    )
    shared = [f"o:{task.town}", *(f"d:{department}" for department in departments)]
    return [f"p:{task.assignee_id}", *(stream for stream in shared if closed is None or stream not in closed)]


def require_held(task: Task, user: User, assignment_no: int) -> bool:
    """Whether the person holds the task now under this number; False if they held it before. Else: not_your_task."""
    if (task.assignment_no, task.assignee_id) == (assignment_no, user.id):
        return True
    if not Assignment.objects.filter(task=task, number=assignment_no, user=user).exists():
        raise NOT_YOUR_TASK.because(task_id=str(task.id), assignment_no=assignment_no)
    return False


def require_may(act: str, task: Task, user: User) -> None:
    """That a role of theirs has the act and reaches the task: of the sending department, or wide over the town.

    Raises not_allowed (no role of theirs may), not_your_dispatch (another department's).
    """
    holding = [held for held in user.held_today() if act in ACTS[Role(held.role)]]
    if not holding:
        raise NOT_ALLOWED.because(act=act)
    if not any(_sends_for(held, task.town, task.dispatch.department_id) for held in holding):
        raise NOT_YOUR_DISPATCH.because(act=act)


def require_may_send_for(department: UUID, town: str, user: User) -> None:
    """Raises department_not_yours."""
    if not any(_sends_for(held, town, department) for held in user.held_today()):
        raise DEPARTMENT_NOT_YOURS.because(department_id=str(department))


def _sends_for(held: RoleHeld, town: str, department: UUID | None) -> bool:
    if held.role in DEPARTMENTAL:
        return department is not None and held.department_id == department
    return held.role in WIDE and town.startswith(held.division)


def is_fit(kind: str, person: User, grid_code: str, enterprise: UUID) -> bool:
    """Whether a task of this kind, at this place, may be given to the person: one of their roles may do it there."""
    return any(
        held.role in RULES[Kind(kind)].may
        and (held.enterprise_id == enterprise if held.role in OF_ENTERPRISE else grid_code.startswith(held.division))
        for held in person.held_today()
    )


def require_fit(task: Task, person: User) -> None:
    """Raises assignee_unfit, own_enterprise: nobody inspects where they have a post."""
    if not person.is_active or not is_fit(task.dispatch.kind, person, task.grid.code, task.enterprise_id):
        raise ASSIGNEE_UNFIT.because(person.name, kind=task.dispatch.kind)
    if task.dispatch.kind not in OWN_WORK and person.pk in people_of([task.enterprise_id]).get(task.enterprise_id, ()):
        raise OWN_ENTERPRISE.because(person.name)
