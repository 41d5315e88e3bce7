"""Making a backup of a running server. The database first, then the files: every file the database knows of is in it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from backend.config.backup import databases
from backend.config.backup.archive import FORMAT, Manifest, plainly, write
from backend.foundation import clock
from backend.journal.anchors import exports
from backend.journal.signing import known_keys

KEYS = ("secret_key", "anchor_key")


def back_up(file: Path, *, with_keys: bool = False) -> Manifest:
    """Raises NotDone, and then leaves nothing behind."""
    file = file.resolve()
    with plainly(file), tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as folder:
        copy = Path(folder) / databases.member()
        epoch, chains = databases.dump(copy)
        manifest = Manifest(
            format=FORMAT, version=settings.VERSION, made_at=clock.now().isoformat(), database=databases.member(),
            epoch=epoch, chains=chains, anchor_keys=sorted(known_keys()),
        )  # fmt: skip
        return write(file, manifest, _sources(copy, with_keys))


def _sources(copy: Path, with_keys: bool) -> Iterator[tuple[str, Path]]:
    yield databases.member(), copy
    yield from _below("files", Path(settings.MEDIA_ROOT))
    yield from _below("anchors", exports())
    if with_keys:
        yield from ((f"keys/{name}", Path(settings.HOME) / name) for name in KEYS)


def _below(name: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """Files that are whole; one that is still being written has a name of its own."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith(".part-"):
            yield f"{name}/{path.relative_to(folder).as_posix()}", path
