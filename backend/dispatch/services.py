"""Handing out work, and what is learnt of it on its way."""

import hashlib
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from django.db import IntegrityError

from backend.accounts.models import Department, User
from backend.dispatch.events import TaskChanged, TaskCompleted, TaskLeft, TaskSent
from backend.dispatch.models import Assignment, Dispatch, Task, TaskFact
from backend.dispatch.permissions import audience_of, require_held
from backend.dispatch.planning import Plan, Wanted, plan
from backend.dispatch.problems import DEADLINE_PASSED, DISPATCH_ID_REUSED, NOTHING_TO_SEND
from backend.dispatch.queries import get_task, hold_task, not_on_phone, with_all
from backend.dispatch.states import Fact, TaskState
from backend.dispatch.views import task_view
from backend.foundation import clock
from backend.foundation.ids import new_id
from backend.foundation.moves import ILLEGAL_MOVE, change, move
from backend.foundation.shapes import Body, Moment, require_plausible
from backend.journal.chain import canonical
from backend.journal.recording import publish, recording
from backend.standards.queries import get_checklist
from backend.standards.services import take_into_use


class NewDispatch(Wanted, kw_only=True):
    id: UUID
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    deadline: Moment
    priority: Literal["normal", "urgent"] = "normal"
    note: Annotated[str, msgspec.Meta(max_length=2000)] = ""

    def __post_init__(self) -> None:
        require_plausible(self.deadline)


def send(wanted: NewDispatch, *, acting_user: User) -> Dispatch:
    """Make the tasks and send them. The same request again returns the dispatch that it made the first time.

    Raises deadline_passed, nothing_to_send, dispatch_id_reused (same id, other content).
    """
    fingerprint = hashlib.sha256(canonical(msgspec.to_builtins(wanted)).encode()).hexdigest()
    if earlier := _sent_before(wanted.id, fingerprint, acting_user):
        return earlier
    if wanted.deadline <= clock.now():
        raise DEADLINE_PASSED.because()
    made = plan(acting_user, wanted.grid_uids, get_checklist(wanted.checklist_id), wanted.per_grid)
    if not made.chosen:
        # the same request came twice at once: what the other sent is on its way to all of them
        if earlier := _sent_before(wanted.id, fingerprint, acting_user):
            return earlier
        raise NOTHING_TO_SEND.because(skipped=[s.detail for s in made.skipped])
    try:
        return _send(wanted, made, fingerprint, acting_user)
    except IntegrityError:  # the same request came twice at once, and the other was faster
        if earlier := _sent_before(wanted.id, fingerprint, acting_user):
            return earlier
        raise


def _sent_before(dispatch: UUID, fingerprint: str, acting_user: User) -> Dispatch | None:
    earlier = Dispatch.objects.filter(pk=dispatch).first()
    if earlier and (earlier.request != fingerprint or earlier.issued_by_id != acting_user.id):
        raise DISPATCH_ID_REUSED.because()
    return earlier


def _send(wanted: NewDispatch, made: Plan, fingerprint: str, acting_user: User) -> Dispatch:
    with recording():
        sent = Dispatch.objects.create(
            id=wanted.id, town=made.chosen[0][1].town_code, title=wanted.title, checklist_id=wanted.checklist_id,
            department=_department_of(acting_user), priority=wanted.priority, deadline=wanted.deadline,
            note=wanted.note, issued_by=acting_user, sent_at=clock.now(), request=fingerprint,
            skipped=msgspec.to_builtins(made.skipped),
        )  # fmt: skip
        take_into_use(sent.checklist, sent.town, acting_user=acting_user)
        tasks = [
            Task(
                id=new_id(), state=TaskState.SENT, dispatch=sent, enterprise=enterprise, grid=grid, assignee=assignee,
                deadline=wanted.deadline, sent_at=sent.sent_at,
            )
            for enterprise, grid, assignee in made.chosen
        ]  # fmt: skip
        Task.objects.bulk_create(tasks)
        Assignment.objects.bulk_create(Assignment(task=t, number=1, user=t.assignee, since=t.sent_at) for t in tasks)
        for task in with_all(Task.objects.filter(dispatch=sent).order_by("pk")):
            _say(TaskSent(task=task_view(task)), task, acting_user)
    return sent


def _department_of(user: User) -> Department | None:
    """The department in whose name the person sends: the one of their first role that belongs to any."""
    return next((held.department for held in user.held_today() if held.department), None)


def _say(said: TaskSent | TaskChanged | TaskCompleted, task: Task, acting_user: User | None) -> None:
    who = acting_user.id if acting_user else None
    publish(said, town=task.town, audience=audience_of(task), target=task.id, acting_user=who)


