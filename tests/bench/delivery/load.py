"""The sockets of a run: `load.c`, or `slow_load.py` where there is no compiler. Both speak the same lines."""

import json
import shutil
import subprocess
import sys
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.bench.delivery.cache import CACHE

HERE = Path(__file__).parent


@lru_cache(maxsize=1)
def program() -> list[str]:
    """How to start the load client; the compiled one if it can be compiled."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return [sys.executable, str(HERE / "slow_load.py")]
    made = CACHE / "load"
    subprocess.run([compiler, "-O2", "-o", str(made), str(HERE / "load.c")], check=True)
    return [str(made)]


def is_compiled() -> bool:
    return len(program()) == 1


class Load:
    """`sockets` websockets that have joined. Use as a context: leaving it hangs all of them up."""

    def __init__(self, sockets: int, arguments: list[str]) -> None:
        self.sockets = sockets
        command = [*program(), "-n", str(sockets), *arguments]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        begun = time.monotonic()
        self.joined = self._read()
        self.join_s = time.monotonic() - begun

    def __enter__(self) -> "Load":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def expect(self, first: int, count: int, seconds: float) -> None:
        self._say(f"expect {first} {count} {seconds}")
        self._read()

    def result(self) -> dict[str, Any]:
        return self._read()

    def _say(self, line: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout
        answer: dict[str, Any] = json.loads(self._process.stdout.readline() or '{"gone": true}')
        if "gone" in answer:
            raise RuntimeError("the load client has ended")
        return answer
