"""What lists, filters, counts and single rows cost a town that has worked for decades, on PostgreSQL, as JSON.

    python -m tests.bench.scale [--quick]

1,000,000 tasks, 300,000 hazards and 30,000 enterprises in 3,000 grids are copies, made by SQL, of rows that the server wrote, with
their own ids, grids, people, states and days. Then people of three roles ask over real HTTP. One line
per question: its p95 in ms, the bar and whether it is met; the last line holds them all.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import psycopg

from backend.config.scratch import DEMO_PASSWORD, scratch_server
from client.http import Session
from client.ids import new_id
from tests.bench.operations import OFFICE, empty_postgres

LEAD, WORKER = "10000000201", "10000000101"
SIZES = {"grids": 3_000, "enterprises": 30_000, "dispatches": 10_000, "tasks": 1_000_000, "hazards": 300_000}
REQUESTS, WARM_UP = 40, 3
BAR_MS = 100

# 40 of a hundred bits of an id are its time: rows made later stand first
_ID = "(lpad(to_hex({base} + n), 12, '0') || substr(md5({base} || ':' || n), 13))::uuid"


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench.scale")
    parser.add_argument("--quick", action="store_true", help="a twentieth of the rows")
    share = 20 if parser.parse_args().quick else 1
    sizes = {name: count // share for name, count in SIZES.items()}
    with empty_postgres() as address, scratch_server(database_url=address, history=True) as server:
        begun = time.monotonic()
        with psycopg.connect(address, autocommit=True) as db:
            for statement in statements(sizes):
                db.execute(statement)
        print(json.dumps({"rows": sizes, "written_in_s": round(time.monotonic() - begun, 1)}), flush=True)
        print(json.dumps(asyncio.run(measure(server.url))), flush=True)


def statements(sizes: dict[str, int]) -> list[str]:
    """In the order in which rows refer to each other."""
    return [
        _copies("territory_grid", "ORDER BY code LIMIT 1", sizes["grids"], {
            "uid": _ID.format(base=1), "code": "substr(t.code, 1, 9) || lpad((800000 + n)::text, 6, '0')", "name": "'网格 ' || n",
        }),
        _numbered("grids", "territory_grid", "uid"),
        _numbered("people", "accounts_user", "id"),
        _numbered("departments", "accounts_department", "id"),
        _copies("enterprises_enterprise", "ORDER BY id LIMIT 1", sizes["enterprises"], {
            "id": _ID.format(base=2), "name": "'样本单位 ' || n", "uscc": "''",
            "grid_id": f"(SELECT id FROM bench_grids g WHERE g.k = n % {sizes['grids']})",
        }),
        _numbered("places", "enterprises_enterprise", "id, grid_id"),
        _copies("dispatch_dispatch", "ORDER BY id LIMIT 1", sizes["dispatches"], {
            "id": _ID.format(base=3), "request": "md5(n::text) || md5('d' || n)",
            "department_id": "(SELECT id FROM bench_departments b WHERE b.k = n % (SELECT count(*) FROM bench_departments))",
        }),
        _numbered("dispatches", "dispatch_dispatch", "id"),
        _TASKS.format(count=sizes["tasks"], new=_ID.format(base="(1::bigint << 40)")),
        _FACTS,
        _HAZARDS.format(count=sizes["hazards"], new=_ID.format(base="(1::bigint << 41)")),
        "VACUUM ANALYZE",
    ]  # fmt: skip


def _copies(table: str, which: str, count: int, changed: dict[str, str]) -> str:
    values = ", ".join(f"'{name}', {value}" for name, value in changed.items())
    return (
        f"INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, to_jsonb(t) || jsonb_build_object({values}))).*"
        f" FROM (SELECT * FROM {table} {which}) t, generate_series(1, {count}) n"
    )


def _numbered(name: str, table: str, columns: str) -> str:
    first = columns.split(",")[0]
    return (
        f"CREATE UNLOGGED TABLE bench_{name} AS SELECT row_number() OVER (ORDER BY {first}) - 1 AS k, {columns}"
        f" FROM {table}; CREATE INDEX ON bench_{name} (k); ANALYZE bench_{name}"
    ).replace("uid FROM", "uid AS id FROM")


_TASKS = """
INSERT INTO dispatch_task
SELECT (jsonb_populate_record(NULL::dispatch_task, to_jsonb(t) || jsonb_build_object(
  'id', {new}, 'state', CASE WHEN n % 33 = 0 THEN 'sent' WHEN n % 97 = 0 THEN 'withdrawn' ELSE 'completed' END,
  'inspection_id', NULL, 'dispatch_id', d.id, 'enterprise_id', e.id, 'grid_id', e.grid_id, 'assignee_id', p.id,
  'sent_at', now() - (({count} - n) * interval '15 minutes') / greatest(1, {count} / 1000000.0),
  'deadline', now() - (({count} - n) * interval '15 minutes') / greatest(1, {count} / 1000000.0) + interval '7 days'))).*
