"""A running town that can be hurt: its processes, its proxy, its people with their phones.

Tables and the demo town are made once per session and copied (SQLite) or used as a template (PostgreSQL), because every
scenario wants a server that nobody else has hurt.
"""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg

from backend.config.processes import Processes
from backend.config.scratch import DEMO_PASSWORD, OURS, free_port, prepare
from backend.rehearsal.pictures import picture
from backend.rehearsal.worker import result_body
from client.http import Session
from client.ids import new_id
from client.phone import Phone
from client.shapes import Json, Row
from tests.faults.proxy import Proxy

LONG = os.environ.get("FAULTS") == "long"
OFFICE = "10000000401"
LEAD = "10000000201"
PROGRAM = Path(sys.executable).parent / "anwangge"


def long(short: Any, long: Any) -> Any:
    """The number of the short form, or of the long one that `make faults` runs."""
    return long if LONG else short


class Town:
    """`url` goes to the server, `phone_url` through `proxy`. Phones made here are known to `check_invariants`."""

    def __init__(self, server: Processes, proxy: Proxy, folder: Path) -> None:
        self.server, self.proxy, self.folder = server, proxy, folder
        self.url, self.phone_url = server.url, proxy.url
        self.phones: list[Phone] = []
        self.random = Random(5)

    # the server

    def kill(self, name: str, how: int = signal.SIGKILL) -> int:
        """Returns the process id that was hit."""
        pid = self.pid(name)
        os.kill(pid, how)
        return pid

    def pid(self, name: str) -> int:
        """Of the program, once it runs."""
        return int(until(lambda: self.server.pid_of(name), f"{name} to run"))

    def wait_until_healthy(self) -> None:
        self.server.wait_until_healthy()

    def stop(self, name: str) -> None:
        self.server.supervisor().stopProcess(name)

    def start(self, name: str) -> None:
        self.server.supervisor().startProcess(name)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([str(PROGRAM), *words], env=self.server.env, capture_output=True, text=True)

    def inside(self, code: str) -> Any:
        """Run `code` where the server's code runs, on its database; what it puts into `answer` comes back."""
        script = f"import django, json\ndjango.setup()\nanswer = None\n{code}\nprint(json.dumps(answer, default=str))"
        env = self.server.env | {"DJANGO_SETTINGS_MODULE": "backend.config.settings"}
        done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def log(self, name: str) -> str:
        return (self.server.home / "log" / f"{name}.log").read_text(errors="replace")

    # the people

    async def office(self, url: str | None = None) -> Session:
        session = Session(url or self.url, new_id())
        await session.sign_in(OFFICE, DEMO_PASSWORD)
        return session

    async def grids(self) -> list[Json]:
        if not hasattr(self, "_grids"):
            office = await self.office()
            self._grids: list[Json] = (await office.get("/api/grids.geojson", dict))["features"]
            lists = await office.get("/api/checklists", list)
            self._checklist: Json = next(c for c in lists if c["key"] == "small-venue-fire")
            await office.close()
        return self._grids

    async def workers(self) -> list[str]:
        """Phone numbers of those who hold a grid, main holders first."""
        held = [
            w
            for main in (True, False)
            for g in await self.grids()
            for w in g["properties"]["workers"]
            if w["main"] is main
        ]
        return list(dict.fromkeys(worker["phone"] for worker in held))

    async def phone(
        self,
        n: int = 0,
        *,
        folder: Path | None = None,
        patience_s: float = 60,
        heard: Callable[[Row], None] | None = None,
    ) -> Phone:
        """The phone of the n-th grid worker, signed in through the proxy and in step with the server."""
        phone = Phone(self.phone_url, folder=folder, patience_s=patience_s, heard=heard, seed=n)
        await phone.sign_in((await self.workers())[n], DEMO_PASSWORD)
        await phone.sync()
        self.phones.append(phone)
        return phone

    async def phones_of(self, count: int, **more: Any) -> list[Phone]:
        return list(await asyncio.gather(*(self.phone(n, **more) for n in range(count))))

    def again(self, folder: Path, *, instead_of: Phone | None = None, url: str | None = None) -> Phone:
        """The phone of this folder, switched on again: signed in as it was."""
        phone = Phone(url or self.phone_url, folder=folder, patience_s=60)
        self.phones = [known for known in self.phones if known is not instead_of] + [phone]
        return phone

    @asynccontextmanager
    async def listening(self, phone: Phone) -> AsyncIterator[None]:
        """Live when handed over, and for as long as this lasts."""
        listener = asyncio.create_task(phone.listen())
        try:
            await asyncio.wait_for(phone.live.wait(), 60)
            yield
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)

    async def send(self, *, per_grid: int = 1, grids: int | None = None, office: Session | None = None) -> str:
        """The office sends to all grids, or to the first `grids`; returns the dispatch's id."""
        uids = [g["properties"]["uid"] for g in await self.grids()][:grids]
        session = office or await self.office()
        wanted = {
            "id": new_id(), "title": "故障演练", "grid_uids": uids, "checklist_id": self._checklist["id"],
            "per_grid": per_grid, "deadline": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
        }  # fmt: skip
        await session.post("/api/dispatches", wanted, dict)
        if office is None:
            await session.close()
        return str(wanted["id"])

    def answer(self, phone: Phone, task: Json, *, steps: tuple[str, ...] = ("task.open", "task.accept")) -> str:
        """Put a complete result with one failed item down on the phone; nothing is sent. Returns the inspection's id."""
        held = {"task_id": task["id"], "assignment_no": task["assignment_no"]}
        photo, signature = picture(self.random), picture(self.random)
        for step in steps:
            phone.do(step, held | {"at": datetime.now(UTC).isoformat()}, target=task["id"])
        body = held | {"no_fix_reason": "室内"} | result_body(self._checklist, "检查人", photo, signature, self.random)
        phone.do("inspection.submit", body, target=task["id"], images=[photo, signature])
        return str(body["inspection_id"])

    def open_a(self, phone: Phone, task: Json) -> str:
        """Put the smallest operation there is down on the phone; returns its id."""
        body = {"task_id": task["id"], "assignment_no": task["assignment_no"], "at": datetime.now(UTC).isoformat()}
        return phone.do("task.open", body, target=task["id"])

    async def close(self) -> None:
        await asyncio.gather(*(phone.close() for phone in self.phones))
        self.phones = []


