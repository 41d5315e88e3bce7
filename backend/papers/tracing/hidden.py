"""What a trace-back does not tell who asks: unannounced tasks that are still to be done at an enterprise where they hold a post."""

from dataclasses import dataclass

from backend.accounts.models import User
from backend.dispatch.hiding import hidden_from
from backend.dispatch.models import Task
from backend.inspections.models import Inspection
from backend.papers.tracing.seen import Saying
from backend.territory.scopes import scope_of


@dataclass(frozen=True)
class Hidden:
    """Tasks, and the records of them that came in late from a former holder."""

    tasks: frozenset[str] = frozenset()
    records: frozenset[str] = frozenset()

    def covers(self, said: Saying) -> bool:
        if said.paper is not None:
            return not self.records.isdisjoint(said.paper.subject_ids)
        return said.of_task in self.tasks


def hidden_before(user: User) -> Hidden:
    scope = scope_of(user)
    if not scope.enterprises:
        return Hidden()
    tasks = Task.objects.filter(hidden_from(scope))
    records = Inspection.objects.filter(task__in=tasks).values_list("pk", flat=True)
    return Hidden(frozenset(map(str, tasks.values_list("pk", flat=True))), frozenset(map(str, records)))
