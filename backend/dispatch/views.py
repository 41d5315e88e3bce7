"""What others read about tasks."""

from datetime import datetime
from uuid import UUID

from backend.accounts.views import DepartmentView, PersonView, department_view, person_view
from backend.dispatch.models import Dispatch, Reminder, ReminderRule, Task
from backend.dispatch.states import Fact
from backend.enterprises.views import SubjectView, subject_view
from backend.foundation.shapes import View
from backend.territory.views import GridView, grid_view


class LadderView(View):
    stored: datetime
    on_phone: datetime | None
    opened: datetime | None
    accepted: datetime | None
    on_site: datetime | None
    submitted: datetime | None


class CheckInView(View):
    """The holder's arrival: where, how exactly, and how far outside the task's grid (0: inside it)."""

    at: datetime
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    off_grid_m: float | None
    no_fix_reason: str | None


class PartyView(View):
    """A department that takes part, and its countersignature under the present assignment."""

    department: DepartmentView
    signed_by: PersonView | None
    at: datetime | None
    note: str


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
    reason: str | None
    check_in: CheckInView | None
    parties: list[PartyView]


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


def _check_in_of(task: Task) -> CheckInView | None:
    for fact in task.known_facts:
        if (fact.fact, fact.assignment_no) == (Fact.ON_SITE, task.assignment_no):
            return CheckInView(
                at=fact.at, lon=fact.lon, lat=fact.lat, accuracy_m=fact.accuracy_m, off_grid_m=fact.off_grid_m,
                no_fix_reason=fact.no_fix_reason or None,
            )  # fmt: skip
    return None


def _parties_of(task: Task) -> list[PartyView]:
    return [
        PartyView(
            department=DepartmentView(id=party.department_id, name=party.department.name),
            signed_by=person_view(party.user) if party.user else None, at=party.at, note=party.note,
        )
        for party in task.known_parties
        if party.assignment_no == task.assignment_no
    ]  # fmt: skip


def task_view(task: Task) -> TaskView:
    """Needs dispatch, its issuer and department, enterprise, grid, assignee, facts and parties at hand (queries.with_all)."""
    sent = task.dispatch
    return TaskView(
        id=task.id, version=task.version, kind=sent.kind, state=task.state, title=sent.title, dispatch_id=sent.id,
        priority=sent.priority, note=sent.note, deadline=task.deadline, sent_at=task.sent_at,
        issued_by=person_view(sent.issued_by), department=department_view(sent.department),
        assignee=person_view(task.assignee), assignment_no=task.assignment_no, checklist_id=sent.checklist_id,
        enterprise=subject_view(task.enterprise), grid=grid_view(task.grid), ladder=ladder_of(task),
        inspection_id=task.inspection_id, reason=task.reason or None, check_in=_check_in_of(task),
        parties=_parties_of(task),
    )  # fmt: skip


def dispatch_view(sent: Dispatch) -> DispatchView:
    """Needs the counts of queries.dispatches_visible_to."""
    counted = vars(sent)
    return DispatchView(
        id=sent.id, title=sent.title, kind=sent.kind, checklist_id=sent.checklist_id, deadline=sent.deadline,
        priority=sent.priority, note=sent.note, sent_at=sent.sent_at, issued_by=person_view(sent.issued_by),
        department=department_view(sent.department), task_count=counted["task_count"], submitted_count=counted["submitted_count"],
    )  # fmt: skip


class ReminderRuleView(View):
    id: UUID
    version: int
    town: str
    kind: str
    priority: str
    minutes: int
    hears: str
    active: bool


class ReminderView(View):
    """What somebody hears about a task that is not done. `minutes` after its deadline, negative before. Never changes."""

    id: UUID
    version: int
    task_id: UUID
    assignment_no: int
    title: str
    subject: str
    assignee: PersonView
    deadline: datetime
    minutes: int
    hears: str
    at: datetime


class RefusalView(View):
    """What somebody tried and a rule forbade. Never changes."""

    id: UUID
    version: int
    task_id: UUID
    act: str
    code: str
    detail: str


def reminder_rule_view(rule: ReminderRule) -> ReminderRuleView:
    return ReminderRuleView(
        id=rule.id, version=rule.version, town=rule.town, kind=rule.kind, priority=rule.priority, minutes=rule.minutes,
        hears=rule.hears, active=rule.active,
    )  # fmt: skip


def reminder_view(told: Reminder) -> ReminderView:
    """Needs rule, task, its dispatch, enterprise and assignee at hand."""
    task = told.task
    return ReminderView(
        id=told.id, version=1, task_id=task.id, assignment_no=told.assignment_no, title=task.dispatch.title,
        subject=task.enterprise.name, assignee=person_view(task.assignee), deadline=task.deadline,
        minutes=told.rule.minutes, hears=told.hears, at=told.at,
    )  # fmt: skip
