"""What phones say they have stored: it feeds the delivery ladder and nothing else."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from uuid import UUID

from backend.accounts.models import User
from backend.dispatch.queries import waiting_for_phones
from backend.dispatch.services import note_on_phone
from backend.journal import queries as journal
from backend.journal.recording import recording

TELLING = ("task.sent", "task.changed")
# in one transaction: enough that a broadcast is cheap, few enough that others get their turn
USERS_AT_ONCE = 50


def note_stored(stored: dict[UUID, tuple[int, int]]) -> None:
    """`stored`: user → numbers of the own stream, after < seq ≤ upto, that are newly on a device: the tasks told there are
    on the phone. Two queries for all who have nothing waiting; for the others few transactions."""
    everybody = iter(sorted(stored.items()))
    while some := dict(islice(everybody, USERS_AT_ONCE)):
        _note(some)


def _note(stored: dict[UUID, tuple[int, int]]) -> None:
    arrived = _arrived(stored, waiting_for_phones(stored))
    if not arrived:
        return
    with recording():
        for user in User.objects.filter(pk__in=arrived).order_by("pk"):
            note_on_phone(user, arrived[user.id])


def _arrived(stored: dict[UUID, tuple[int, int]], waiting: dict[UUID, list[UUID]]) -> dict[UUID, list[UUID]]:
    ranges = {f"p:{user}": stored[user] for user in waiting}
    targets = {str(task) for tasks in waiting.values() for task in tasks}
    told = journal.targets_delivered(ranges, targets, TELLING)
    found: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for user, task in _pairs(waiting):
        if (f"p:{user}", str(task)) in told:
            found[user].append(task)
    return dict(found)


def _pairs(waiting: dict[UUID, list[UUID]]) -> Iterator[tuple[UUID, UUID]]:
    return ((user, task) for user, tasks in waiting.items() for task in tasks)
