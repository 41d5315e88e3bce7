"""Putting a backup back. What was here is moved aside, never deleted; interrupted at any point it is begun again.

Everything is unpacked and compared beside the data before the data is touched. From then until the new epoch stands a note,
restoring.json, keeps the processes from starting on half of it.
"""

import os
import shutil
from pathlib import Path

import msgspec
from django.conf import settings
from django.core.management import call_command

from backend.config.backup import databases
from backend.config.backup.archive import Manifest, NotDone, inspect, plainly, unpack
from backend.config.backup.at_work import INTERRUPTED, alone
from backend.config.backup.making import KEYS
from backend.foundation import clock
from backend.foundation.durable_files import replace_file
from backend.journal.epoch import history_file, rotate_epoch
from backend.journal.signing import trust

STAGED = "restore-staged"
SPARE = 64 << 20


class Note(msgspec.Struct):
    """What an interrupted restore must know: where what was here goes, and what that was."""

    aside: str
    former: list[str]


def restore(file: Path, *, yes: bool = False) -> tuple[Manifest, str, Path | None]:
    """(what it held, the new epoch, where the former data is). Raises NotDone."""
    home = Path(settings.HOME)
    with alone(home):
        manifest = inspect(file)
        _refuse_unfit(manifest, file)
        databases.refuse_if_used()
        earlier = _note(home)
        former = [name for name, path in _places().items() if path.exists()]
        if not yes and earlier is None and (former or not databases.is_empty()):
            raise NotDone(f"这里已有数据，要替换请加 --yes / there is data here; --yes moves it aside: {home}")
        note = earlier or Note(f"before-restore-{clock.now():%Y%m%d-%H%M%S}", former)
        _stage(file, manifest, home)
        _replace(home, note, first=earlier is None)
        epoch = _begin_anew(home, manifest, file)
        aside = home / note.aside
        return manifest, epoch, aside if aside.exists() else None


def _places() -> dict[str, Path]:
    """Name in the archive → where it lives."""
    home = Path(settings.HOME)
    places = {
        "files": Path(settings.MEDIA_ROOT), "anchors": home / "anchors", "history.json": history_file(),
    }  # fmt: skip
    if databases.member() == "database.sqlite3":
        file = databases.sqlite_file()
        places |= {f"database.sqlite3{end}": file.with_name(file.name + end) for end in ("", "-wal", "-shm")}
    return places


def _refuse_unfit(manifest: Manifest, file: Path) -> None:
    if manifest.database != databases.member():
        raise NotDone(f"备份来自另一种数据库 / the backup is of another kind of database: {manifest.database}")
    if _number(manifest.version) > _number(settings.VERSION):
        raise NotDone(f"备份来自更新的版本 / made by a newer version, update first: {manifest.version}")
    needed = sum(member.size for member in manifest.members.values()) + SPARE
    free = shutil.disk_usage(settings.HOME).free
    if free < needed:
        raise NotDone(
            f"磁盘空间不足，什么都没有改动 / no space left, nothing was changed: {needed >> 20} MB needed, {free >> 20} MB free"
        )


def _number(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdigit()]


def _stage(file: Path, manifest: Manifest, home: Path) -> None:
    """Unpacked beside the data, on the same disk, so that the rest is renaming."""
    staged = home / STAGED
    shutil.rmtree(staged, ignore_errors=True)
    try:
        unpack(file, manifest, staged)
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise
    os.sync()


def _replace(home: Path, note: Note, *, first: bool) -> None:
    """The note stands from before the first change; it goes again if the database refused and nothing was changed."""
    staged, aside = home / STAGED, home / note.aside
    postgres = databases.member() == "database.dump"
    if postgres:
        with plainly(home):
            _keep_dump(aside)
    replace_file(home / INTERRUPTED, msgspec.json.encode(note))
    databases.let_go()
    if postgres:
        try:
            databases.put_back(staged / "database.dump")
        except NotDone:
            if first:
                (home / INTERRUPTED).unlink()
                shutil.rmtree(staged, ignore_errors=True)
            raise
    with plainly(home):
        for name, path in _places().items():
            _swap(path, staged / name, aside / name, was_here=name in note.former)
        for name in KEYS:
            if (staged / "keys" / name).exists():
                _swap(home / name, staged / "keys" / name, aside / name, was_here=(home / name).exists())


def _keep_dump(aside: Path) -> None:
    """PostgreSQL's former data, unless an earlier attempt has kept it already."""
    kept = aside / "database.dump"
    if databases.is_empty() or kept.exists():
        return
    aside.mkdir(exist_ok=True)
    unfinished = aside / "database.dump.part"
    databases.dump(unfinished)
    unfinished.replace(kept)


def _swap(place: Path, new: Path, kept: Path, *, was_here: bool) -> None:
    """What stands at `place` is either the former, which is moved aside, or from an attempt that was interrupted."""
    if place.exists():
        if was_here and not kept.exists():
            kept.parent.mkdir(exist_ok=True)
            shutil.move(place, kept)
        elif place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink()
    if new.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(new, place)


def _begin_anew(home: Path, manifest: Manifest, file: Path) -> str:
    call_command("migrate", verbosity=0)
    for key in manifest.anchor_keys:
        trust(key)
    epoch = rotate_epoch(f"restored from {file.name}")
    os.sync()
    (home / INTERRUPTED).unlink()
    shutil.rmtree(home / STAGED, ignore_errors=True)
    return epoch


def _note(home: Path) -> Note | None:
    try:
        return msgspec.json.decode((home / INTERRUPTED).read_bytes(), type=Note)
    except FileNotFoundError:
        return None
