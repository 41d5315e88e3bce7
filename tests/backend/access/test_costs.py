"""How many queries each list and count costs the office: no more with many rows than with few, and no more than is written down.

After a deliberate change: `python -m pytest tests/backend/access --write-matrix`, and read the difference.
"""

from pathlib import Path

from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.inspections.services import submit
from tests.backend.access.entrances import NOBODYS, addresses
from tests.backend.phone import Phone

PINNED = Path(__file__).parent / "queries.txt"
# whose work is to walk a whole chain or register: how long they take is a matter of benches
WALKERS = {"/api/journal/verify", "/api/enterprises.csv", "/api/enterprises.xlsx"}


def costs(phone):
    found = {}
    for path in addresses():
        if path.startswith("/api/") and NOBODYS not in path and path not in WALKERS:
            with CaptureQueriesContext(
                connection,
            ) as asked:
                answered = phone.get(path)
            if answered.status_code == 200:
                found[path] = len(asked)
    return found


def work(cast, *grids, per_grid):
    """Tasks in these grids, each answered with two hazards by who holds it."""
    for task in cast.send(*grids, per_grid=per_grid).tasks.select_related("assignee"):
        submit(cast.result(task, fails=("charging", "wiring")), acting_user=task.assignee)
    cast.send(*grids, per_grid=per_grid)


def test_a_list_costs_what_is_written_down_however_long_it_is(cast, request):
    work(cast, 1, per_grid=1)
    office = Phone(cast.office)
    costs(office)  # what is read once per process is read now
    few = costs(office)
    work(cast, 2, 3, per_grid=2)
    many = costs(office)
    assert {path: many[path] for path in many if many[path] > few[path]} == {}
    text = "".join(f"{path}: {count}\n" for path, count in sorted(many.items()))
    if request.config.getoption("--write-matrix"):
        PINNED.write_text(text)
    assert text == PINNED.read_text()
