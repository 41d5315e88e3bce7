"""What every act on a task over REST has in common: the task is seen and held, and a breach of a rule is noted."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from backend.accounts.models import User
from backend.dispatch.events import TaskRefused
from backend.dispatch.models import Assignment, Task
from backend.dispatch.queries import hold_task, tasks_visible_to
from backend.dispatch.views import RefusalView
from backend.foundation.ids import new_id
from backend.foundation.moves import ILLEGAL_MOVE
from backend.foundation.problems import NOT_FOUND, Problem
from backend.journal.recording import attempt, origin_now, publish, recording

BREACHES = (403, 422)


@contextmanager
def acting(task: UUID, act: str, user: User) -> Iterator[Task]:
    """One act on one task, all or nothing. Raises not_found for a task that the person neither sees nor ever held."""
    with noting(task, act, user):
        held_before = Assignment.objects.filter(task=task, user=user)
        if not tasks_visible_to(user).filter(pk=task).exists() and not held_before.exists():
            raise NOT_FOUND.because("任务")
        yield hold_task(task)


@contextmanager
def noting(task: UUID, act: str, user: User) -> Iterator[None]:
    """What a rule forbids, and an act out of order, stands in the chain as `task.refused`; asking for what one cannot see
    does not. An operation of a phone that is refused is kept as such, and not in the chain as well."""
    refused = None
    with recording():
        try:
            with attempt(origin_now()):
                yield
        except Problem as problem:
            if problem.kind.status not in BREACHES and problem.kind is not ILLEGAL_MOVE:
                raise
            refused = problem
            _note(task, act, problem, user)
    if refused:
        raise refused


def _note(task: UUID, act: str, problem: Problem, user: User) -> None:
    town = Task.objects.values_list("dispatch__town", flat=True).get(pk=task)
    what = RefusalView(id=new_id(), version=1, task_id=task, act=act, code=problem.kind.code, detail=problem.detail)
    publish(TaskRefused(refusal=what), town=town, audience=[], target=task, acting_user=user.id)
