"""What issuing a long ledger costs: seconds, seconds of CPU and peak memory of the process, on SQLite and on PostgreSQL, as JSON.

    python -m tests.bench.papers [--rows N]

The demo town is loaded on an empty database with fsync on. One hazard is judged, ordered, extended, reported done and re-checked
by the services; its rows are then copied with elements, photos, reports, re-checks and extensions until there are enough, each
under an id and a number of its own. The ledger is then issued once by the service behind `POST /api/papers/hazard-ledger`, in a
process of its own; `base_mb` is what that process held before.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import django

from tests.bench.operations import empty_postgres
from tests.bench.register import scratch

TOWN, ROWS = "440783112", 10_000
FILLING, ISSUING = "--fill", "--issue"


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench.papers")
    parser.add_argument("--rows", type=int, default=ROWS)
    for step in (FILLING, ISSUING):
        parser.add_argument(step, action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.fill or asked.issue:
        django.setup()
        fill(asked.rows) if asked.fill else issue()
        return
    found = [measure("sqlite", asked.rows)]
    with empty_postgres() as address:
        found.append(measure("postgresql", asked.rows, address))
    worst = {key: max(one[key] for one in found) for key in ("issue_s", "issue_cpu_s", "peak_mb")}
    print(json.dumps({"ledger_rows": asked.rows, "xlsx_mb": found[0]["xlsx_mb"]} | worst))


def measure(database: str, rows: int, address: str | None = None) -> dict[str, Any]:
    with scratch(address) as processes:
        run(processes.env, FILLING, "--rows", str(rows))
        measured: dict[str, Any] = {"database": database} | json.loads(run(processes.env, ISSUING))
    if measured["ledger_rows"] < rows:
        sys.exit(f"the ledger has {measured['ledger_rows']} rows, not {rows}")
    print(json.dumps(measured), flush=True)
    return measured


def run(env: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "-m", "tests.bench.papers", *arguments]
    settings = env | {"DJANGO_SETTINGS_MODULE": "backend.config.settings"}
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr or done.stdout)
    return done.stdout


def fill(rows: int) -> None:
    """One hazard through the loop, then its rows again and again."""
    from backend.hazards.models import HazardPhoto, Petition, Recheck, Rectification, RectificationReport

    model = through_the_loop()
    hazards = [copied(model, id=uuid4(), number=f"{TOWN}-2026-{n + 5:06d}") for n in range(rows - 1)]
    type(model).objects.bulk_create(hazards, batch_size=500)
    reports: dict[Any, Any] = {}
    for kind in (Rectification, HazardPhoto, RectificationReport, Petition, Recheck):
        for row in kind.objects.filter(hazard=model):  # type: ignore[attr-defined]
            made = [copied(row, hazard_id=hazard.pk) for hazard in hazards]
            if kind is Recheck:
                for one in made:
                    one.report_id = reports[one.hazard_id]
            kind.objects.bulk_create(made, batch_size=500)  # type: ignore[attr-defined]
            if kind is RectificationReport:
                reports = {one.hazard_id: one.pk for one in made}


def copied(row: Any, **changes: Any) -> Any:
    values = {
        field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key
    }
    if row._meta.pk.get_internal_type() == "UUIDField":
        values["id"] = uuid4()
    return type(row)(**(values | changes))


def through_the_loop() -> Any:
    from backend.accounts.models import RoleHeld, User
    from backend.accounts.roles import Role
    from backend.enterprises.models import Enterprise
    from backend.foundation import clock
    from backend.hazards import bodies, petitions, services
    from backend.hazards.models import Hazard, Petition
    from backend.standards.models import Clause

    def person(role: Role) -> User:
        return User.objects.get(pk=RoleHeld.objects.current().filter(role=role).order_by("pk")[0].user_id)

    def photo() -> bodies.NewPicture:
        return bodies.NewPicture(sha256=uuid4().hex * 2, taken_at=clock.now())

    def petition() -> bodies.Decision:
        asked = Petition.objects.get(hazard=key)
        return bodies.Decision(hazard_id=key, petition_id=asked.pk, granted=True, why="情况属实")

    officer, office, key = person(Role.ENFORCEMENT_OFFICER), person(Role.SAFETY_OFFICE), uuid4()
    post = RoleHeld.objects.current().filter(role=Role.ENTERPRISE_PRINCIPAL).order_by("pk")[0]
    boss, place = User.objects.get(pk=post.user_id), Enterprise.objects.get(pk=post.enterprise_id)
    now, week = clock.now(), timedelta(days=7)
    clause = Clause.objects.filter(standard__kind="key_items", standard__effective_to=None).order_by("pk")[0]
    acts: Iterable[tuple[Any, Any, User]] = (
        (services.report_found, lambda: bodies.NewFinding(
            hazard_id=key, enterprise_id=place.pk, source="department", description="疏散通道堆放纸箱，宽度不足 1 米", found_at=now,
            part="一楼东侧通道", cause="management", photos=[photo()]), officer),
        (services.judge, lambda: bodies.Judgement(hazard_id=key, level="general", clause_id=clause.pk), officer),
        (services.order_rectification, lambda: bodies.Order(
            hazard_id=key, responsible=boss.name, responsible_phone="10000000001", measures="清空通道，划线并每日检查",
            funds="无需", deadline=now + week, emergency_plan="专人巡查", interim="先移开门口纸箱", rectifier_id=boss.pk), officer),
        (petitions.ask_extension, lambda: bodies.Extension(hazard_id=key, deadline=now + 2 * week, reason="仓库未腾空"), boss),
        (petitions.decide, petition, office),
        (services.ask_recheck, lambda: bodies.Done(hazard_id=key, at=clock.now(), photos=[photo()], note="已清空"), boss),
        (services.recheck, lambda: bodies.NewRecheck(
            hazard_id=key, report_id=Hazard.objects.get(pk=key).reports.get().pk, at=clock.now(), photos=[photo()],
            points=[bodies.PointAnswer(key="1", verdict="partly", note="还剩两箱")], opinion="继续整改",
            signature=bodies.Signed(name=officer.name, sha256=uuid4().hex * 2)), officer),
    )  # fmt: skip
    for act, asked, by in acts:
        act(asked(), acting_user=by)
    return Hazard.objects.get(pk=key)


def issue() -> None:
    from backend.accounts.models import RoleHeld, User
    from backend.accounts.roles import Role
    from backend.hazards.models import Hazard
    from backend.papers.ledger.issuing import WantedLedger, issue_ledger
    from backend.territory.models import Town

    office = User.objects.get(pk=RoleHeld.objects.current().filter(role=Role.SAFETY_OFFICE).order_by("pk")[0].user_id)
    town = Town.objects.select_related("division").get(pk=TOWN)
    base, begun, cpu = peak_mb(), time.monotonic(), time.process_time()
    paper = issue_ledger(WantedLedger(), town, acting_user=office)
    spent = {"issue_s": time.monotonic() - begun, "issue_cpu_s": time.process_time() - cpu}
    size = sum(file.size for file in paper.files.all()) / 1e6
    told = {
        name: round(value, 1)
        for name, value in (spent | {"base_mb": base, "peak_mb": peak_mb(), "xlsx_mb": size}).items()
    }
    print(json.dumps({"ledger_rows": Hazard.objects.filter(town=TOWN).count()} | told))


def peak_mb() -> float:
    """Of this process since it began."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
