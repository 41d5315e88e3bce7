"""What 100 new events cost to fetch when 1,000,000 older ones stand before them in the stream, against 1,000.

    python -m tests.bench.sync [--quick]

Two people of one town on one SQLite database, each with a task that has not reached the phone, ask in turns over real
HTTP. The older events are written with SQL (their hashes are not real); then comes a task, as the server writes it, and
the rest of the hundred. Two figures each: the time of the answer and the CPU of the server; the larger ratio counts.
"""

import argparse
import asyncio
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from backend.config.processes import Processes
from backend.config.scratch import DEMO_PASSWORD, scratch_server
from client.http import Session
from client.ids import new_id
from client.shapes import Me
from tests.bench.delivery.reading import cpu_s

OFFICE = "10000000401"
SHORT, LONG, NEW = 1_000, 1_000_000, 100
REQUESTS, WARM_UP = 100, 5


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench.sync")
    parser.add_argument("--quick", action="store_true", help="100,000 older events instead of 1,000,000")
    long = LONG // 10 if parser.parse_args().quick else LONG
    with scratch_server() as server:
        print(json.dumps(asyncio.run(measure(server, {"short": SHORT, "long": long}))), flush=True)


class Phone:
    """A person's session with what the bench asks of it."""

    def __init__(self, url: str) -> None:
        self.session = Session(url, new_id())
        self.epoch = self.stream = ""
        self.cursors: dict[str, int] = {}

    async def sign_in(self, number: str) -> None:
        me: Me = await self.session.sign_in(number, DEMO_PASSWORD)
        self.epoch, self.stream = me.epoch, f"p:{me.user.id}"

    async def heads(self) -> dict[str, int]:
        heads: dict[str, int] = (await self.session.get("/api/sync", dict))["heads"]
        return heads

    async def pull(self) -> dict[str, Any]:
        cursors = ",".join(f"{stream}:{seq}" for stream, seq in self.cursors.items())
        return await self.session.get("/api/sync", dict, epoch=self.epoch, c=cursors)

    async def catch_up(self) -> None:
        """To have all of the older events; naming them is itself something that happens to the person's tasks."""
        self.cursors = await self.heads()
        await self.pull()
        self.cursors = await self.heads()


async def measure(server: Processes, older: dict[str, int]) -> dict[str, Any]:
    office = Session(server.url, new_id())
    await office.sign_in(OFFICE, DEMO_PASSWORD)
    grids = await _two_grids(office)
    await _dispatch(office, grids)  # the town's chain begins with its first event
    phones = dict(zip(older, [await _phone(server.url, grid) for grid in grids], strict=True))
    begun = time.monotonic()
    for name, count in older.items():
        write_history(server.home, phones[name].stream, count)
    print(json.dumps({"older_events": older, "written_in_s": round(time.monotonic() - begun, 1)}), flush=True)
    for phone in phones.values():
        await phone.catch_up()
    await _dispatch(office, grids)
    for phone in phones.values():
        await _fill_up(server.home, phone)
    costs = await _ask_in_turns(server.pid_of("web"), phones)
    for session in (office, *(phone.session for phone in phones.values())):
        await session.close()
    return _figures(costs)


async def _two_grids(office: Session) -> list[dict[str, Any]]:
    """With one worker each, who has no other grid: the two must differ in nothing but their history."""
    grids = [grid["properties"] for grid in (await office.get("/api/grids.geojson", dict))["features"]]
    held = [worker["phone"] for grid in grids for worker in grid["workers"]]
    return [g for g in grids if len(g["workers"]) == 1 and held.count(g["workers"][0]["phone"]) == 1][:2]


async def _phone(url: str, grid: dict[str, Any]) -> Phone:
    phone = Phone(url)
    await phone.sign_in(grid["workers"][0]["phone"])
    return phone


async def _dispatch(office: Session, grids: list[dict[str, Any]]) -> None:
    checklist = next(c for c in await office.get("/api/checklists", list) if c["key"] == "small-venue-fire")
    wanted = {
        "id": new_id(), "title": "bench", "grid_uids": [grid["uid"] for grid in grids],
        "checklist_id": checklist["id"], "per_grid": 1, "deadline": "2099-01-01T00:00:00Z",
    }  # fmt: skip
    await office.post("/api/dispatches", wanted, dict)


