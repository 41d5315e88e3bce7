"""Scenario 9: photos half uploaded, gone on with from elsewhere, damaged, empty."""

import asyncio
import base64
import hashlib
import io

import pytest
from tusclient.client import TusClient

from backend.rehearsal.pictures import picture
from client.http import Refused, Session, Unanswered
from client.phone import Phone
from client.uploads import PIECE, TUS, progress, upload
from tests.faults.invariants import check_invariants, operations
from tests.faults.town import Town


async def answered(town: Town, n: int) -> tuple[Phone, list[tuple[str, bytes]]]:
    """A phone whose result has been taken in; its images are still on it."""
    phone = await town.phone(n)
    await town.send()
    await phone.sync()
    task = next(t for t in phone.replica.rows("task") if t["state"] != "completed")
    town.answer(phone, task)
    await phone.send_operations()
    return phone, phone.outbox.images_to_send()


def status_of(town: Town, phone: Phone) -> str:
    return str(operations(town)[phone.outbox.all()[-1].op.op_id]["status"])


def elsewhere_signed_in(phone: Phone, url: str, *, patience_s: float = 60) -> Session:
    """The same person's session over another connection."""
    session = Session(url, phone.session.device, patience_s=patience_s)
    session.take_cookies(phone.session.cookies())
    return session


async def test_a_photo_cut_in_the_middle_goes_on_from_another_connection_and_another_process(town: Town):
    """What protects: pieces are kept in the database, and a phone asks where to go on before it sends.

    Seen failing with `progress` saying 0.
    """
    phone, images = await answered(town, 0)
    (_, photo), *_ = images
    assert status_of(town, phone) == "awaiting_blob"
    weak = elsewhere_signed_in(phone, town.phone_url, patience_s=0)
    town.proxy.cut_after["up"] = 5000  # less than the whole photo and its requests
    with pytest.raises(Unanswered):
        await upload(weak, photo, piece=1024)
    town.proxy.cut_after["up"] = None
    sha256 = hashlib.sha256(photo).hexdigest()
    half = await progress(phone.session, sha256)
    assert half is not None and 0 < half < len(photo)
    town.kill("web")
    town.wait_until_healthy()
    elsewhere = elsewhere_signed_in(phone, town.url)
    assert await progress(elsewhere, sha256) == half
    await upload(elsewhere, photo, piece=700)
    await asyncio.gather(weak.close(), elsewhere.close())
    await phone.send()
    assert status_of(town, phone) == "applied"
    read = await check_invariants(town)
    assert read["images"] >= 2


async def test_a_damaged_photo_is_refused_and_the_right_one_still_taken(town: Town):
    """What protects: the hash is compared before the file is stored; what was wrong is thrown away whole.

    Seen failing: without the comparison the damaged photo is taken.
    """
    phone, images = await answered(town, 1)
    (sha256, photo), *_ = images
    damaged = photo[:-1] + bytes([photo[-1] ^ 1])
    metadata = f"sha256 {base64.b64encode(sha256.encode()).decode()}"
    await phone.session.call(
        "POST", "/api/blobs", headers=TUS | {"Upload-Length": str(len(photo)), "Upload-Metadata": metadata}
    )
    piece = TUS | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    with pytest.raises(Refused) as refused:
        await phone.session.call("PATCH", f"/api/blobs/{sha256}", headers=piece, content=damaged)
    assert (refused.value.status, refused.value.code) == (460, "hash_mismatch")
    assert await progress(phone.session, sha256) is None
    await phone.send()
    assert status_of(town, phone) == "applied"
    await check_invariants(town)


async def test_nothing_cannot_be_uploaded(town: Town):
    """Seen failing with a length of 0 let through `begin`."""
    phone, _ = await answered(town, 2)
    metadata = f"sha256 {base64.b64encode(hashlib.sha256(b'').hexdigest().encode()).decode()}"
    with pytest.raises(Refused) as refused:
        await phone.session.call(
            "POST", "/api/blobs", headers=TUS | {"Upload-Length": "0", "Upload-Metadata": metadata}
        )
    assert refused.value.status == 413
    await phone.send()
    await check_invariants(town)


@pytest.mark.parametrize("piece", [997, PIECE])
async def test_tuspy_an_independent_client_uploads_in_its_own_pieces(town: Town, piece: int):
    """The protocol is tus 1.0 and not only what our own two clients make of it."""
    phone, images = await answered(town, 3)
    cookies = phone.session.cookies()
    headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items()), "X-CSRFToken": cookies["csrftoken"]}
    for sha256, content in images:
        client = TusClient(f"{town.phone_url}/api/blobs", headers=headers)
        client.uploader(file_stream=io.BytesIO(content), chunk_size=piece, metadata={"sha256": sha256}).upload()
    assert status_of(town, phone) == "applied"
    await phone.send()
    await check_invariants(town)


async def test_the_same_photo_from_two_phones_at_once_is_stored_once(town: Town):
    """What protects: a file is named by its content and put in place whole."""
    one, other = await town.phone(4), await town.phone(5)
    photo = picture(town.random)
    for phone in (one, other):
        phone.outbox.keep_image(hashlib.sha256(photo).hexdigest(), photo)
    await one.send()
    await other.send()
    assert await progress(one.session, hashlib.sha256(photo).hexdigest()) == len(photo)
    await check_invariants(town)
