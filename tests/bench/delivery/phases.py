"""One phase: events go out, every socket must get each of them once and in order, and the server's CPU is read."""

from statistics import median
from typing import Any, Protocol

from tests.bench.delivery.load import Load
from tests.bench.delivery.reading import cpu_s

PATIENCE_S = 30
BURST = 150


class Server(Protocol):
    """What is measured: the one process that holds the sockets. Publisher, store and load client are not counted."""

    name: str
    pid: int
    next: int

    def load_arguments(self, sockets: int) -> list[str]: ...

    def publish(self, count: int, every: float) -> list[int]: ...


def phase(server: Server, load: Load, count: int, every: float) -> dict[str, Any]:
    """`every` seconds an event; 0: all of them at once."""
    load.expect(server.next, count, count * every + PATIENCE_S)
    before = cpu_s(server.pid)
    left = server.publish(count, every)
    got = load.result()
    spent = cpu_s(server.pid) - before
    server.next += count
    last = [(end - start) / 1e6 for start, end in zip(left, got["last"], strict=True) if end]
    return {
        "server": server.name,
        "phase": "paced" if every else "burst",
        "sockets": load.sockets,
        "events": count,
        "deliveries": got["received"],
        "lost": got["lost"],
        "repeated": got["repeated"],
        "other_frames": got["others"],
        "closed": got["closed"],
        "cpu_us_per_delivery": round(spent * 1e6 / max(1, got["received"]), 3),
        "last_client_ms_best": round(min(last), 1) if last else None,
        "last_client_ms_median": round(median(last), 1) if last else None,
        "load_cpu_s": got["load_cpu_s"],
    }
