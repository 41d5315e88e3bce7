"""Who works with this ANWANGGE_HOME holds a lock on it, which the system drops when the process dies, however it dies."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from backend.config.backup.archive import NotDone

INTERRUPTED = "restoring.json"
_held: list[IO[bytes]] = []


def work_here(home: Path) -> None:
    """Until this process ends. Raises NotDone while a restore is going on, or was interrupted."""
    file = _file(home)
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise NotDone(f"正在恢复备份，请稍候 / a backup is being restored: {home}") from error
    if (home / INTERRUPTED).exists():
        file.close()
        raise NotDone(
            f"上次恢复没有完成，请再次运行 anwangge restore / a restore was interrupted, run it again: {home}"
        )
    _held.append(file)


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Raises NotDone while a server works here."""
    with _file(home) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NotDone(f"服务正在运行，请先停止 / the server is running, stop it first: {home}") from error
        yield


def _file(home: Path) -> IO[bytes]:
    return (home / "at_work.lock").open("ab")
