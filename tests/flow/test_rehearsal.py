"""The whole path with simulated phones over a real server: nothing lost, nothing twice, also when the server is killed."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest

from backend.config.scratch import DEMO_PASSWORD, DEMO_TOWN, scratch_server
from backend.rehearsal.rehearsal import Plan, rehearse

ANWANGGE = Path(sys.executable).parent / "anwangge"
TISWADI = DEMO_TOWN.parent / "tiswadi"


@pytest.fixture
def database_url():
    """An empty database of the PostgreSQL that the tests run on; None for SQLite."""
    server = os.environ.get("DATABASE_URL")
    if server is None:
        return None
    name = f"flow_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def kill_web(server, trouble, times):
    trouble.over.wait(1)
    for _ in range(times):
        os.kill(server.pid_of("web"), signal.SIGKILL)
        trouble.done("web")
        server.wait_until_healthy()


@pytest.mark.parametrize(("town", "office", "kills"), [(DEMO_TOWN, "10000000401", 2), (TISWADI, "10000020149", 0)])
def test_nothing_lost_nothing_twice(town, office, kills, database_url):
    with scratch_server(town, database_url=database_url) as server:
        plan = Plan(
            url=server.url, office=office, password_of=lambda _: DEMO_PASSWORD, phones=30, per_grid=2, seed=7,
            meanwhile=lambda trouble: kill_web(server, trouble, kills),
        )  # fmt: skip
        verdict = asyncio.run(rehearse(plan, lambda line: None))
    assert verdict.faults == []
    assert (verdict.lost, verdict.duplicated) == (0, 0)
    assert verdict.received == verdict.answered == verdict.sent > 0
    assert {"cut", "twice", "offline"} <= set(verdict.ways)


def test_the_command_says_so_and_exits_with_0():
    done = subprocess.run([str(ANWANGGE), "rehearse", "--json", "--phones", "4"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["ok"]


def test_rounds_go_on_while_web_process_and_store_are_killed():
    words = ["rehearse", "--json", "--phones", "6", "--minutes", "0.3", "--kill"]
    done = subprocess.run([str(ANWANGGE), *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr + done.stdout
    verdict = json.loads(done.stdout)
    assert (verdict["lost"], verdict["duplicated"]) == (0, 0)
    assert verdict["rounds"] >= 1
    assert verdict["blows"] >= 1
