"""Images up: tus 1.0, resumed where the server stands, whoever began it and over whichever connection."""

import base64
import hashlib

import httpx

from client.http import Refused, Session

PIECE = 256 * 1024
TUS = {"Tus-Resumable": "1.0.0"}
HASH_MISMATCH = 460


async def upload(session: Session, content: bytes, *, piece: int = PIECE) -> str:
    """Returns the SHA-256 once the server says that every byte is there."""
    sha256 = hashlib.sha256(content).hexdigest()
    offset = await _begin(session, sha256, len(content))
    begun_again = False
    while offset < len(content):
        try:
            offset = await _patch(session, sha256, offset, content[offset : offset + piece])
        except Refused as refused:
            # what an earlier try left there was damaged, or somebody else's upload under this name failed meanwhile
            if refused.status not in (404, HASH_MISMATCH) or begun_again:
                raise
            begun_again, offset = True, await _begin(session, sha256, len(content))
    return sha256


async def _begin(session: Session, sha256: str, length: int) -> int:
    """How many bytes are there already; announced first if none are."""
    if (offset := await progress(session, sha256)) is not None:
        return offset
    metadata = f"sha256 {base64.b64encode(sha256.encode()).decode()}"
    headers = TUS | {"Upload-Length": str(length), "Upload-Metadata": metadata}
    await session.call("POST", "/api/blobs", headers=headers)
    return 0


async def progress(session: Session, sha256: str) -> int | None:
    """Bytes that are there; None if nothing was announced, or what was there proved damaged and is gone."""
    head: httpx.Response = await session.call(
        "HEAD", f"/api/blobs/{sha256}", headers=TUS, accept=frozenset({404, HASH_MISMATCH}), read=_ours
    )
    return None if head.status_code in (404, HASH_MISMATCH) else int(head.headers["Upload-Offset"])


async def _patch(session: Session, sha256: str, offset: int, piece: bytes) -> int:
    """The offset after this piece, or the one that the server wants next (409)."""
    headers = TUS | {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
    try:
        sent: httpx.Response = await session.call(
            "PATCH", f"/api/blobs/{sha256}", headers=headers, content=piece, read=_ours
        )
    except Refused as refused:
        if refused.code == "wrong_offset":
            return int(refused.fields["offset"])
        raise
    return int(sent.headers["Upload-Offset"])


def _ours(response: httpx.Response) -> httpx.Response:
    """A 200 without an offset is some portal's page, not the server's word."""
    if response.status_code < 300 and "Upload-Offset" not in response.headers:
        raise ValueError("not from this server")
    return response