class Position(Body):
    """A fix of the phone: EPSG:4326 degrees, accuracy in metres."""

    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    accuracy_m: Annotated[float, msgspec.Meta(ge=0)]


class Step(Body):
    """What the holder of a task tells of it: opened, accepted."""

    task_id: UUID
    assignment_no: int
    at: Moment

    def __post_init__(self) -> None:
        require_plausible(self.at)


class CheckIn(Step):
    position: Position | None = None
    no_fix_reason: Annotated[str, msgspec.Meta(max_length=200)] | None = None


def open_task(step: Step, *, acting_user: User) -> Task:
    with recording():
        task = hold_task(step.task_id)
        require_held(task, acting_user, step.assignment_no)
        return _learn(task, step, Fact.OPENED, acting_user)


def accept_task(step: Step, *, acting_user: User) -> Task:
    """The holder says: mine. Accepting what is already accepted or done is no error, only late news."""
    with recording():
        task = hold_task(step.task_id)
        if require_held(task, acting_user, step.assignment_no) and task.state == TaskState.SENT:
            move(task, TaskState.ACCEPTED, who=acting_user.id)
        return _learn(task, step, Fact.ACCEPTED, acting_user)


def check_in(step: CheckIn, *, acting_user: User) -> Task:
    """The holder is on site, with a position or the reason why there is none."""
    where: dict[str, Any] = {"no_fix_reason": step.no_fix_reason or ""}
    if step.position:
        where |= {"lon": step.position.lon, "lat": step.position.lat, "accuracy_m": step.position.accuracy_m}
    with recording():
        task = hold_task(step.task_id)
        require_held(task, acting_user, step.assignment_no)
        return _learn(task, step, Fact.ON_SITE, acting_user, **where)


def _learn(task: Task, step: Step, fact: Fact, acting_user: User, **where: Any) -> Task:
    _note(task, fact, step.assignment_no, step.at, **where)
    change(task)
    return _tell(task, acting_user)


def _note(task: Task, fact: Fact, assignment_no: int, at: datetime, **where: Any) -> bool:
    """Whether it is news. The first time counts; a rung reached twice stays where it was. The task is held: nobody adds
    one meanwhile."""
    if any((one.assignment_no, one.fact) == (assignment_no, fact) for one in task.known_facts):
        return False
    known = TaskFact.objects.create(task=task, assignment_no=assignment_no, fact=fact, at=clock.happened(at), **where)
    task.known_facts.append(known)
    return True


def _tell(task: Task, acting_user: User | None) -> Task:
    _say(TaskChanged(task=task_view(task)), task, acting_user)
    return task


def note_on_phone(user: User, tasks: list[UUID]) -> None:
    """The person's device has stored these tasks. Feeds the ladder only: nothing is deleted because of it."""
    missing = not_on_phone(Task.objects.filter(pk__in=tasks, assignee=user))
    if not missing.exists():
        return
    with recording():
        for task in with_all(missing.select_for_update(of=("self",))).order_by("pk"):
            _note(task, Fact.ON_PHONE, task.assignment_no, clock.now())
            change(task)
            _tell(task, user)


def take_result(task: Task, inspection: UUID, *, acting_user: User, assignment_no: int, at: datetime) -> bool:
    """A result has come in for the task. True if it completed the task, False if it came from a former assignment
    or after the task was already answered: then it is kept, and the task stays as it is."""
    current = require_held(task, acting_user, assignment_no)
    news = _note(task, Fact.SUBMITTED, assignment_no, at)
    if not (current and task.is_open):
        if (
            current and news
        ):  # answered though it was withdrawn: the ladder has changed, and whoever keeps a copy must hear
            change(task)
            _tell(task, acting_user)
        return False
    move(task, TaskState.SUBMITTED, who=acting_user.id, inspection_id=inspection)
    move(task, TaskState.COMPLETED, who=acting_user.id, why="result_in")
    _say(TaskCompleted(task=task_view(task)), task, acting_user)
    return True


def hand_over(task: Task, to: User, *, acting_user: User, why: str) -> Task:
    """Give an open task to somebody else under the next number; the former holder is told.

    Raises illegal_move (it is answered or withdrawn), somebody_was_faster.
    """
    if not task.is_open:
        raise ILLEGAL_MOVE.because(f"{task.state} → hand_over", state=task.state)
    with recording():
        before, number = task.assignee_id, task.assignment_no + 1
        change(task, assignee_id=to.id, assignment_no=number)
        Assignment.objects.create(task=task, number=number, user=to, since=clock.now())
        left = TaskLeft(task_id=task.id, version=task.version, reason=why)
        publish(left, town=task.town, audience=[f"p:{before}"], target=task.id, acting_user=acting_user.id)
        return _tell(get_task(task.pk), acting_user)
