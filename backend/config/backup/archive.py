"""The archive: a tar of the database, the files and the exported anchors, and a manifest with the hash of each.

Whoever reads it believes nothing that the manifest does not confirm.
"""

import errno
import os
import re
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import msgspec
from django.core.management.base import CommandError

FORMAT = 1
MANIFEST = "manifest.json"
PIECE = 1 << 20
NAME = re.compile(r"(database\.(sqlite3|dump)|(files|anchors|keys)(/[\w.-]+)+)")


class NotDone(CommandError):
    """One line, in both languages, that says what is wrong; nothing was changed unless it says so."""


class Last(msgspec.Struct):
    """The last event of a chain."""

    seq: int
    head: str
    at: str


class Member(msgspec.Struct):
    size: int
    sha256: str


class Manifest(msgspec.Struct):
    format: int
    version: str
    made_at: str
    database: str
    epoch: str
    chains: dict[str, Last]
    anchor_keys: list[str]
    members: dict[str, Member] = {}


def write(file: Path, manifest: Manifest, sources: Iterable[tuple[str, Path]]) -> Manifest:
    """Whole under its name, or not there. A file that is gone meanwhile is left out: the database came first."""
    with plainly(file), _becoming(file) as raw, tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, path in sources:
            try:
                with path.open("rb") as opened:
                    manifest.members[name] = _add(tar, name, opened, path.stat().st_size)
            except FileNotFoundError:
                continue
        told = msgspec.json.encode(manifest)
        _add(tar, MANIFEST, BytesIO(told), len(told))
    return manifest


@contextmanager
def _becoming(file: Path) -> Iterator[IO[bytes]]:
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    try:
        with os.fdopen(handle, "wb") as raw:
            yield raw
            raw.flush()
            os.fsync(raw.fileno())
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _add(tar: tarfile.TarFile, name: str, opened: IO[bytes], size: int) -> Member:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    hashing = _Hashing(opened)
    tar.addfile(entry, hashing)
    return Member(size, hashing.hash.hexdigest())


class _Hashing:
    """Reads, and knows the hash of what was read."""

    def __init__(self, opened: IO[bytes]) -> None:
        self.opened, self.hash = opened, sha256()

    def read(self, size: int = -1) -> bytes:
        content = self.opened.read(size)
        self.hash.update(content)
        return content


def inspect(file: Path) -> Manifest:
    """The manifest, if the archive holds just what it names, by name and size. Raises NotDone."""
    with _opened(file) as tar:
        there = {entry.name: entry for entry in tar.getmembers()}
        if MANIFEST not in there:
            raise _damaged(file, f"no {MANIFEST}")
        manifest = _read_manifest(file, tar.extractfile(there.pop(MANIFEST)))
        for name in there.keys() | manifest.members.keys():
            entry, member = there.get(name), manifest.members.get(name)
            if entry is None or member is None or entry.size != member.size:
                raise _damaged(file, name)
            if not entry.isreg() or not NAME.fullmatch(name) or ".." in name.split("/"):
                raise _damaged(file, name)
    return manifest


def _read_manifest(file: Path, opened: Any) -> Manifest:
    try:
        manifest = msgspec.json.decode(opened.read(), type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError, AttributeError) as error:
        raise _damaged(file, MANIFEST) from error
    if manifest.format != FORMAT:
        raise NotDone(f"不认识的备份格式 / unknown format {manifest.format}: {file}")
    return manifest


def unpack(file: Path, manifest: Manifest, folder: Path) -> None:
    """Every member into `folder`, its hash compared. Raises NotDone at the first that is not what the manifest says."""
    with plainly(folder), _opened(file) as tar:
        for name, member in manifest.members.items():
            to = folder / name
            to.parent.mkdir(parents=True, exist_ok=True)
            opened = tar.extractfile(name)
            if opened is None or _copy(opened, to) != member.sha256:
                raise _damaged(file, name)


def _copy(opened: IO[bytes], to: Path) -> str:
    reading = _Hashing(opened)
    with to.open("wb") as file:
        while piece := reading.read(PIECE):
            file.write(piece)
    to.chmod(0o600 if to.parent.name == "keys" else 0o644)
    return reading.hash.hexdigest()


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(file, "r:") as tar:
            yield tar
    except FileNotFoundError as error:
        raise NotDone(f"没有这个文件 / no such file: {file}") from error
    except (tarfile.TarError, EOFError, KeyError) as error:
        raise _damaged(file, str(error)) from error


def _damaged(file: Path, what: str) -> NotDone:
    return NotDone(f"备份文件已损坏，什么都没有改动 / the archive is damaged, nothing was changed: {file}: {what}")


@contextmanager
def plainly(where: Path) -> Iterator[None]:
    """What the disk says, as a line that a person understands."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise NotDone(f"磁盘空间不足，什么都没有改动 / no space left, nothing was changed: {where}") from error
        raise NotDone(f"无法读写 / cannot read or write: {where}: {error.strerror}") from error
