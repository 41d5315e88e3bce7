"""The signature under an anchor: Ed25519, with a key made once beside the data, or ANCHOR_KEY on several servers.

What is signed is the JSON of the payload: keys sorted, no spaces. With the public key anybody can check it without us.
"""

import secrets
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from backend.foundation.durable_files import made_once, replace_file


class Payload(msgspec.Struct, frozen=True):
    """Event `seq` of the chain had the hash `head` and was the last of `count`."""

    town: str
    epoch: str
    day: str
    seq: int
    head: str
    count: int


class Signed(msgspec.Struct, frozen=True):
    """An anchor as it leaves the server: needs nothing else to be checked."""

    payload: Payload
    signature: str
    public_key: str


def sign(payload: Payload) -> Signed:
    return Signed(payload, _key().sign(_text(payload)).hex(), public_key())


def is_genuine(signed: Signed) -> bool:
    """Whether the payload was signed by who holds the key it names; whose key that is, is another question."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signed.public_key))
        key.verify(bytes.fromhex(signed.signature), _text(signed.payload))
    except (InvalidSignature, ValueError):
        return False
    return True


def public_key() -> str:
    return _key().public_key().public_bytes_raw().hex()


def known_keys() -> frozenset[str]:
    """Ours, and those of machines whose backup was restored here."""
    former = _former()
    return frozenset({public_key(), *(former.read_text().split() if former.exists() else [])})


def trust(key: str) -> None:
    """From now on also what this public key signed is believed."""
    if key not in known_keys():
        replace_file(_former(), "\n".join([*sorted(known_keys() - {public_key()}), key, ""]).encode())


def _key() -> Ed25519PrivateKey:
    text = settings.ANCHOR_KEY or made_once(_file(), lambda: secrets.token_hex(32).encode()).decode()
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text))


def _file() -> Path:
    return Path(settings.HOME) / "anchor_key"


def _former() -> Path:
    return Path(settings.HOME) / "former_anchor_keys"


def _text(payload: Payload) -> bytes:
    return msgspec.json.encode(payload, order="sorted")
