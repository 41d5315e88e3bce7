"""`anwangge run` by hand."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backend.config.scratch import free_port


@pytest.fixture
def home(tmp_path):
    yield tmp_path
    for process in using(tmp_path):
        os.kill(process, signal.SIGKILL)


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_told_to_stop_while_it_starts_it_leaves_nothing_running(home, told):
    """Started as by a script's `&`, with Ctrl-C ignored.

    Seen failing without the KeyboardInterrupt branch, and with handlers set only once everything is up: the port stays
    taken by processes nobody stops.
    """
    program = str(Path(sys.executable).parent / "anwangge")
    env = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    run = subprocess.Popen(
        [program, "run", "--port", str(free_port())], env=env | {"ANWANGGE_HOME": str(home)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )  # fmt: skip
    until = time.monotonic() + 60
    while not (home / "store.sock").exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert using(home)
    run.send_signal(told)
    run.wait(60)
    assert not using(home)


def using(home):
    """Processes that work in this folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"ANWANGGE_HOME={home}".encode() in (process / "environ").read_bytes().split(b"\0"):
                found.append(int(process.name))
        except OSError:
            continue
    return found
