"""A backup goes back whole, begins a new epoch, and loses nothing that was here, whatever happens on the way."""

import errno
import shutil
import subprocess
import sys
import tarfile
from datetime import timedelta
from io import BytesIO

import psycopg
import pytest
from django.conf import settings as live
from django.core.management import CommandError, call_command
from django.db import connection, connections

from backend.config.backup import archive, databases, restoring
from backend.config.backup.archive import NotDone
from backend.config.backup.at_work import INTERRUPTED, alone, work_here
from backend.config.backup.making import back_up
from backend.config.backup.restoring import STAGED, restore
from backend.foundation import blobs, clock
from backend.journal import signing
from backend.journal.anchors import anchor_chains, exports
from backend.journal.chain import verify_chain
from backend.journal.epoch import settle_epoch
from backend.journal.models import Event
from backend.journal.queries import current_epoch
from tests.backend.journal.bell import ring
from tests.backend.journal.writers import on_disk
from tests.cast import TOWN

__all__ = ["on_disk"]


@pytest.fixture
def home(on_disk, settings, tmp_path):
    """A home with its database, two events, an anchor and a photo."""
    settings.HOME = tmp_path / "home"
    settings.MEDIA_ROOT = settings.HOME / "files"
    settings.HOME.mkdir()
    if connection.vendor == "sqlite":
        former, file = connection.settings_dict["NAME"], settings.HOME / "anwangge.sqlite3"
        connections["default"].close()
        shutil.move(former, file)
        connections.databases["default"]["NAME"] = connections["default"].settings_dict["NAME"] = str(file)
    settle_epoch()
    ring("一")
    ring("二")
    anchor_chains()
    blobs.store(b"photo one")
    return settings.HOME


@pytest.fixture
def backup(home, tmp_path):
    file = tmp_path / "backup.tar"
    back_up(file)
    return file


def events():
    return Event.objects.filter(chain=TOWN).count()


def went_on():
    """After the backup: another event, another photo."""
    ring("三")
    return blobs.store(b"photo two")


def test_a_file_that_is_still_being_written_is_not_in_it(home, tmp_path):
    (home / "files" / ".part-x").write_bytes(b"half")
    assert not any("part" in name for name in back_up(tmp_path / "a.tar").members)


def test_it_holds_database_files_and_anchors_with_the_hash_of_each(backup, home):
    manifest = archive.inspect(backup)
    assert manifest.chains[TOWN].seq == 2
    assert manifest.epoch == current_epoch()
    names = {name.split("/")[0] for name in manifest.members}
    assert names == {databases.member(), "files", "anchors"}
    assert f"files/blobs/{blobs.hash_of(b'photo one')[:2]}/{blobs.hash_of(b'photo one')}" in manifest.members


def test_keys_are_in_it_only_if_asked_for(home, tmp_path):
    (home / "secret_key").write_text("s")
    assert not any("key" in name for name in back_up(tmp_path / "a.tar").members)
    assert {"keys/secret_key", "keys/anchor_key"} <= set(back_up(tmp_path / "b.tar", with_keys=True).members)


def test_what_was_there_comes_back_under_a_new_epoch(backup, home):
    before, later = current_epoch(), went_on()
    manifest, epoch, aside = restore(backup, yes=True)
    assert events() == manifest.chains[TOWN].seq == 2
    assert epoch == current_epoch() != before
    assert verify_chain(TOWN).ok
    assert (blobs.exists(blobs.hash_of(b"photo one")), blobs.exists(later)) == (True, False)
    assert (aside / "files" / blobs.name_of(later)).exists(), "what was here is kept"
    assert not (home / INTERRUPTED).exists()
    assert not settle_epoch(), "the next start finds nothing to settle"


def test_what_was_moved_aside_can_be_put_back_by_hand(backup, home):
    went_on()
    _, _, aside = restore(backup, yes=True)
    databases.let_go()
    if connection.vendor == "sqlite":
        shutil.copy(aside / "database.sqlite3", home / "anwangge.sqlite3")
    else:
        databases.put_back(aside / "database.dump")
    assert events() == 3


def test_on_a_new_machine_the_anchors_of_the_former_are_believed(backup, home):
    (home / "anchor_key").unlink()
    restore(backup, yes=True)
    assert signing.public_key() not in archive.inspect(backup).anchor_keys
    assert verify_chain(TOWN).ok
    assert exports().exists()


def test_a_home_that_is_not_empty_is_not_replaced_unasked(backup, home):
    went_on()
    with pytest.raises(NotDone, match="--yes"):
        restore(backup)
    assert events() == 3


def test_a_running_server_is_not_replaced(backup, home):
    """Seen failing without the lock. Another open file is what another process would have."""
    script = f"""
import sys
from pathlib import Path
from backend.config.backup.at_work import work_here
work_here(Path({str(home)!r}))
print("here", flush=True)
sys.stdin.read()
"""
    server = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert server.stdout.readline() == b"here\n"
        with pytest.raises(NotDone, match="the server is running"):
            restore(backup, yes=True)
    finally:
        server.communicate()
    restore(backup, yes=True)


