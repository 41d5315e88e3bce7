"""Tasks as they are listed: read ground by ground, each person sees the same rows as by the rule in one piece."""

from random import Random

from backend.accounts.models import Department
from backend.dispatch.models import Countersignature, Dispatch, Task
from backend.dispatch.queries import tasks_visible_to
from backend.foundation.ids import new_id
from tests.backend.phone import Phone


def test_read_ground_by_ground_each_sees_the_same_rows_once(cast):
    drawn, people = Random(20230518), list(cast.people.values())
    departments, first = list(Department.objects.all()), cast.task_for(1)
    dispatches = []
    for department in departments:
        sent = Dispatch.objects.get(pk=first.dispatch_id)
        sent.pk, sent.department, sent.request, sent._state.adding = new_id(), department, str(new_id()), True
        sent.save(force_insert=True)
        dispatches.append(sent)
    for _ in range(40):
        task = Task.objects.get(pk=first.pk)
        task.pk, task._state.adding = new_id(), True
        task.assignee, task.dispatch = drawn.choice(people), drawn.choice(dispatches)
        task.save(force_insert=True)
        if drawn.random() < 0.3:
            Countersignature.objects.create(task=task, department=drawn.choice(departments))
    for person in people:
        rows = tasks_visible_to(person).order_by("-pk").values_list("pk", flat=True)
        assert Phone(person).pages("/api/tasks") == [str(pk) for pk in rows]
    assert len({frozenset(tasks_visible_to(person).values_list("pk", flat=True)) for person in people}) > 1
