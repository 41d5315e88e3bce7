"""What it costs to send one event to many sockets: the town's server beside Nchan and stock Channels, as JSON lines.

    python -m tests.bench.delivery [--quick] [--sockets 1000 2000 5000] [--repetitions 3]

The servers hold their sockets at the same time and take turns, so that the machine's noise meets all of them. What each
figure means stands in tests/bench/README.md.
"""

import argparse
import json
import resource
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from statistics import median
from typing import Any

from tests.bench.delivery.absent import Absent
from tests.bench.delivery.load import Load, is_compiled
from tests.bench.delivery.nchan import nchan
from tests.bench.delivery.ours import ours
from tests.bench.delivery.phases import BURST, Server, phase
from tests.bench.delivery.reading import rss_kb, wait_until_quiet
from tests.bench.delivery.stock import stock

PACE_S = {1000: 0.05, 2000: 0.1, 5000: 0.2}
PACED_S = 5.0
# slow enough that each event has arrived before the next; sooner, and its backlog would be measured instead
STOCK_PACE_S = {1000: 1.0, 2000: 2.0, 5000: 8.0}
STOCK_EVENTS, STOCK_BURST, STOCK_BURST_SOCKETS = 5, (20, 0.0), 1000
WARM_UP = 20
Result = dict[str, Any]


def main() -> None:
    wanted = _arguments()
    _allow_many_files()
    say(load="compiled" if is_compiled() else "no compiler here: a slower client, so last-client times are its own")
    absent: dict[str, str] = {}
    results: list[Result] = []
    with ExitStack() as stack:
        servers: list[Server] = [stack.enter_context(ours())]
        peers: dict[str, Callable[[], AbstractContextManager[Server]]] = {"nchan": nchan, "stock": stock}
        for name, peer in peers.items():
            try:
                servers.append(stack.enter_context(peer()))
            except Absent as why:
                absent[name] = f"absent: {why}"
        for sockets in sorted(wanted.sockets, reverse=True):
            results += measure(servers, sockets, wanted.repetitions)
    say(**figures(results), absent=absent)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.bench.delivery")
    parser.add_argument("--quick", action="store_true", help="1,000 sockets, once")
    parser.add_argument("--sockets", type=int, nargs="+", default=sorted(PACE_S))
    parser.add_argument("--repetitions", type=int, default=3)
    wanted = parser.parse_args()
    if wanted.quick:
        wanted.sockets, wanted.repetitions = [1000], 1
    return wanted


def _allow_many_files() -> None:
    """The servers started from here inherit it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def measure(servers: list[Server], sockets: int, repetitions: int) -> list[Result]:
    """The highest number comes first: memory that fewer sockets have left behind would hide what more of them need."""
    results: list[Result] = []
    with ExitStack() as stack:
        pairs = [(server, _join(stack, server, sockets, results)) for server in servers]
        for repetition in range(repetitions):
            for kind in ("paced", "burst"):
                for server, load in pairs:
                    if plan := _plan(server, sockets, kind):
                        results.append(phase(server, load, *plan) | {"repetition": repetition})
                        say(**results[-1])
    return results


def _plan(server: Server, sockets: int, kind: str) -> tuple[int, float] | None:
    """How many events, and seconds between them; less of both for stock, whose bursts to many sockets would take minutes."""
    if server.name == "stock":
        if kind == "paced":
            return STOCK_EVENTS, STOCK_PACE_S.get(sockets, sockets / 1000)
        return STOCK_BURST if sockets <= STOCK_BURST_SOCKETS else None
    return (round(PACED_S / _pace(sockets)), _pace(sockets)) if kind == "paced" else (BURST, 0.0)


def _pace(sockets: int) -> float:
    return PACE_S.get(sockets, sockets / 25_000)


def _join(stack: ExitStack, server: Server, sockets: int, results: list[Result]) -> Load:
    _warm_up(server)
    before = rss_kb(server.pid)
    load = stack.enter_context(Load(sockets, server.load_arguments(sockets)))
    wait_until_quiet(server.pid)
    held = (rss_kb(server.pid) - before) / sockets
    joined = {
        "server": server.name, "phase": "joined", "sockets": sockets, **load.joined, "join_s": round(load.join_s, 2),
        "rss_kb_per_connection": round(held, 1),
    }  # fmt: skip
    say(**joined)
    results.append(joined)
    return load


def _warm_up(server: Server) -> None:
    """What the first connections and events make a process load is no cost of a connection."""
    with Load(WARM_UP, server.load_arguments(WARM_UP)) as load:
        phase(server, load, 3, 0.05)


def figures(results: list[Result]) -> Result:
    """The keys of the bars: medians against medians, at the number of sockets where we do worst."""
    sizes = sorted({r["sockets"] for r in results if r["server"] == "ours"})
    idle = [r["rss_kb_per_connection"] for r in results if r["server"] == "ours" and r["phase"] == "joined"]
    return {
        "cpu_per_delivery_vs_nchan": _worst(results, "paced", sizes),
        "burst_cpu_per_delivery_vs_nchan": _worst(results, "burst", sizes),
        "stock_channels_vs_cpu_per_delivery": _least(_stock_against(results, "ours", "paced", sizes)),
        "stock_channels_vs_cpu_per_delivery_by_sockets": _stock_against(results, "ours", "paced", sizes),
        "stock_channels_vs_burst_cpu_per_delivery": _least(_stock_against(results, "ours", "burst", sizes)),
        "stock_channels_vs_nchan_by_sockets": _stock_against(results, "nchan", "paced", sizes),
        "last_client_5000_vs_nchan": _last_client(results, "last_client_ms_median"),
        "last_client_5000_best_vs_nchan": _last_client(results, "last_client_ms_best"),
        "rss_kb_per_connection": idle[0],
        "lost": sum(r["lost"] for r in results if r["server"] == "ours" and "lost" in r),
        "repeated": sum(r["repeated"] for r in results if r["server"] == "ours" and "repeated" in r),
    }


def _stock_against(results: list[Result], server: str, kind: str, sizes: list[int]) -> dict[int, float | None]:
    """The ratio at each number of sockets."""
    return {size: _ratio(*(_typical(results, name, kind, size) for name in ("stock", server))) for size in sizes}


def _least(ratios: dict[int, float | None]) -> float | None:
    return min((ratio for ratio in ratios.values() if ratio is not None), default=None)


def _last_client(results: list[Result], figure: str) -> float | None:
    return _ratio(*(_typical(results, name, "paced", 5000, figure) for name in ("ours", "nchan")))


def _worst(results: list[Result], name: str, sizes: list[int]) -> float | None:
    ratios = [_ratio(*(_typical(results, server, name, size) for server in ("ours", "nchan"))) for size in sizes]
    return max((ratio for ratio in ratios if ratio is not None), default=None)


def _typical(
    results: list[Result], server: str, name: str, sockets: int, figure: str = "cpu_us_per_delivery"
) -> float | None:
    found = [
        r[figure] for r in results if (r["server"], r["phase"], r["sockets"]) == (server, name, sockets) and r[figure]
    ]
    return median(found) if found else None


def _ratio(above: float | None, below: float | None) -> float | None:
    return round(above / below, 3) if above and below else None


def say(**line: Any) -> None:
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