def test_no_server_starts_while_a_restore_goes_on(home):
    with alone(home), pytest.raises(NotDone, match="being restored"):
        work_here(home)


@pytest.mark.skipif("os.environ.get('TEST_DATABASE') != 'postgres'")
def test_who_else_is_connected_to_postgres_stops_it(backup, home):
    """A server on another machine holds no lock here."""
    with psycopg.connect(**databases._given()), pytest.raises(NotDone, match="1 others use the database"):
        databases.refuse_if_used(patience_s=0.3)


def damaged_in_the_middle(file):
    """One byte of a photo, as a disk loses it."""
    content = file.read_bytes()
    at = content.index(b"photo one")
    file.write_bytes(content[:at] + b"P" + content[at + 1 :])


def cut_short(file):
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def no_archive_at_all(file):
    file.write_bytes(b"\x00" * 5000)


def a_member_too_many(file):
    with tarfile.open(file, "a") as tar:
        entry = tarfile.TarInfo("files/../../evil")
        entry.size = 1
        tar.addfile(entry, BytesIO(b"x"))


def gone(file):
    file.unlink()


@pytest.mark.parametrize("harm", [damaged_in_the_middle, cut_short, no_archive_at_all, a_member_too_many, gone])
def test_a_damaged_archive_changes_nothing(backup, home, harm):
    """Seen failing (photo) with the comparison taken out of `unpack`; names are held twice, by manifest and pattern."""
    epoch, later = current_epoch(), went_on()
    harm(backup)
    with pytest.raises(NotDone, match=r"damaged|no such file"):
        restore(backup, yes=True)
    assert (events(), current_epoch(), blobs.exists(later)) == (3, epoch, True)
    assert not (home / STAGED).exists()
    work_here(home)


def test_another_kind_of_database_or_a_newer_version_is_refused(backup, home, monkeypatch):
    monkeypatch.setattr(live, "VERSION", "0.0.1")
    with pytest.raises(NotDone, match="newer version"):
        restore(backup, yes=True)
    monkeypatch.undo()
    monkeypatch.setattr(restoring.databases, "member", lambda: "database.other")
    with pytest.raises(NotDone, match="another kind"):
        restore(backup, yes=True)


def full(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_while_backing_up_leaves_the_former_backup(backup, home, monkeypatch):
    before = backup.read_bytes()
    monkeypatch.setattr(archive, "_add", full)
    with pytest.raises(NotDone, match="no space left"):
        back_up(backup)
    assert backup.read_bytes() == before
    assert list(backup.parent.glob(".*backup*")) == []


def test_a_full_disk_while_unpacking_changes_nothing(backup, home, monkeypatch):
    later = went_on()
    monkeypatch.setattr(archive, "_copy", full)
    with pytest.raises(NotDone, match="no space left"):
        restore(backup, yes=True)
    assert (events(), blobs.exists(later)) == (3, True)
    assert not (home / STAGED).exists()


class Died(BaseException):
    """kill -9: nothing after it runs."""


WHERE_IT_DIES = [
    ("_keep_dump", 1), ("_swap", 1), ("_swap", 2), ("_swap", 3), ("_begin_anew", 1), ("call_command", 1), ("rotate_epoch", 1),
]  # fmt: skip


@pytest.mark.parametrize(("step", "nth"), WHERE_IT_DIES)
def test_an_interrupted_restore_is_noticed_and_can_be_repeated(backup, home, monkeypatch, step, nth):
    """Seen failing with the note made anew at the repetition: half-restored files were then kept as the former ones."""
    if step == "_keep_dump" and connection.vendor == "sqlite":
        pytest.skip("SQLite's former data is moved, not dumped")
    later, calls, real = went_on(), [], getattr(restoring, step)

    def dies(*given, **named):
        calls.append(1)
        if len(calls) == nth:
            raise Died
        return real(*given, **named)

    monkeypatch.setattr(restoring, step, dies)
    with pytest.raises(Died):
        restore(backup, yes=True)
    if step != "_keep_dump":  # which comes before the first change
        with pytest.raises(NotDone, match="was interrupted"):
            work_here(home)
    monkeypatch.setattr(restoring, step, real)
    with clock.at(clock.now() + timedelta(minutes=5)):
        _, epoch, aside = restore(backup, yes=True)
    assert (events(), current_epoch(), blobs.exists(later)) == (2, epoch, False)
    assert verify_chain(TOWN).ok
    assert list(home.glob("before-restore-*/files")) == [aside / "files"], "only what was here before the first attempt"
    assert (aside / "files" / blobs.name_of(later)).exists()
    work_here(home)


def test_the_commands_say_what_they_hold(home, tmp_path, capsys):
    file = tmp_path / "b.tar"
    call_command("backup", str(file))
    assert f"{TOWN}: 到第 2 个事件" in capsys.readouterr().out
    went_on()
    with pytest.raises(CommandError, match="--yes"):
        call_command("restore", str(file))
    call_command("restore", str(file), yes=True)
    said = capsys.readouterr().out
    assert all(words in said for words in ("up to event 2", current_epoch(), "before-restore-"))
