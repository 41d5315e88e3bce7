"""What phones have stored, noted for many at once: it feeds the ladder."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.dispatch.models import TaskFact
from backend.sync.acknowledging import note_stored


def on_phone():
    return set(TaskFact.objects.filter(fact="on_phone").values_list("task__assignee__name", "task_id"))


def test_tasks_told_up_to_there_are_on_the_phone_and_later_ones_are_not(cast):
    """Seen failing with every waiting task taken for told."""
    first, chens = cast.task_for(1), cast.task_for(3)
    later = cast.task_for(1)
    assert later.assignee_id == cast.wang.id
    note_stored({cast.wang.id: (0, 1), cast.chen.id: (0, 1)})
    assert on_phone() == {("wang", first.pk), ("chen", chens.pk)}
    note_stored({cast.wang.id: (1, 3)})
    assert ("wang", later.pk) in on_phone()


def test_what_another_person_has_stored_says_nothing_of_mine(cast):
    """Seen failing with `waiting_for_phones` asked for everybody."""
    cast.task_for(1)
    note_stored({cast.chen.id: (0, 50)})
    assert on_phone() == set()


def test_nothing_waiting_costs_one_query_however_many_ask(cast):
    with CaptureQueriesContext(connection) as asked:
        note_stored({person.id: (0, 9) for person in cast.people.values()})
    assert len(asked) == 1
