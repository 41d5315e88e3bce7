"""Scenario 6: no room is left for the database, the photos, the logs."""

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from client.http import Unanswered
from tests.faults.invariants import check_invariants, operations
from tests.faults.town import Town, running_town

Knob = Callable[[bool], None]
NO_MORE = 512  # bytes that a file may have


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk in memory, whose size can be changed while it is used; where that is not allowed the test is left out."""
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2g", "tmpfs", str(tmp_path)], capture_output=True
    ).returncode:
        pytest.skip("mounting is not allowed here")
    yield tmp_path
    subprocess.run(["umount", "-l", str(tmp_path)], check=True)


async def test_a_full_disk_takes_nothing_in_and_says_so(small_disk: Path):
    """Database, photos, logs and the store's journal are all on it.

    What protects: an answer comes only after the commit; 507, 503 and `retry` mean to the phone that nothing was stored; an
    upload is all there when its file is, not when its pieces are.
    Seen failing: on PostgreSQL, where the pieces found room and the file did not, HEAD said "all there" and the phone let
    go of the photos of forty results.
    """
    with running_town(folder=small_disk) as town:

        def full(on: bool) -> None:
            used = os.statvfs(small_disk)
            pages = used.f_blocks - used.f_bfree if on else 2**31 // used.f_frsize
            size = f"remount,size={max(pages, 1) * used.f_frsize}"
            subprocess.run(["mount", "-o", size, str(small_disk)], check=True)

        await no_room(town, full)


async def test_a_web_process_that_may_not_write_any_more(town: Town):
    """The same by a limit on the size of files: other error numbers, the same answers."""
    pid = town.pid("web")

    def full(on: bool) -> None:
        _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (NO_MORE if on else most, most))

    await no_room(town, full)
    assert town.pid("web") == pid, "it has recovered by itself"


async def no_room(town: Town, full: Knob) -> None:
    phone = await town.phone(0)
    await town.send()
    await phone.sync()
    task = phone.replica.rows("task")[0]
    town.answer(phone, task)
    phone.session.patience_s = 3
    full(True)
    try:
        with pytest.raises(Unanswered):
            for _ in range(40):  # room may be left in a page that is already there
                town.answer(phone, task, steps=())
                await phone.send()
        held = {kept.op.op_id: kept.state for kept in phone.outbox.all()}
        assert phone.unsent > 0 or phone.outbox.images_to_send()
        await phone.sync()  # reading goes on
        assert phone.replica.row("task", task["id"]) is not None
    finally:
        full(False)
    stored = operations(town)
    assert all(op_id in stored for op_id, state in held.items() if state == "acked")
    phone.session.patience_s = 60
    await phone.send()
    await check_invariants(town)
    await town.close()
