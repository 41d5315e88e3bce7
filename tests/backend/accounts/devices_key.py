"""A key as a phone's WebCrypto would make it."""

import base64
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.accounts.keys import NewKey, claim_of
from tests.backend.accounts.pin import PIN


class PhoneKey:
    def __init__(self, algorithm: str = "ed25519") -> None:
        self.algorithm = algorithm
        self._key: Any = (
            Ed25519PrivateKey.generate() if algorithm == "ed25519" else ec.generate_private_key(ec.SECP256R1())
        )

    @property
    def public(self) -> str:
        der = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode()

    def sign(self, text: bytes) -> str:
        """64 bytes, as WebCrypto gives them."""
        if self.algorithm == "ed25519":
            return base64.b64encode(self._key.sign(text)).decode()
        r, s = decode_dss_signature(self._key.sign(text, ec.ECDSA(SHA256())))
        return base64.b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()

    def registration(self, device: UUID, **changes: Any) -> NewKey:
        whole = {
            "algorithm": self.algorithm, "public_key": self.public, "proof": self.sign(claim_of(device)), "pin": PIN,
        }  # fmt: skip
        return NewKey(**(whole | changes))
