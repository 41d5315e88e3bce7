"""The processes of a town on one machine, under supervisord, as the Procfile lists them."""

import contextlib
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import xmlrpc.client
from pathlib import Path
from typing import Any

import httpx
from supervisor.xmlrpc import SupervisorTransport

PROCFILE = Path(__file__).parents[2] / "Procfile"
LEAST_FREE_MB = 200


class CannotStart(Exception):
    """One line that says what is wrong and what to do."""


def listed() -> dict[str, str]:
    """Name → command, from the Procfile."""
    lines = (line.partition(":") for line in PROCFILE.read_text().splitlines() if ":" in line)
    return {name.strip(): command.strip() for name, _, command in lines}


class Processes:
    """`home`: ANWANGGE_HOME of these processes. `own_store` False: a store is given by REDIS_URL. `without`: variables
    of ours that they must not inherit."""

    def __init__(self, home: Path, port: int, *, own_store: bool = True, without: tuple[str, ...] = ()) -> None:
        self.home, self.port, self.own_store = home, port, own_store
        inherited = {name: value for name, value in os.environ.items() if name not in without}
        self.env = inherited | {"ANWANGGE_HOME": str(home), "PORT": str(port)}
        self.url = f"http://127.0.0.1:{port}"
        self._supervisor: subprocess.Popen[bytes] | None = None

    def check(self) -> None:
        """Raises CannotStart before anything is begun."""
        free_mb = shutil.disk_usage(self.home).free // 2**20
        if free_mb < LEAST_FREE_MB:
            raise CannotStart(f"磁盘只剩 {free_mb} MB / only {free_mb} MB free: make room in {self.home}")
        with contextlib.closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("0.0.0.0", self.port))
            except OSError as error:
                raise CannotStart(
                    f"端口 {self.port} 已被占用 / port {self.port} is taken: stop what uses it, or PORT={self.port + 1} make run"
                ) from error

    def start(self) -> None:
        self.check()
        (self.home / "log").mkdir(parents=True, exist_ok=True)
        configuration = self.home / "supervisord.conf"
        configuration.write_text(self._configuration())
        program = Path(sys.executable).parent / "supervisord"
        # a session of its own: Ctrl-C reaches only us, and we stop the others in order
        self._supervisor = subprocess.Popen(
            [str(program), "-n", "-c", str(configuration)], env=self.env, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def wait_until_healthy(self, seconds: float = 60) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/api/health", timeout=2).status_code == 200:
                    return
            if self._supervisor and self._supervisor.poll() is not None:
                break
            time.sleep(0.2)
        raise CannotStart(f"没有启动成功，原因见 / did not come up, see {self.home / 'log'}")

    def wait(self) -> None:
        if self._supervisor:
            self._supervisor.wait()

    def ask_to_stop(self) -> None:
        """Safe in a signal handler: it only passes the word on; `wait` returns when all have stopped."""
        if self._supervisor and self._supervisor.poll() is None:
            self._supervisor.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        self.ask_to_stop()
        if self._supervisor:
            try:
                self._supervisor.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(self._supervisor.pid, signal.SIGKILL)

    def pid_of(self, name: str) -> int:
        """Process id of one of the programs, 0 while it is not running."""
        info = self.supervisor().getProcessInfo(name)
        return int(info["pid"]) if isinstance(info, dict) else 0

    def supervisor(self) -> Any:
        """supervisord's own interface: startProcess, stopProcess, getProcessInfo."""
        transport = SupervisorTransport("", "", f"unix://{self.home / 'supervisor.sock'}")
        return xmlrpc.client.ServerProxy("http://localhost", transport=transport).supervisor

    def _configuration(self) -> str:
        programs = [
            self._program(name, command) for name, command in listed().items() if self.own_store or name != "store"
        ]
        return _HEAD.format(home=_escaped(self.home)) + "".join(programs)

    def _program(self, name: str, command: str) -> str:
        words = shlex.split(command)
        words[0] = str(Path(sys.executable).parent / words[0])
        return _PROGRAM.format(
            name=name,
            command=_escaped(shlex.join(words)),
            home=_escaped(self.home),
            priority=1 if name == "store" else 10,
        )


def _escaped(text: object) -> str:
    """supervisord expands % in its configuration."""
    return str(text).replace("%", "%%")


_HEAD = """\
[supervisord]
nodaemon=true
logfile={home}/log/supervisord.log
pidfile={home}/supervisord.pid

[unix_http_server]
file={home}/supervisor.sock
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl=unix://{home}/supervisor.sock

"""

_PROGRAM = """\
[program:{name}]
command={command}
priority={priority}
autorestart=true
startretries=20
stopwaitsecs=10
redirect_stderr=true
stdout_logfile={home}/log/{name}.log
stdout_logfile_maxbytes=5MB
stdout_logfile_backups=2

"""
