"""What the kernel says of a process: its CPU time and its memory."""

import time
from pathlib import Path


def cpu_s(pid: int) -> float:
    """User and system time of all its threads, also those that have ended. The process's CPU clock counts nanoseconds,
    /proc/<pid>/stat the same in hundredths, which is too coarse for a burst."""
    return time.clock_gettime_ns((~pid << 3) | 2) / 1e9


def rss_kb(pid: int) -> int:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1])


def only_child(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])
