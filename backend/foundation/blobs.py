"""Content-addressed files: a photo's name is the SHA-256 of its bytes, so what is stored can never change."""

import hashlib

from django.core.files.base import ContentFile, File
from django.core.files.storage import storages

Sha256 = str


def name_of(sha256: Sha256) -> str:
    return f"blobs/{sha256[:2]}/{sha256}"


def exists(sha256: Sha256) -> bool:
    return storages["default"].exists(name_of(sha256))


def size(sha256: Sha256) -> int:
    return storages["default"].size(name_of(sha256))


def opened(sha256: Sha256) -> "File[bytes]":
    return storages["default"].open(name_of(sha256), "rb")


def hash_of(content: bytes) -> Sha256:
    return hashlib.sha256(content).hexdigest()


def store(content: bytes) -> Sha256:
    """Keep `content`; storing the same bytes again changes nothing."""
    digest = hash_of(content)
    if not exists(digest):
        storages["default"].save(name_of(digest), ContentFile(content))
    return digest
