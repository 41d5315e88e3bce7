"""Files in: tus 1.0 core (HEAD, PATCH) and creation, named by content, immutable once stored."""

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Length

from backend.accounts.models import User
from backend.foundation import blobs
from backend.foundation.problems import TOO_LARGE
from backend.sync.models import Upload, UploadPart
from backend.sync.problems import HASH_MISMATCH, NO_UPLOAD, WRONG_OFFSET
from backend.sync.receiving import settle

LARGEST = 8 * 1024 * 1024
TUS = "1.0.0"


def begin(user: User, sha256: str, length: int) -> None:
    """Announce a file of `length` bytes. Announcing it again changes nothing. Raises too_large."""
    if not 0 < length <= LARGEST:
        raise TOO_LARGE.because(largest=LARGEST)
    Upload.objects.get_or_create(user=user, sha256=sha256, defaults={"length": length})


def progress(user: User, sha256: str) -> tuple[int, int]:
    """(bytes here, bytes in all). Raises no_upload."""
    if blobs.exists(sha256):
        size = blobs.size(sha256)
        return size, size
    upload = Upload.objects.filter(user=user, sha256=sha256).first()
    if upload is None:
        raise NO_UPLOAD.because()
    here = _arrived(upload)
    if here == upload.length:
        # all pieces are in and the file is not: the process died between, or the disk was full. "It is all there" may
        # be said only of the file, because the phone then lets go of it
        _finish(upload)
    return here, upload.length


def append(user: User, sha256: str, offset: int, content: bytes) -> int:
    """Add `content` at `offset`; returns the new offset. Raises no_upload, wrong_offset, too_large, hash_mismatch."""
    if blobs.exists(sha256):
        return blobs.size(sha256)
    with transaction.atomic():
        upload = Upload.objects.select_for_update().filter(user=user, sha256=sha256).first()
        if upload is None:
            raise NO_UPLOAD.because()
        here = _arrived(upload)
        if here == upload.length:
            content = b""  # only the file is still missing
        elif offset != here:
            raise WRONG_OFFSET.because(offset=here)
        if here + len(content) > upload.length:
            raise TOO_LARGE.because(length=upload.length)
        if content:
            UploadPart.objects.create(upload=upload, offset=offset, content=content)
    if here + len(content) == upload.length:
        _finish(upload)
    return here + len(content)


def _arrived(upload: Upload) -> int:
    return upload.parts.aggregate(n=Sum(Length("content")))["n"] or 0


def _finish(upload: Upload) -> None:
    """Store the whole file and only then forget its parts; a file whose hash is wrong starts again."""
    whole = b"".join(bytes(part.content) for part in upload.parts.all())
    if blobs.hash_of(whole) != upload.sha256:
        upload.delete()
        raise HASH_MISMATCH.because()
    blobs.store(whole)
    settle(upload.sha256)
    upload.delete()