async def _fill_up(home: Path, phone: Phone) -> None:
    """To a hundred new events in all that the person hears."""
    have = sum((await phone.heads()).values()) - sum(phone.cursors.values())
    write_history(home, phone.stream, NEW - have)


async def _ask_in_turns(pid: int, phones: dict[str, Phone]) -> dict[str, list[tuple[float, float]]]:
    costs: dict[str, list[tuple[float, float]]] = {name: [] for name in phones}
    for number in range(WARM_UP + REQUESTS):
        for name, phone in phones.items():
            begun, cpu = time.perf_counter(), cpu_s(pid)
            page = await phone.pull()
            cost = (time.perf_counter() - begun) * 1000, (cpu_s(pid) - cpu) * 1000
            if len(page["events"]) != NEW or page["more"] or page["reset"]:
                raise RuntimeError(f"{len(page['events'])} events instead of {NEW}, reset {page['reset']}")
            if number >= WARM_UP:
                costs[name].append(cost)
    return costs


def _figures(costs: dict[str, list[tuple[float, float]]]) -> dict[str, Any]:
    typical = {name: [median(column) for column in zip(*pairs, strict=True)] for name, pairs in costs.items()}
    ratios = [long / short for long, short in zip(typical["long"], typical["short"], strict=True)]
    return {
        "sync_ms_short": round(typical["short"][0], 2),
        "sync_ms_long": round(typical["long"][0], 2),
        "sync_cpu_ms_short": round(typical["short"][1], 2),
        "sync_cpu_ms_long": round(typical["long"][1], 2),
        "sync_time_ratio": round(ratios[0], 3),
        "sync_cpu_ratio": round(ratios[1], 3),
        "sync_cost_ratio_1m_vs_1k": round(max(ratios), 3),
        "requests": len(costs["long"]),
    }


def write_history(home: Path, stream: str, count: int) -> None:
    """`count` more events in `stream`, with bodies of 300 to 800 bytes, as the journal would number them."""
    with _database(home) as db:
        (town, chain_seq) = db.execute("SELECT town, seq FROM journal_chain").fetchone()
        (last_id,) = db.execute("SELECT coalesce(max(id), 0) FROM journal_event").fetchone()
        db.execute("INSERT OR IGNORE INTO journal_stream (id, seq, min_seq) VALUES (?, 0, 0)", [stream])
        (stream_seq,) = db.execute("SELECT seq FROM journal_stream WHERE id = ?", [stream]).fetchone()
        values = {
            "count": count, "town": town, "chain_seq": chain_seq, "last_id": last_id, "stream": stream,
            "stream_seq": stream_seq, "header": "h" * 420, "filler": "满" * 100 + "x" * 400,
        }  # fmt: skip
        for statement in _HISTORY:
            db.execute(statement, values)


@contextmanager
def _database(home: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(home / "anwangge.sqlite3", timeout=60, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous=OFF")
        db.execute("BEGIN IMMEDIATE")
        yield db
        db.execute("COMMIT")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


_NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count)"
_HISTORY = [
    f"""
    {_NUMBERS}
    INSERT INTO journal_event (id, chain_id, seq, type, at, target, header, prev, hash)
    SELECT :last_id + n, :town, :chain_seq + n, CASE n % 3 WHEN 0 THEN 'hazard.moved' ELSE 'task.changed' END,
      '2026-01-01 08:00:00', lower(hex(randomblob(16))), :header, lower(hex(randomblob(32))), lower(hex(randomblob(32)))
    FROM numbers
    """,
    f"""
    {_NUMBERS}
    INSERT INTO journal_eventbody (event_id, salt, body)
    SELECT :last_id + n, randomblob(16),
      json_object('task', json_object('version', n, 'title', substr(:filler, 1, 100 + abs(random()) % 400)))
    FROM numbers
    """,
    f"""
    {_NUMBERS}
    INSERT INTO journal_delivery (stream_id, seq, event_id) SELECT :stream, :stream_seq + n, :last_id + n FROM numbers
    """,
    "UPDATE journal_stream SET seq = seq + :count WHERE id = :stream",
    "UPDATE journal_chain SET seq = seq + :count WHERE town = :town",
]


if __name__ == "__main__":
    main()
