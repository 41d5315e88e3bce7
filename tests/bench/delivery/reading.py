"""What the kernel says of a process: its CPU time and its memory."""

import time
from pathlib import Path

QUIET_CPU_S = 0.005


def cpu_s(pid: int) -> float:
    """User and system time of all its threads, also those that have ended. The process's CPU clock counts nanoseconds,
    /proc/<pid>/stat the same in hundredths, which is too coarse for a burst."""
    return time.clock_gettime_ns((~pid << 3) | 2) / 1e9


def rss_kb(pid: int) -> int:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1])


def wait_until_quiet(pid: int, at_most_s: float = 15) -> None:
    """What a server still does about sockets that have just joined is no cost of a delivery."""
    until = time.monotonic() + at_most_s
    while time.monotonic() < until:
        before = cpu_s(pid)
        time.sleep(0.5)
        if cpu_s(pid) - before < QUIET_CPU_S:
            return


def only_child(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])