FROM (SELECT * FROM dispatch_task ORDER BY id LIMIT 1) t, generate_series(1, {count}) n
JOIN bench_places e ON e.k = n * 7919::bigint % (SELECT count(*) FROM bench_places)
JOIN bench_dispatches d ON d.k = n * (SELECT count(*) FROM bench_dispatches) / ({count} + 1)
JOIN bench_people p ON p.k = e.k % (SELECT count(*) FROM bench_people)
"""
_FACTS = """
INSERT INTO dispatch_taskfact (task_id, assignment_no, fact, at, recorded_at, no_fix_reason)
SELECT id, 1, 'submitted', sent_at, sent_at, '' FROM dispatch_task t
WHERE state = 'completed' AND NOT EXISTS (SELECT 1 FROM dispatch_taskfact f WHERE f.task_id = t.id)
"""
_HAZARDS = """
INSERT INTO hazards_hazard
SELECT (jsonb_populate_record(NULL::hazards_hazard, to_jsonb(t) || jsonb_build_object(
  'id', {new}, 'number', 'B-' || n, 'task_id', NULL, 'inspection_id', NULL, 'enterprise_id', e.id, 'grid_id', e.grid_id,
  'state', CASE WHEN n % 20 = 0 THEN 'rectifying' ELSE 'closed' END, 'level', CASE WHEN n % 50 = 0 THEN 'major' ELSE 'general' END,
  'found_at', now() - ({count} - n) * interval '50 minutes',
  'due', now() - ({count} - n) * interval '50 minutes' + interval '9 days',
  'department_id', d.id, 'sender_id', s.id, 'found_by_id', p.id
  ))).*
FROM (SELECT * FROM hazards_hazard ORDER BY id LIMIT 1) t, generate_series(1, {count}) n
JOIN bench_places e ON e.k = n * 7919::bigint % (SELECT count(*) FROM bench_places)
JOIN bench_departments d ON d.k = e.k % (SELECT count(*) FROM bench_departments)
JOIN bench_departments s ON s.k = n % (SELECT count(*) FROM bench_departments)
JOIN bench_people p ON p.k = e.k % (SELECT count(*) FROM bench_people)
"""


async def measure(url: str) -> dict[str, Any]:
    figures: dict[str, float] = {}
    for role, number in {"office": OFFICE, "lead": LEAD, "worker": WORKER}.items():
        session = Session(url, new_id())
        await session.sign_in(number, DEMO_PASSWORD)
        for name, path, query in await questions(session, role):
            p95 = await _p95(partial(session.get, path, dict, **query))
            figures[f"{role}: {name}"] = p95
            print(json.dumps(judged(f"{role}: {name}", p95)), flush=True)
        await session.close()
    worst = max(figures.values())
    return {"p95_ms": figures, "worst_p95_ms": worst, "bar_ms": BAR_MS, "met": worst <= BAR_MS, "requests": REQUESTS}


def judged(measure: str, p95: float) -> dict[str, Any]:
    return {"measure": measure, "p95_ms": p95, "bar_ms": BAR_MS, "met": p95 <= BAR_MS}


async def questions(session: Session, role: str) -> list[tuple[str, str, dict[str, Any]]]:
    """(name, address, query) of what a person of this role looks at; ids are of rows that the person sees."""
    tasks = await session.get("/api/tasks", dict, limit=50)
    hazards = await session.get("/api/hazards", dict, limit=50)
    task, hazard = tasks["results"][-1], hazards["results"][-1]
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("tasks", "/api/tasks", {}),
        ("tasks, next page", "/api/tasks", {"cursor": tasks["next"]} if tasks["next"] else {}),
        ("tasks open", "/api/tasks", {"state": "sent"}),
        ("tasks withdrawn", "/api/tasks", {"state": "withdrawn"}),
        ("tasks of a grid", "/api/tasks", {"grid": task["grid"]["uid"]}),
        ("tasks of a person", "/api/tasks", {"assignee": task["assignee"]["id"]}),
        ("tasks of a dispatch", "/api/tasks", {"dispatch": task["dispatch_id"]}),
        ("one task", f"/api/tasks/{task['id']}", {}),
        ("hazards", "/api/hazards", {}),
        ("hazards open", "/api/hazards", {"open": "1"}),
        ("hazards major", "/api/hazards", {"level": "major"}),
        ("hazards to be judged", "/api/hazards", {"state": "reported"}),
        ("hazards overdue", "/api/hazards", {"overdue": "1"}),
        ("hazards counted", "/api/hazards/counts", {}),
        ("major hazards counted", "/api/hazards/counts", {"level": "major"}),
        ("hazards of a grid", "/api/hazards", {"grid": hazard["grid"]["uid"]}),
        ("one hazard", f"/api/hazards/{hazard['id']}", {}),
        ("enterprises", "/api/enterprises", {}),
        ("enterprises by name", "/api/enterprises", {"q": "单位 299"}),
        ("dispatches", "/api/dispatches", {}),
    ]
    return asked + ([("overview", "/api/overview", {})] if role != "worker" else [])


async def _p95(ask: Callable[[], Awaitable[Any]]) -> float:
    spent = []
    for number in range(WARM_UP + REQUESTS):
        begun = time.perf_counter()
        await ask()
        if number >= WARM_UP:
            spent.append((time.perf_counter() - begun) * 1000)
    return round(sorted(spent)[int(len(spent) * 0.95)], 1)


if __name__ == "__main__":
    main()
