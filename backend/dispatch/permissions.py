"""Who hears about a task, and who may answer it."""

from backend.accounts.models import User
from backend.dispatch.models import Assignment, Task
from backend.dispatch.problems import NOT_YOUR_TASK


def audience_of(task: Task) -> list[str]:
    """The holder, the sending department, the town's operations picture."""
    department = task.dispatch.department_id
    return [f"p:{task.assignee_id}", f"o:{task.town}"] + ([f"d:{department}"] if department else [])


def require_held(task: Task, user: User, assignment_no: int) -> bool:
    """Whether the person holds the task now under this number; False if they held it before. Else: not_your_task."""
    if (task.assignment_no, task.assignee_id) == (assignment_no, user.id):
        return True
    if not Assignment.objects.filter(task=task, number=assignment_no, user=user).exists():
        raise NOT_YOUR_TASK.because(task_id=str(task.id), assignment_no=assignment_no)
    return False
