"""Who hears about a task, and who may answer it."""

from backend.accounts.models import User
from backend.dispatch.models import Assignment, Dispatch, Task
from backend.dispatch.problems import NOT_YOUR_TASK


def audience_of_dispatch(sent: Dispatch) -> list[str]:
    """The offices: the sending department and the town's operations picture."""
    return [f"o:{sent.town}"] + ([f"d:{sent.department_id}"] if sent.department_id else [])


def audience_of(task: Task) -> list[str]:
    return [f"p:{task.assignee_id}", *audience_of_dispatch(task.dispatch)]


def require_held(task: Task, user: User, assignment_no: int) -> bool:
    """Whether the person holds the task now under this number; False if they held it before. Else: not_your_task."""
    if not Assignment.objects.filter(task=task, number=assignment_no, user=user).exists():
        raise NOT_YOUR_TASK.because(task_id=str(task.id), assignment_no=assignment_no)
    return task.assignment_no == assignment_no
