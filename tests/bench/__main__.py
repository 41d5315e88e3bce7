"""Every bench of delivery, one after the other, and one line at the end with all the figures of the bars.

    python -m tests.bench [--quick]

A part that does not run is null in that line, with the reason under `failed`, and the exit code is then 1. A peer that
cannot be had is no failure: its ratios are null and `absent` says why.
"""

import argparse
import json
import subprocess
import sys
from typing import Any

# part → the keys its last line must hold
PARTS = {
    "delivery": [
        "cpu_per_delivery_vs_nchan",
        "burst_cpu_per_delivery_vs_nchan",
        "stock_channels_vs_cpu_per_delivery",
        "last_client_5000_vs_nchan",
        "rss_kb_per_connection",
    ],
    "storm": ["storm_caught_up_s"],
    "operations": ["ops_per_s_single", "ops_per_s_batched", "ops_50_per_s_accepted"],
    "sync": ["sync_cost_ratio_1m_vs_1k"],
    "chain": ["chain_events_per_s"],
}
TAKES_QUICK = {"delivery", "operations", "sync"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer sockets, fewer repetitions, less history")
    quick = parser.parse_args().quick
    merged: dict[str, Any] = {}
    failed: dict[str, str] = {}
    for part, keys in PARTS.items():
        said, why = run(part, ["--quick"] if quick and part in TAKES_QUICK else [])
        merged |= dict.fromkeys(keys) | said
        if why or not said.keys() >= set(keys):
            failed[part] = why or f"does not say {sorted(set(keys) - said.keys())}"
    print(json.dumps(merged | {"failed": failed}, ensure_ascii=False))
    sys.exit(1 if failed else 0)


def run(part: str, more: list[str]) -> tuple[dict[str, Any], str]:
    """The last JSON line it says, and why it failed (empty: it did not). Its lines and its complaints are passed on."""
    command = [sys.executable, "-m", f"tests.bench.{part}", *more]
    last: dict[str, Any] = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            print(line, end="", flush=True)
            last = _read(line) or last
    return last, f"exit code {process.returncode}" if process.returncode else ""


def _read(line: str) -> dict[str, Any] | None:
    try:
        said = json.loads(line)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


if __name__ == "__main__":
    main()
