"""A copy of what the server shows this person: snapshots, kept up to date by events; rows and cursors move together."""

from collections.abc import Iterable

import msgspec

from client.shapes import Cursors, Event, Json, Row, rows_of
from client.store import Store


class Gap(Exception):
    """An event came that is not the next of its stream: pull."""

    def __init__(self, stream: str, held: int | None, came: int) -> None:
        super().__init__(f"{stream}: {held} then {came}")
        self.stream = stream


class Replica:
    def __init__(self, store: Store) -> None:
        self._store, self._db = store, store.db

    @property
    def epoch(self) -> str:
        return self._store.recall("epoch") or ""

    def cursors(self) -> Cursors:
        return dict(self._db.execute("SELECT stream, seq FROM cursor"))

    def rows(self, kind: str) -> list[Json]:
        found = self._db.execute("SELECT view FROM row WHERE kind = ? ORDER BY id", (kind,))
        return [msgspec.json.decode(view) for (view,) in found]

    def row(self, kind: str, id: str) -> Json | None:
        found = self._db.execute("SELECT view FROM row WHERE kind = ? AND id = ?", (kind, id)).fetchone()
        return msgspec.json.decode(found[0]) if found else None

    def versions(self) -> dict[tuple[str, str], int]:
        return {(kind, id): version for kind, id, version in self._db.execute("SELECT kind, id, version FROM row")}

    def apply(self, events: Iterable[Event], reached: Cursors | None = None) -> list[Row]:
        """The next events of their streams, in one transaction; those already known are dropped. Returns what was put.

        `reached`: where the cursors must stand afterwards. Raises Gap, and then nothing of it was applied. A stream
        without a cursor has no next event: its snapshot comes first.
        """
        put: list[Row] = []
        with self._store.one():
            cursors = self.cursors()
            for event in events:
                held = cursors.get(event.s)
                if held is None or event.q > held + 1:
                    raise Gap(event.s, held, event.q)
                if event.q == held + 1:
                    put += self._take(event)
                    cursors[event.s] = event.q
                    self._move(event.s, event.q)
            for stream, seq in (reached or {}).items():
                if stream in cursors and seq > cursors[stream]:
                    raise Gap(stream, cursors[stream], seq)
        return put

    def _take(self, event: Event) -> list[Row]:
        if event.t == "task.left" and event.b:
            self._leave(event.s, str(event.b["task_id"]), int(event.b["version"]))
            return []
        return [row for row in rows_of(event) if self._put(row, event.s)]

    def _put(self, row: Row, stream: str) -> bool:
        """Whether it is now the one held: not if a newer one was."""
        self._db.execute("INSERT OR IGNORE INTO seen VALUES (?, ?, ?)", (row.k, row.id, stream))
        written = msgspec.json.encode(row.v).decode()
        changed = self._db.execute(
            "INSERT INTO row VALUES (?, ?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, "
            "view = excluded.view WHERE excluded.version >= row.version",
            (row.k, row.id, row.version, written),
        )
        return changed.rowcount > 0

    def _leave(self, stream: str, task: str, version: int) -> None:
        held = self._db.execute("SELECT version FROM row WHERE kind = 'task' AND id = ?", (task,)).fetchone()
        if held and version > held[0]:
            self._db.execute("DELETE FROM seen WHERE kind = 'task' AND id = ? AND stream = ?", (task, stream))
            self.let_go()

    def replace(self, stream: str, rows: list[Row], as_of: int) -> list[Row]:
        """A snapshot: the rows of this stream are exactly these."""
        with self._store.one() as db:
            db.execute("DELETE FROM seen WHERE stream = ?", (stream,))
            put = [row for row in rows if self._put(row, stream)]
            self.let_go()
            self._move(stream, as_of)
        return put

    def drop(self, stream: str) -> None:
        with self._store.one() as db:
            db.execute("DELETE FROM seen WHERE stream = ?", (stream,))
            db.execute("DELETE FROM cursor WHERE stream = ?", (stream,))
            self.let_go()

    def let_go(self) -> None:
        """Rows that no stream shows any more go, but not before the work that speaks of them has been answered."""
        self._db.execute(
            "DELETE FROM row WHERE NOT EXISTS (SELECT 1 FROM seen WHERE seen.kind = row.kind AND seen.id = row.id) "
            "AND id NOT IN (SELECT target FROM operation WHERE state = 'queued')"
        )

    def forget(self, stream: str) -> None:
        """The cursor only: the rows stay until the next snapshot says what they are."""
        self._db.execute("DELETE FROM cursor WHERE stream = ?", (stream,))

    def restart(self, epoch: str) -> None:
        """Another history: no cursor means anything, and whatever comes overwrites the rows held."""
        self._store.remember("epoch", epoch)
        self._db.execute("DELETE FROM cursor")
        self._db.execute("UPDATE row SET version = 0")

    def _move(self, stream: str, seq: int) -> None:
        self._db.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?)", (stream, seq))
