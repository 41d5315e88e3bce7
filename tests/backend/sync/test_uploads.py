"""Files in: resumable, named by content, immutable."""

import os

import pytest

from backend.foundation import blobs
from backend.sync.models import Upload
from tests.backend.phone import Phone


@pytest.fixture
def phone(cast):
    return Phone(cast.wang)


def test_in_pieces(phone):
    content = os.urandom(3000)
    sha = phone.upload(content, piece=1000)
    with blobs.opened(sha) as stored:
        assert stored.read() == content
    assert not Upload.objects.exists()


def test_it_goes_on_where_it_stopped(phone):
    """Seen failing with the offset not compared with what is here."""
    content = os.urandom(2000)
    sha = blobs.hash_of(content)
    phone.upload(b"other")
    phone._send("post", "/api/blobs", b"", "", **_announcing(sha, 2000))
    phone.patch(sha, 0, content[:700])
    head = phone.client.head(f"/api/blobs/{sha}")
    assert (head["Upload-Offset"], head["Upload-Length"]) == ("700", "2000")
    assert phone.patch(sha, 0, content[:700]).status_code == 409
    assert phone.patch(sha, 700, content[700:]).status_code == 204
    head = phone.client.head(f"/api/blobs/{sha}")
    assert head["Upload-Offset"] == head["Upload-Length"] == "2000"


def test_content_that_is_not_what_it_claims_starts_again(phone):
    """Seen failing without the comparison of the hashes in `_finish`."""
    sha = blobs.hash_of(b"the real one")
    phone._send("post", "/api/blobs", b"", "", **_announcing(sha, 5))
    answered = phone.patch(sha, 0, b"false")
    assert (answered.status_code, answered.json()["code"]) == (460, "hash_mismatch")
    assert not blobs.exists(sha)
    assert phone.client.head(f"/api/blobs/{sha}").status_code == 404


def test_sending_a_stored_file_again_changes_nothing(phone):
    sha = phone.upload(b"once")
    assert phone.patch(sha, 0, b"twice!").status_code == 204
    with blobs.opened(sha) as stored:
        assert stored.read() == b"once"


def test_too_large_is_refused_before_a_byte_is_sent(phone):
    answered = phone._send("post", "/api/blobs", b"", "", **_announcing("ab" * 32, 9 << 20))
    assert answered.status_code == 413


def _announcing(sha, length):
    import base64

    return {"Upload-Length": str(length), "Upload-Metadata": f"sha256 {base64.b64encode(sha.encode()).decode()}"}
