"""What a phone keeps, in one SQLite file (or in memory): a phone that is switched off has it when it is switched on."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS operation (
    op_id TEXT PRIMARY KEY, n INTEGER NOT NULL, target TEXT NOT NULL, written TEXT NOT NULL, created TEXT NOT NULL,
    state TEXT NOT NULL, status TEXT, code TEXT, epoch TEXT, answered TEXT);
CREATE TABLE IF NOT EXISTS image (sha256 TEXT PRIMARY KEY, content BLOB NOT NULL, stored TEXT);
CREATE TABLE IF NOT EXISTS row (kind TEXT, id TEXT, version INTEGER NOT NULL, view TEXT NOT NULL, PRIMARY KEY (kind, id));
CREATE TABLE IF NOT EXISTS seen (kind TEXT, id TEXT, stream TEXT, PRIMARY KEY (kind, id, stream));
CREATE TABLE IF NOT EXISTS cursor (stream TEXT PRIMARY KEY, seq INTEGER NOT NULL);
"""


class Store:
    def __init__(self, folder: Path | None = None) -> None:
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
        self.db = sqlite3.connect(str(folder / "phone.sqlite3") if folder else ":memory:", isolation_level=None)
        self.db.execute("PRAGMA synchronous=FULL")
        self.db.executescript(_SCHEMA)
        self._deep = 0

    @contextmanager
    def one(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it or nothing. Inside another it is part of that one."""
        if self._deep:
            yield self.db
            return
        self.db.execute("BEGIN IMMEDIATE")
        self._deep += 1
        try:
            yield self.db
            self.db.execute("COMMIT")
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        finally:
            self._deep -= 1

    def recall(self, name: str) -> str | None:
        found = self.db.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else None

    def remember(self, name: str, value: str) -> None:
        self.db.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, value))

    def close(self) -> None:
        self.db.close()
