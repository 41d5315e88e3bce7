"""Keys with which devices sign records. A device makes its key itself; we get the public half, once the PIN is proven.

Algorithms are those that WebCrypto has: Ed25519, and ECDSA P-256 with SHA-256 for browsers that lack it. Keys come as
SubjectPublicKeyInfo, signatures as WebCrypto gives them (64 bytes; P-256: r and s one after the other), both in base64.
"""

import base64
import binascii
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from backend.accounts.events import DeviceKeyRegistered, DeviceKeyRevoked
from backend.accounts.models import Algorithm, DeviceKey, User
from backend.accounts.pins import Digits, home_of, require_pin
from backend.accounts.problems import KEY_UNUSABLE, NO_DEVICE
from backend.accounts.views import key_view
from backend.foundation import clock
from backend.foundation.problems import NOT_FOUND
from backend.foundation.shapes import Body
from backend.journal.recording import publish, recording

SIGNATURE_BYTES = 64
Base64 = Annotated[str, msgspec.Meta(max_length=200)]


class NewKey(Body, kw_only=True):
    """`proof`: the signature of `anwangge device key <device id>` by the key itself: it is held, not copied."""

    algorithm: Literal["ed25519", "p256"]
    public_key: Base64
    proof: Base64
    pin: Digits


def register_key(new: NewKey, *, device: UUID | None, acting_user: User) -> DeviceKey:
    """The key with which this device signs for this person from now on; the one before is revoked.

    Raises no_device, key_unusable, pin_not_set, pin_refused, too_often.
    """
    if device is None:
        raise NO_DEVICE.because()
    require_pin(acting_user, new.pin)
    if not is_signed_by(new.algorithm, new.public_key, claim_of(device), new.proof):
        raise KEY_UNUSABLE.because()
    with recording():
        for former in DeviceKey.objects.select_for_update().filter(device=device, user=acting_user, revoked_at=None):
            _revoke(former, acting_user)
        key = DeviceKey.objects.create(
            device_id=device,
            user=acting_user,
            algorithm=new.algorithm,
            public_key=new.public_key,
            registered_at=clock.now(),
        )
        said = DeviceKeyRegistered(device_key=key_view(key))
        publish(said, town=home_of(acting_user), audience=[], target=key.id, acting_user=acting_user.id)
    return key


def revoke_key(key: UUID, *, acting_user: User) -> DeviceKey:
    """Believe nothing more that one's own key signs. Raises not_found. What is revoked already stays as it was."""
    with recording():
        found = DeviceKey.objects.select_for_update().filter(pk=key, user=acting_user).first()
        if found is None:
            raise NOT_FOUND.because("设备签名密钥")
        if found.revoked_at is None:
            _revoke(found, acting_user)
    return found


def _revoke(key: DeviceKey, acting_user: User) -> None:
    key.revoked_at, key.version = clock.now(), key.version + 1
    key.save(update_fields=["revoked_at", "version"])
    said = DeviceKeyRevoked(device_key=key_view(key))
    publish(said, town=home_of(acting_user), audience=[], target=key.id, acting_user=acting_user.id)


def claim_of(device: UUID) -> bytes:
    return f"anwangge device key {device}".encode()


def is_signed_by(algorithm: str, public_key: str, text: bytes, signature: str) -> bool:
    """Whether `signature` is that of `text` by the holder of the key. False for anything that is no key or no signature."""
    try:
        key = load_der_public_key(base64.b64decode(public_key, validate=True))
        raw = base64.b64decode(signature, validate=True)
        if len(raw) != SIGNATURE_BYTES:
            return False
        match key:
            case Ed25519PublicKey() if algorithm == Algorithm.ED25519:
                key.verify(raw, text)
            case ec.EllipticCurvePublicKey() if algorithm == Algorithm.P256 and isinstance(key.curve, ec.SECP256R1):
                key.verify(_der(raw), text, ec.ECDSA(SHA256()))
            case _:
                return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, binascii.Error):
        return False
    return True


def _der(raw: bytes) -> bytes:
    """As the library wants it: WebCrypto gives r and s side by side."""
    half = SIGNATURE_BYTES // 2
    return encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))
