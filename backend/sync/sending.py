"""Events out: what came after the cursors, and the snapshot with which a stream begins."""

from typing import Any

from django.db.models import QuerySet

from backend.accounts.models import User
from backend.comms.queries import open_tests_of
from backend.comms.views import communication_test_view
from backend.dispatch.models import Task
from backend.dispatch.queries import on_replica, tasks_of_department, tasks_of_town
from backend.dispatch.views import task_view
from backend.enterprises.models import Enterprise
from backend.enterprises.views import enterprise_view
from backend.foundation.pagination import number_of, uuid_of
from backend.foundation.problems import UNREADABLE
from backend.foundation.shapes import View
from backend.hazards.models import Hazard
from backend.hazards.queries import concerning, hazards_visible_to, open_hazards
from backend.hazards.queries import with_all as hazards_with_all
from backend.hazards.views import hazard_view
from backend.journal import queries as journal
from backend.journal.problems import EPOCH_CHANGED
from backend.standards.queries import views_in_use
from backend.sync.acknowledging import note_stored
from backend.sync.problems import NOT_YOUR_STREAM
from backend.sync.streams import streams_of
from backend.territory.queries import grid_feature, grids_visible_to, shapes_of

Cursors = dict[str, int]
MOST = 500


class EventView(View):
    s: str
    q: int
    t: str
    at: str
    b: dict[str, Any] | None


class Pull(View):
    epoch: str
    server_time: str
    streams: list[str]
    events: list[EventView]
    next: Cursors
    heads: Cursors
    more: bool
    reset: list[str]
    drop: list[str]


class Row(View):
    k: str
    v: dict[str, Any]


class Snapshot(View):
    epoch: str
    stream: str
    as_of: int
    rows: list[Row]


def parse_cursors(text: str) -> Cursors:
    """`p:1:12,g:2:0` → {"p:1": 12, "g:2": 0}; stream names contain a colon, so the last one counts."""
    cursors = {}
    for part in filter(None, text.split(",")):
        stream, _, seq = part.rpartition(":")
        if not stream:
            raise UNREADABLE.because(f"游标无法识别：{part[:80]}", field="c")
        cursors[stream] = number_of(seq, "c")
    return cursors


def require_epoch(epoch: str) -> str:
    """Problem epoch_changed unless the client knows this history (empty: a first contact)."""
    current = journal.current_epoch()
    if epoch and epoch != current:
        raise EPOCH_CHANGED.because(epoch=current)
    return current


def pull(user: User, cursors: Cursors, limit: int) -> dict[str, Any]:
    """One page: per stream the events after its cursor, whole streams first. A cursor above the head is another history."""
    mine = streams_of(user)
    heads, floors = journal.heads(mine), journal.floors(mine)
    if any(cursors[s] > heads[s] for s in mine if s in cursors):
        raise EPOCH_CHANGED.because(epoch=journal.current_epoch())
    known = [s for s in mine if s in cursors and cursors[s] >= floors[s]]
    events: list[dict[str, Any]] = []
    for stream in known:
        if heads[stream] > cursors[stream] and len(events) < limit:
            events += journal.after(stream, cursors[stream], limit - len(events))
    reached = {s: cursors[s] for s in known} | {event["s"]: event["q"] for event in events}
    return {
        "streams": mine,
        "events": events,
        "next": reached,
        "heads": heads,
        "more": any(reached[s] < heads[s] for s in known),
        "reset": [s for s in mine if s not in known],
        "drop": sorted(set(cursors) - set(mine)),
    }


def note_cursors(user: User, cursors: Cursors) -> None:
    """The device has stored its own stream up to here: the tasks in it are on the phone. Only ever feeds the ladder."""
    own = f"p:{user.id}"
    if seq := min(cursors.get(own, 0), journal.heads([own])[own]):
        note_stored({user.id: (0, seq)})


def snapshot(user: User, stream: str) -> dict[str, Any]:
    """The rows of a stream. The head is read first: what changes meanwhile comes again as an event, and versions decide."""
    if stream not in streams_of(user):
        raise NOT_YOUR_STREAM.because()
    as_of = journal.heads([stream])[stream]
    kind, _, key = stream.partition(":")
    return {"stream": stream, "as_of": as_of, "rows": _ROWS[kind](user, key)}


def _own_rows(user: User, _: str) -> list[dict[str, Any]]:
    tests = [{"k": "communication_test", "v": communication_test_view(reply)} for reply in open_tests_of(user)]
    return _tasks(Task.objects.filter(assignee=user)) + tests


def _grid_rows(user: User, grid: str) -> list[dict[str, Any]]:
    uid = uuid_of(grid, "stream")
    shapes = shapes_of(grids_visible_to(user).filter(pk=uid))
    rows: list[dict[str, Any]] = [{"k": "grid", "v": grid_feature(shape)} for shape in shapes]
    rows += [{"k": "enterprise", "v": enterprise_view(e)} for e in Enterprise.objects.filter(grid=uid)]
    return rows + _hazards(Hazard.objects.filter(grid=uid))


def _department_rows(user: User, department: str) -> list[dict[str, Any]]:
    uid = uuid_of(department, "stream")
    return _tasks(tasks_of_department(uid)) + _hazards(Hazard.objects.filter(concerning([uid])))


def _office_rows(user: User, town: str) -> list[dict[str, Any]]:
    return _tasks(tasks_of_town(user, town)) + _hazards(hazards_visible_to(user).filter(town=town))


def _announced_rows(user: User, town: str) -> list[dict[str, Any]]:
    return [{"k": "checklist", "v": checklist} for checklist in views_in_use(town)]


def _tasks(tasks: QuerySet[Task]) -> list[dict[str, Any]]:
    return [{"k": "task", "v": task_view(task)} for task in on_replica(tasks)]


def _hazards(hazards: QuerySet[Hazard]) -> list[dict[str, Any]]:
    return [{"k": "hazard", "v": hazard_view(h)} for h in hazards_with_all(open_hazards(hazards))]


_ROWS = {"p": _own_rows, "g": _grid_rows, "d": _department_rows, "o": _office_rows, "a": _announced_rows}
