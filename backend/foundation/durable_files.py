"""Files that are either there whole, flushed to the disk, or not there: as file store, and singly."""

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage


class DurableFiles(FileSystemStorage):
    def _save(self, name: str, content: Any) -> str:
        final = Path(self.path(name))
        final.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=final.parent, prefix=".part-")
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(final)
            _flush_folder(final.parent)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        return name


def replace_file(file: Path, content: bytes) -> None:
    """The old content or the new, whatever happens in between; readable by everybody who may enter the folder."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = _written_beside(file, content)
    try:
        temporary.chmod(0o644)
        temporary.replace(file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _flush_folder(file.parent)


def made_once(file: Path, make: Callable[[], bytes]) -> bytes:
    """The content of `file`, made when it is first asked for; two that race get the same. Readable by the owner only."""
    if not file.exists():
        temporary = _written_beside(file, make())
        try:
            with contextlib.suppress(FileExistsError):
                file.hardlink_to(temporary)
        finally:
            temporary.unlink()
        _flush_folder(file.parent)
    return file.read_bytes()


def _written_beside(file: Path, content: bytes) -> Path:
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return Path(temporary)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
