"""When does a new history begin? When the database is not the one that was here before: an old copy was put back.

A database cannot know that it is an old copy of itself. So epoch, and number and hash of every chain, are kept outside it too, in
ANWANGGE_HOME/history.json. If the database is behind that file, or has never heard of its epoch, a new epoch
begins, and the phones send again what the copy lacks. Too many epochs cost some traffic; one too few loses work.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import OperationalError, ProgrammingError, connection, transaction

from backend.foundation import clock
from backend.foundation.durable_files import replace_file
from backend.foundation.ids import new_id
from backend.journal.models import Chain, Epoch, Event

log = logging.getLogger(__name__)
LOCK = 7_403_991_220  # any number that nothing else locks by
RANDOM_BITS = 80  # of an id; the time is above them


class Known(msgspec.Struct):
    """The last number and hash of a chain."""

    seq: int
    head: str


class History(msgspec.Struct):
    """What was in the database when the file was written."""

    epoch: UUID
    chains: dict[str, Known]


def settle_epoch() -> bool:
    """At the start of a process, before a phone is answered. True if this began a new epoch."""
    with _alone():
        current = Epoch.objects.order_by("-id").first() or Epoch.objects.create()
        if (reason := _other_history(current)) is None:
            _write(History(current.id, _chains()))
            return False
        _begin(current, reason)
        return True


def settle_when_possible(pause_s: float = 1) -> None:
    """The same, waiting for a database that is not up or not migrated yet."""
    while True:
        try:
            settle_epoch()
        except (OperationalError, ProgrammingError) as error:
            log.warning("数据库还不能用，等待中 / waiting for the database: %s", error)
            connection.close()
            time.sleep(pause_s)
        else:
            return


def note_history() -> None:
    """Every few seconds: the file follows the database. It is read first, so that what it claims was true before."""
    known = _read()
    current = Epoch.objects.order_by("-id").first()
    chains = _chains()
    if not isinstance(known, History) or current is None or known.epoch != current.id or _behind(chains, known):
        settle_epoch()
    elif chains != known.chains:
        _write(History(current.id, chains))


def rotate_epoch(reason: str) -> str:
    """Begin a new epoch, whatever the file says: after a backup was restored."""
    with _alone():
        return _begin(Epoch.objects.order_by("-id").first() or Epoch.objects.create(), reason)


def _begin(current: Epoch, reason: str) -> str:
    """The file first: if the commit fails it names an epoch that the database does not know, and the next start begins one."""
    epoch = Epoch(id=_later_than(current.id))
    _write(History(epoch.id, _chains()))
    epoch.save(force_insert=True)
    log.critical("新纪元 new epoch %s: %s. 手机将重新上传 / phones will send again", epoch.id, reason)
    return str(epoch.id)


def _other_history(current: Epoch) -> str | None:
    """Why the database is not the continuation of what the file saw; None if it is."""
    known = _read()
    if known is None or isinstance(known, str):
        return known
    if known.epoch != current.id:
        # an epoch that went before is in the table: somebody has begun a new one since, and a file was left behind
        return None if Epoch.objects.filter(pk=known.epoch).exists() else f"the database does not know {known.epoch}"
    for town, last in known.chains.items():
        if last.seq and not Event.objects.filter(chain=town, seq=last.seq, hash=last.head).exists():
            return f"the database lacks event {last.seq} of {town}"
    return None


def _behind(chains: dict[str, Known], known: History) -> bool:
    nothing = Known(0, "")
    now = {town: chains.get(town, nothing) for town in known.chains}
    return any(now[town].seq < last.seq or (now[town].seq == last.seq and now[town] != last)
               for town, last in known.chains.items())  # fmt: skip


def _read() -> History | str | None:
    """What the file says; None without one; words if it cannot be read, which is no proof that nothing was lost."""
    try:
        return msgspec.json.decode(history_file().read_bytes(), type=History)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        return f"{history_file()} cannot be read: {error}"


def _write(history: History) -> None:
    stamped = msgspec.to_builtins(history) | {"at": clock.now().isoformat()}
    replace_file(history_file(), msgspec.json.encode(stamped))


def history_file() -> Path:
    return Path(settings.HOME) / "history.json"


def _chains() -> dict[str, Known]:
    return {town: Known(seq, head) for town, seq, head in Chain.objects.values_list("town", "seq", "head")}


@contextmanager
def _alone() -> Iterator[None]:
    """A transaction that no other process decides the same in: SQLite's begin as writers, PostgreSQL needs a lock."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        yield


def _later_than(current: UUID) -> UUID:
    """The newest epoch is the one with the greatest id, also on a machine whose clock is behind."""
    made = new_id()
    if made > current:
        return made
    return UUID(int=(((current.int >> RANDOM_BITS) + 1) << RANDOM_BITS) | (made.int & ((1 << RANDOM_BITS) - 1)))
