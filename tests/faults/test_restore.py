"""Scenario 16: yesterday's backup is put back while phones hold newer work that the server had acknowledged.

What protects: the new epoch, which begins by itself, and the phones' sent journal. Seen failing, at the comparison of the
epochs, with `rotate_epoch` left out of `restoring._begin_anew` (first test) and with `settle_epoch` finding nothing (second).
"""

import os
import shutil
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from backend.config.scratch import DEMO_PASSWORD
from client.phone import Phone
from client.shapes import Json
from tests.faults.invariants import check_invariants, everything_sent
from tests.faults.town import Town, long, running_town


@pytest.fixture
def own():
    """A town of its own: its database is replaced."""
    with running_town() as town:
        yield town


async def results(town: Town) -> Json:
    """What the office sees of the phones' work."""
    office = await town.office()
    inspections = (await office.get("/api/inspections", dict, limit=500))["results"]
    tasks = (await office.get("/api/tasks", dict, limit=500))["results"]
    hazards = (await office.get("/api/hazards", dict, limit=500))["results"]
    epoch = (await office.get("/api/session", dict))["epoch"]
    await office.close()
    return {
        "inspections": {i["id"]: i["task_id"] for i in inspections},
        "states": {t["id"]: t["state"] for t in tasks},
        "hazards": Counter(h["task_id"] for h in hazards),
        "epoch": epoch,
    }


async def work(town: Town, phones: list[Phone], tasks: slice) -> None:
    """Each answers these of its tasks, with photos, and has the server's word that all of it is there."""
    for phone in phones:
        for task in sorted(phone.replica.rows("task"), key=lambda task: task["id"])[tasks]:
            town.answer(phone, task)
    await everything_sent(phones)
    for phone in phones:
        await phone.sync()


async def until_yesterday(town: Town) -> list[Phone]:
    phones = await town.phones_of(long(3, 12))
    await town.send(per_grid=4)
    for phone in phones:
        await phone.sync()
    await work(town, phones, slice(0, 1))
    return phones


async def come_back(phones: list[Phone]) -> None:
    """As a phone does that is switched on: pull, learn of the new epoch, send."""
    for phone in phones:
        await phone.sync()
    await everything_sent(phones)


async def test_a_restored_backup_gets_back_what_the_phones_had_sent_since(own: Town, tmp_path: Path):
    phones = await until_yesterday(own)
    made = own.command("backup", str(tmp_path / "yesterday.tar"))
    assert made.returncode == 0, made.stderr
    yesterday = await results(own)
    await work(own, phones, slice(1, 3))
    # one has signed in anew since: the backup does not know that session
    await phones[-1].sign_in((await own.workers())[len(phones) - 1], DEMO_PASSWORD)
    before = await results(own)
    assert len(before["inspections"]) > len(yesterday["inspections"])

    refused = own.command("restore", str(tmp_path / "yesterday.tar"), "--yes")
    assert refused.returncode == 1
    assert "the server is running" in refused.stderr
    own.server.stop()
    done = own.command("restore", str(tmp_path / "yesterday.tar"), "--yes")
    assert done.returncode == 0, done.stderr
    own.server.start()
    own.server.wait_until_healthy()

    restored = await results(own)
    assert restored["inspections"] == yesterday["inspections"]
    assert restored["epoch"] != before["epoch"]
    await phones[-1].sign_in((await own.workers())[len(phones) - 1], DEMO_PASSWORD)
    await come_back(phones)
    after = await results(own)
    assert {**after, "epoch": ""} == {**before, "epoch": ""}
    await check_invariants(own)
    await own.close()


async def test_an_old_copy_put_back_by_hand_is_noticed_at_the_start(own: Town):
    """No command of ours: the database is copied away while nothing runs, and copied back."""
    phones = await until_yesterday(own)
    own.server.stop()
    kept = copied_away(own)
    own.server.start()
    own.server.wait_until_healthy()
    await work(own, phones, slice(1, 3))
    before = await results(own)
    own.server.stop()
    put_back(own, kept)
    own.server.start()
    own.server.wait_until_healthy()

    assert (await results(own))["epoch"] != before["epoch"]
    assert "new epoch" in "".join(own.log(name) for name in ("web", "clock"))
    assert own.inside("from backend.journal.models import Epoch; answer = Epoch.objects.count()") == 2, (
        "once, not twice"
    )
    await come_back(phones)
    after = await results(own)
    assert {**after, "epoch": ""} == {**before, "epoch": ""}
    await check_invariants(own)
    await own.close()


def copied_away(town: Town) -> str:
    """`cp` on SQLite; on PostgreSQL a second database made from the first."""
    if (url := town.server.env.get("DATABASE_URL")) is None:
        kept = town.folder / "copy.sqlite3"
        shutil.copy(town.server.home / "anwangge.sqlite3", kept)
        return str(kept)
    name = urlsplit(url).path[1:]
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}_copy TEMPLATE {name}")
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}_copy"))


def put_back(town: Town, kept: str) -> None:
    if "DATABASE_URL" in town.server.env:
        town.server.env["DATABASE_URL"] = kept
        return
    file = town.server.home / "anwangge.sqlite3"
    for end in ("-wal", "-shm"):
        file.with_name(file.name + end).unlink(missing_ok=True)
    shutil.copy(kept, file)
