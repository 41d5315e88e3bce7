"""Many writers at once, on what they meet in service: PostgreSQL, or SQLite in a file.

The SQLite of the other tests lives in memory, where a second writer is refused at once instead of waiting its turn.
"""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections


@pytest.fixture
def on_disk(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    if connection.vendor != "sqlite":
        yield
        return
    in_memory, name = connections["default"], connection.settings_dict["NAME"]
    file = tmp_path / "town.sqlite3"
    _copy(in_memory, file)
    del connections["default"]
    connections.databases["default"]["NAME"] = str(file)
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = in_memory
        connections.databases["default"]["NAME"] = name


def _copy(from_: Any, to: Path) -> None:
    from_.ensure_connection()
    file = sqlite3.connect(to)
    from_.connection.backup(file)
    # as in service, where the first connection long ago made it so: six that want to change it at once are refused
    file.execute("PRAGMA journal_mode=WAL")
    file.close()


def all_at_once(act: Callable[[int], Any], writers: int) -> list[Any]:
    """`act(0)` … `act(writers - 1)`, each in a thread with its own connection, begun together; their answers in order."""
    together = Barrier(writers)

    def run(number: int) -> Any:
        try:
            together.wait(10)
            return act(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(writers) as pool:
        return list(pool.map(run, range(writers)))
