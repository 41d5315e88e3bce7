"""Operations and images: what is to be sent, and the sent journal. Nothing leaves before the server's durable answer."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from client.shapes import IN_FORCE, Operation, Result
from client.store import Store

KEPT_DAYS = 30


@dataclass(frozen=True)
class Kept:
    """An operation and what became of it: `queued`, `acked` (in force), or `refused` (a person decides)."""

    op: Operation
    state: str
    status: str | None
    code: str | None
    epoch: str | None


class Outbox:
    def __init__(self, store: Store) -> None:
        self._store, self._db = store, store.db

    def add(self, op: Operation) -> None:
        self._db.execute(
            "INSERT INTO operation (op_id, n, target, written, created, state) VALUES (?, ?, ?, ?, ?, 'queued')",
            (op.op_id, op.n, op.target, msgspec.json.encode(op).decode(), _now()),
        )

    def next_n(self) -> int:
        return int(self._db.execute("SELECT coalesce(max(n), 0) + 1 FROM operation").fetchone()[0])

    def waiting(self) -> list[Operation]:
        rows = self._db.execute("SELECT written FROM operation WHERE state = 'queued' ORDER BY n")
        return [msgspec.json.decode(row[0], type=Operation) for row in rows]

    def all(self) -> list[Kept]:
        rows = self._db.execute("SELECT written, state, status, code, epoch FROM operation ORDER BY n")
        return [Kept(msgspec.json.decode(row[0], type=Operation), *row[1:]) for row in rows]

    def unsent(self) -> tuple[int, str | None]:
        """How many wait, and since when the oldest does."""
        count, oldest = self._db.execute(
            "SELECT count(*), min(created) FROM operation WHERE state = 'queued'"
        ).fetchone()
        return count, oldest

    def answer(self, result: Result, epoch: str) -> None:
        """A durable answer that names the operation. Images it misses are to be sent, also if they were once stored."""
        state = "acked" if result.status in IN_FORCE else "refused"
        with self._store.one() as db:
            db.execute(
                "UPDATE operation SET state = ?, status = ?, code = ?, epoch = ?, answered = ? WHERE op_id = ?",
                (state, result.status, result.code, epoch, _now(), result.op_id),
            )
            db.executemany("UPDATE image SET stored = NULL WHERE sha256 = ?", [(sha,) for sha in result.missing_blobs])

    def settle(self, op_id: str, status: str, code: str | None) -> None:
        """The administrator's word on an operation that had been quarantined."""
        state = "acked" if status in IN_FORCE else "refused"
        self._db.execute(
            "UPDATE operation SET state = ?, status = ?, code = ? WHERE op_id = ? AND state = 'refused'",
            (state, status, code, op_id),
        )

    def requeue(self, epoch: str) -> None:
        """Another history: what the server had confirmed it may have lost. All of it goes out again under the same ids."""
        self._db.execute("UPDATE operation SET state = 'queued' WHERE epoch IS NOT ? AND state != 'queued'", (epoch,))
        self._db.execute("UPDATE image SET stored = NULL")

    def keep_image(self, sha256: str, content: bytes) -> None:
        self._db.execute("INSERT OR IGNORE INTO image (sha256, content) VALUES (?, ?)", (sha256, content))

    def images_to_send(self) -> list[tuple[str, bytes]]:
        """Those that no unanswered operation names: a record goes before its images."""
        waiting = {sha for op in self.waiting() for sha in op.blobs}
        rows = self._db.execute("SELECT sha256, content FROM image WHERE stored IS NULL ORDER BY rowid")
        return [(sha, content) for sha, content in rows if sha not in waiting]

    def images_stored(self) -> list[str]:
        return [sha for (sha,) in self._db.execute("SELECT sha256 FROM image WHERE stored IS NOT NULL")]

    def image_stored(self, sha256: str) -> None:
        self._db.execute("UPDATE image SET stored = ? WHERE sha256 = ?", (_now(), sha256))

    def forget_old(self, now: datetime | None = None) -> None:
        """Retention, and the only place where anything is deleted. Refused work stays: it is somebody's."""
        before = ((now or datetime.now(UTC)) - timedelta(days=KEPT_DAYS)).isoformat()
        with self._store.one() as db:
            db.execute("DELETE FROM operation WHERE state = 'acked' AND answered < ?", (before,))
            still = {sha for kept in self.all() for sha in kept.op.blobs}
            old = [
                sha for (sha,) in db.execute("SELECT sha256 FROM image WHERE stored < ?", (before,)) if sha not in still
            ]
            db.executemany("DELETE FROM image WHERE sha256 = ?", [(sha,) for sha in old])


def _now() -> str:
    return datetime.now(UTC).isoformat()
