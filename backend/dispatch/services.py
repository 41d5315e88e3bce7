"""Handing out work, and what is learnt of it on its way. What becomes of it when it does not go straight is in steering.py."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from django.db import IntegrityError

from backend.accounts.models import Department, User
from backend.dispatch.events import TaskChanged, TaskCompleted, TaskSent
from backend.dispatch.hiding import closed_streams
from backend.dispatch.kinds import COUNTERSIGNED, HIDDEN
from backend.dispatch.models import Assignment, Countersignature, Dispatch, Task, TaskFact, TaskMove
from backend.dispatch.permissions import (
    audience_of,
    require_held,
    require_may_send_for,
    streams_of,
)
from backend.dispatch.planning import Plan, Wanted, plan
from backend.dispatch.problems import (
    DEADLINE_PASSED,
    DISPATCH_ID_REUSED,
    NOTHING_TO_SEND,
    PARTICIPANTS_MISSING,
    PARTICIPANTS_UNFIT,
    SEVERAL_TOWNS,
)
from backend.dispatch.queries import hold_task, not_on_phone, with_all
from backend.dispatch.states import OPEN, Fact, TaskState
from backend.dispatch.views import task_view
from backend.foundation import clock
from backend.foundation.ids import new_id
from backend.foundation.moves import change, move
from backend.foundation.shapes import Body, Moment, require_plausible
from backend.journal.chain import canonical
from backend.journal.recording import publish, recording
from backend.standards.services import take_into_use
from backend.territory.distances import metres_outside

# what a dispatch could be asked for in its first form: the fingerprint of such a request must stay what it was
_FIRST_FORM = frozenset({"grid_uids", "checklist_id", "per_grid", "id", "title", "deadline", "priority", "note"})


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
    fingerprint = _fingerprint(wanted)
    if earlier := _sent_before(wanted.id, fingerprint, acting_user):
        return earlier
    if wanted.deadline <= clock.now():
        raise DEADLINE_PASSED.because()
    made = plan(acting_user, wanted)
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


def _fingerprint(wanted: NewDispatch) -> str:
    """A condition that was not named is not part of it."""
    asked = msgspec.to_builtins(wanted)
    usual = {field.name: field for field in msgspec.structs.fields(NewDispatch)}
    named = {name: value for name, value in asked.items() if name in _FIRST_FORM or value != _usual(usual[name])}
    return hashlib.sha256(canonical(named).encode()).hexdigest()


def _usual(field: msgspec.structs.FieldInfo) -> Any:
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()


def _sent_before(dispatch: UUID, fingerprint: str, acting_user: User) -> Dispatch | None:
    earlier = Dispatch.objects.filter(pk=dispatch).first()
    if earlier and (earlier.request != fingerprint or earlier.issued_by_id != acting_user.id):
        raise DISPATCH_ID_REUSED.because()
    return earlier


def _send(wanted: NewDispatch, made: Plan, fingerprint: str, acting_user: User) -> Dispatch:
    town = _one_town(made)
    sender = _sender(wanted, town, acting_user)
    parties = _parties(wanted, town, sender)
    with recording():
        sent = Dispatch.objects.create(
            id=wanted.id, kind=wanted.kind, town=town, title=wanted.title, checklist_id=wanted.checklist_id,
            department=sender, priority=wanted.priority, deadline=wanted.deadline, note=wanted.note,
            issued_by=acting_user, sent_at=clock.now(), request=fingerprint, skipped=msgspec.to_builtins(made.skipped),
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
        for task in tasks:
            # it is new: nothing is known of it that would have to be read
            task.known_facts, task.known_parties = [], _await_parties(task, parties)
        Countersignature.objects.bulk_create(party for task in tasks for party in task.known_parties)
        _say_sent(tasks, acting_user)
    return sent


def _one_town(made: Plan) -> str:
    towns = {grid.town_code for _, grid, _ in made.chosen}
    if len(towns) > 1:
        raise SEVERAL_TOWNS.because(towns=sorted(towns))
    return towns.pop()


def _sender(wanted: NewDispatch, town: str, user: User) -> Department | None:
    """The department in whose name the person sends: the one that is named, else that of their first role which belongs
    to any."""
    if wanted.department_id:
        require_may_send_for(wanted.department_id, town, user)
        return Department.objects.filter(pk=wanted.department_id).first()
    return next((held.department for held in user.held_today() if held.department), None)


def _parties(wanted: NewDispatch, town: str, sender: Department | None) -> list[Department]:
    """The departments that take part in a joint inspection. Raises participants_missing, participants_unfit."""
    if wanted.kind not in COUNTERSIGNED:
        if wanted.participant_ids:
            raise PARTICIPANTS_UNFIT.because(kind=wanted.kind)
        return []
    if sender is None or not wanted.participant_ids:
        raise PARTICIPANTS_MISSING.because()
    ids = set(wanted.participant_ids)
    found = list(Department.objects.filter(pk__in=ids - {sender.pk}).order_by("code"))
    if len(found) < len(ids) or not all(town.startswith(department.division) for department in found):
        raise PARTICIPANTS_UNFIT.because(participants=sorted(map(str, ids - {d.pk for d in found})))
    return found


def _await_parties(task: Task, departments: Iterable[Department]) -> list[Countersignature]:
    return [
        Countersignature(task=task, assignment_no=task.assignment_no, department=department)
        for department in departments
    ]


def _say_sent(tasks: list[Task], acting_user: User) -> None:
    hidden = [task.enterprise_id for task in tasks if task.dispatch.kind in HIDDEN]
    closed = closed_streams(hidden) if hidden else {}
    for task in tasks:
        streams = streams_of(task, closed.get(task.enterprise_id))
        publish(
            TaskSent(task=task_view(task)), town=task.town, audience=streams, target=task.id, acting_user=acting_user.id
        )


def _say(said: TaskChanged | TaskCompleted, task: Task, acting_user: User | None) -> None:
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
        if require_held(task, acting_user, step.assignment_no) and task.state in OPEN - {TaskState.ACCEPTED}:
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
        if step.position:
            where["off_grid_m"] = metres_outside(task.town, task.grid_id, step.position.lon, step.position.lat)
        return _learn(task, step, Fact.ON_SITE, acting_user, **where)


def _learn(task: Task, step: Step, fact: Fact, acting_user: User, **where: Any) -> Task:
    _note(task, fact, step.assignment_no, step.at, **where)
    change(task)
    return tell(task, acting_user)


def _note(task: Task, fact: Fact, assignment_no: int, at: datetime, **where: Any) -> bool:
    """Whether it is news. The first time counts; a rung reached twice stays where it was. The task is held: nobody adds
    one meanwhile."""
    if any((one.assignment_no, one.fact) == (assignment_no, fact) for one in task.known_facts):
        return False
    known = TaskFact.objects.create(task=task, assignment_no=assignment_no, fact=fact, at=clock.happened(at), **where)
    task.known_facts.append(known)
    return True


def tell(task: Task, acting_user: User | None) -> Task:
    """Say that the task is as it is now, to all who follow it."""
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
            tell(task, user)


def take_result(task: Task, inspection: UUID, *, acting_user: User, assignment_no: int, at: datetime) -> bool:
    """A result has come in for the task. True if it answers the task, False if it came from a former assignment
    or after the task was already answered: then it is kept, and the task stays as it is."""
    current = require_held(task, acting_user, assignment_no)
    news = _note(task, Fact.SUBMITTED, assignment_no, at)
    if not (current and task.is_open):
        if (
            current and news
        ):  # answered though it was withdrawn: the ladder has changed, and whoever keeps a copy must hear
            change(task)
            tell(task, acting_user)
        return False
    move(task, TaskState.SUBMITTED, who=acting_user.id, inspection_id=inspection)
    if unsigned(task):
        tell(task, acting_user)
    else:
        complete(task, "result_in", acting_user)
    return True


def complete(task: Task, why: str, acting_user: User) -> Task:
    """`task.completed` is said once per task; that one which was returned is complete again comes as `task.changed`."""
    before = task.assignment_no > 1 and TaskMove.objects.filter(subject=task, to_state=TaskState.COMPLETED).exists()
    move(task, TaskState.COMPLETED, who=acting_user.id, why=why)
    _say(TaskChanged(task=task_view(task)) if before else TaskCompleted(task=task_view(task)), task, acting_user)
    return task


def unsigned(task: Task) -> list[Countersignature]:
    """Who has yet to countersign under the present number."""
    return [p for p in task.known_parties if p.assignment_no == task.assignment_no and p.at is None]
