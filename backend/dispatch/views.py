"""What others read about tasks."""

from datetime import datetime
from uuid import UUID

from backend.accounts.views import DepartmentView, PersonView, department_view, person_view
from backend.dispatch.models import Dispatch, Task
from backend.dispatch.states import Fact
from backend.enterprises.views import SubjectView, subject_view
from backend.foundation.shapes import View
from backend.territory.views import GridView, grid_view

KIND = "inspection"


class LadderView(View):
    stored: datetime
    on_phone: datetime | None
    opened: datetime | None
    accepted: datetime | None
    on_site: datetime | None
    submitted: datetime | None


class TaskView(View):
    id: UUID
    version: int
    kind: str
    state: str
    title: str
    dispatch_id: UUID
    priority: str
    note: str
    deadline: datetime
    sent_at: datetime
    issued_by: PersonView
    department: DepartmentView | None
    assignee: PersonView
    assignment_no: int
    checklist_id: UUID
    enterprise: SubjectView
    grid: GridView
    ladder: LadderView
    inspection_id: UUID | None


class DispatchView(View):
    id: UUID
    title: str
    kind: str
    checklist_id: UUID
    deadline: datetime
    priority: str
    note: str
    sent_at: datetime
    issued_by: PersonView
    department: DepartmentView | None
    task_count: int
    submitted_count: int


def ladder_of(task: Task) -> LadderView:
    reached = {f.fact: f.at for f in task.known_facts if f.assignment_no == task.assignment_no}
    return LadderView(stored=task.sent_at, **{fact.value: reached.get(fact.value) for fact in Fact})


def task_view(task: Task) -> TaskView:
    """Needs dispatch, its issuer and department, enterprise, grid, assignee and facts at hand (queries.with_all)."""
    sent = task.dispatch
    return TaskView(
        id=task.id, version=task.version, kind=KIND, state=task.state, title=sent.title, dispatch_id=sent.id,
        priority=sent.priority, note=sent.note, deadline=task.deadline, sent_at=task.sent_at,
        issued_by=person_view(sent.issued_by), department=department_view(sent.department),
        assignee=person_view(task.assignee), assignment_no=task.assignment_no, checklist_id=sent.checklist_id,
        enterprise=subject_view(task.enterprise), grid=grid_view(task.grid), ladder=ladder_of(task),
        inspection_id=task.inspection_id,
    )  # fmt: skip


def dispatch_view(sent: Dispatch) -> DispatchView:
    """Needs the counts of queries.dispatches_visible_to."""
    counted = vars(sent)
    return DispatchView(
        id=sent.id, title=sent.title, kind=KIND, checklist_id=sent.checklist_id, deadline=sent.deadline,
        priority=sent.priority, note=sent.note, sent_at=sent.sent_at, issued_by=person_view(sent.issued_by),
        department=department_view(sent.department), task_count=counted["task_count"], submitted_count=counted["submitted_count"],
    )  # fmt: skip
