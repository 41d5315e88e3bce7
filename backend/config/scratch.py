"""A server of one's own with a town on a scratch database: for rehearsals, tests and pictures. Gone afterwards."""

import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from backend.config.processes import CannotStart, Processes

DEMO_TOWN = Path(__file__).parents[2] / "towns" / "jinji"
DEMO_PASSWORD = "anwangge-demo"
OURS = ("DATABASE_URL", "REDIS_URL", "ANWANGGE_HOSTS", "ANWANGGE_HTTPS")


@contextmanager
def scratch_server(
    town: Path = DEMO_TOWN, *, history: bool = False, database_url: str | None = None
) -> Iterator[Processes]:
    """Healthy when it is handed over; on SQLite, or on the empty database named. Raises CannotStart with what the
    loading said."""
    with tempfile.TemporaryDirectory(prefix="awg-") as folder:
        processes = Processes(Path(folder), free_port(), without=OURS)
        if database_url:
            processes.env["DATABASE_URL"] = database_url
        prepare(processes, town, history=history)
        processes.start()
        try:
            processes.wait_until_healthy()
            yield processes
        finally:
            processes.stop()


def prepare(processes: Processes, town: Path = DEMO_TOWN, *, history: bool = False) -> None:
    """Tables and the town, before anything is started."""
    program = str(Path(sys.executable).parent / "anwangge")
    load = ["load-town", str(town), *([] if history else ["--no-history"])]
    for command in (["migrate", "--verbosity", "0"], load):
        done = subprocess.run([program, *command], env=processes.env, capture_output=True, text=True)
        if done.returncode:
            raise CannotStart(done.stderr or done.stdout)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
