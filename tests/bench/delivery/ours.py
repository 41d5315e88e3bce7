"""The town's own server: `anwangge web` with its store, worker and clock, as supervisord runs them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from backend.config.processes import Processes
from backend.config.scratch import scratch_server
from tests.bench.delivery.lines import Lines


class Ours:
    name = "ours"

    def __init__(self, processes: Processes) -> None:
        self.processes, self.pid = processes, processes.pid_of("web")
        env = processes.env | {"DJANGO_SETTINGS_MODULE": "backend.config.settings"}
        self.town = Lines([sys.executable, "-m", "tests.bench.delivery.town"], env)

    def load_arguments(self, sockets: int) -> list[str]:
        """Every socket is a person who says hello with a ticket; it has joined when the server has said ok."""
        file = self.processes.home / "hellos"
        self.next = self.town.ask(do="hellos", sockets=sockets, file=str(file))["first"]
        return ["-p", str(self.processes.port), "-u", "/ws", "-m", '"q":', "-f", str(file), "-j", '"k":"ok"']

    def publish(self, count: int, every: float) -> list[int]:
        left: list[int] = self.town.ask(do="publish", count=count, every=every)["left"]
        return left


@contextmanager
def ours() -> Iterator[Ours]:
    with scratch_server() as processes:
        server = Ours(processes)
        try:
            yield server
        finally:
            server.town.stop()
