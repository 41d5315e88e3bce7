"""How long it takes to plan 3,000 tasks by condition, and to send them, as JSON; in a register of 10,000 enterprises.

    python -m tests.bench.planning [--postgres]

One town of 300 grids with a holder each. Planning is what the preview does: the query, who gets it, present loads, the view.
Sending adds the rows, 3,000 events with their hashes and deliveries, and the commit. Wall and CPU time of this process.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

GRIDS, PER_GRID_REGISTERED, PER_GRID_PLANNED = 300, 34, 10
TOWN = "900000001"


def make_town() -> tuple[Any, Any]:
    """The lead and the checklist. Grids are squares of a hundredth of a degree in a row."""
    import shapely

    from backend.accounts.models import Department, RoleHeld, User
    from backend.enterprises.models import Enterprise
    from backend.standards.models import Checklist
    from backend.standards.services import load_standards
    from backend.territory.models import Division, Grid, GridSet, GridShape, Posting, Town

    load_standards()
    node = Division.objects.create(code=f"{TOWN}000", name="示例镇", level="town")
    village = Division.objects.create(code=f"{TOWN}201", name="示例村", level="village", parent=node)
    grid_set = GridSet.objects.create(town=Town.objects.create(code=TOWN, division=node), number=1)
    department = Department.objects.create(division=TOWN, code="yj", name="应急管理办公室", short="应急")
    lead = User.objects.create(phone="10000000000", name="牵头人")
    RoleHeld.objects.create(user=lead, role="department_lead", division=TOWN, department=department)
    for n in range(GRIDS):
        grid = Grid.objects.create(code=f"{village.code}{n + 1:03d}", name=f"第{n + 1}网格", village=village)
        square = shapely.box(110 + n / 100, 22, 110.01 + n / 100, 22.01)
        GridShape.objects.create(grid=grid, grid_set=grid_set, load=1, area_m2=1e6, **GridShape.columns(square))
        holder = User.objects.create(phone=f"1{n + 1:010d}", name=f"网格员{n + 1}")
        RoleHeld.objects.create(user=holder, role="grid_worker", division=TOWN)
        Posting.objects.create(grid=grid, user=holder)
        Enterprise.objects.bulk_create(
            Enterprise(
                name=f"单位{n}-{place}", kind="venue", sectors=["07"], tags=["small_venue"], village=village, grid=grid,
                lon=110.005 + n / 100, lat=22.005, department=department,
            )
            for place in range(PER_GRID_REGISTERED)
        )  # fmt: skip
    return User.objects.get(pk=lead.pk), Checklist.objects.get(key="small-venue-fire", version=1)


def timed(act: Callable[[], Any]) -> tuple[Any, float, float]:
    begun, cpu = time.perf_counter(), time.process_time()
    done = act()
    return done, round(time.perf_counter() - begun, 2), round(time.process_time() - cpu, 2)


def measure() -> dict[str, Any]:
    import msgspec

    from backend.dispatch.models import Task
    from backend.dispatch.planning import plan
    from backend.dispatch.services import NewDispatch, send

    lead, checklist = make_town()
    wanted = NewDispatch(
        id=uuid4(), title="检查", checklist_id=checklist.pk, sectors=["07"], per_grid=PER_GRID_PLANNED,
        deadline=datetime(2099, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    shown, plan_s, plan_cpu_s = timed(lambda: msgspec.json.encode(plan(lead, wanted).view()))
    _, send_s, send_cpu_s = timed(lambda: send(wanted, acting_user=lead))
    tasks = Task.objects.count()
    assert tasks == len(json.loads(shown)["subjects"]) == GRIDS * PER_GRID_PLANNED, tasks
    return {
        "tasks": tasks, "plan_s": plan_s, "plan_cpu_s": plan_cpu_s, "send_s": send_s, "send_cpu_s": send_cpu_s,
        "plan_and_send_s": round(plan_s + send_s, 2),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench.planning")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL from its wheel instead of SQLite")
    postgres = parser.parse_args().postgres
    with ExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory(prefix="awg-"))
        os.environ |= {"ANWANGGE_HOME": home, "DJANGO_SETTINGS_MODULE": "backend.config.settings"}
        os.environ.pop("DATABASE_URL", None)
        if postgres:
            from tests.bench.operations import empty_postgres

            os.environ["DATABASE_URL"] = stack.enter_context(empty_postgres())
        import django
        from django.core.management import call_command
        from django.db import connections

        django.setup()
        call_command("migrate", verbosity=0)
        print(json.dumps({"database": "postgresql" if postgres else "sqlite"} | measure()))
        connections.close_all()


if __name__ == "__main__":
    main()