@contextmanager
def running_town(
    *,
    redis: Path | None = None,
    env: dict[str, str] | None = None,
    database_url: str | None = None,
    folder: Path | None = None,
) -> Iterator[Town]:
    """Healthy when handed over. `redis`: the unix socket by which its processes reach the store, e.g. a proxy's.
    `folder`: where it shall live."""
    with tempfile.TemporaryDirectory(prefix="awg-", dir=folder) as name:
        home = Path(name) / "home"
        server = _copy(home, database_url)
        server.env |= env or {}
        if redis:
            server.env["REDIS_URL"] = f"unix://{redis}"
        server.start()
        try:
            server.wait_until_healthy()
            with Proxy(("127.0.0.1", server.port)) as proxy:
                yield Town(server, proxy, Path(name))
        finally:
            server.stop()


def _copy(home: Path, database_url: str | None) -> Processes:
    """Processes on a copy of the prepared town; on the empty database named, if one is."""
    if database_url:
        home.mkdir()
        server = Processes(home, free_port(), without=OURS)
        server.env["DATABASE_URL"] = database_url
        prepare(server)
        return server
    template, template_url = _prepared()
    shutil.copytree(template, home)
    server = Processes(home, free_port(), without=OURS)
    if template_url:
        server.env["DATABASE_URL"] = _new_database(f' TEMPLATE "{urlsplit(template_url).path[1:]}"')
    return server


@lru_cache(maxsize=1)
def _prepared() -> tuple[Path, str | None]:
    home = Path(os.environ["ANWANGGE_HOME"]) / "prepared"  # the test run's own folder; it goes with it
    home.mkdir()
    server = Processes(home, free_port(), without=OURS)
    url = _new_database() if os.environ.get("DATABASE_URL") else None
    if url:
        server.env["DATABASE_URL"] = url
    prepare(server)
    return home, url


def _new_database(how: str = "") -> str:
    """An empty database of the PostgreSQL that the tests run on, or a copy of one."""
    server, name = os.environ["DATABASE_URL"], f"fault_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}{how}")
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def until(condition: Callable[[], Any], what: str, seconds: float = 60) -> Any:
    """Wait for something to be so; returns what the condition returned."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.05)
    return found


async def soon(condition: Callable[[], Any], what: str, seconds: float = 60) -> Any:
    """The same, while everything else goes on."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        await asyncio.sleep(0.05)
    return found
