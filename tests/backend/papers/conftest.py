"""What the tests of papers begin with."""

import io

import pytest
from PIL import Image

from backend.foundation import blobs
from backend.inspections.models import Inspection
from backend.inspections.services import NewPhoto, submit
from tests.backend.phone import Phone

NOT_HERE = "ef" * 32


def picture(colour: str) -> str:
    written = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(written, "PNG")
    return blobs.store(written.getvalue())


@pytest.fixture
def inspected(cast) -> Inspection:
    """wang's result: two items fail, one photo is stored and one is still on the phone; the other side refused to sign."""
    result = cast.result(cast.task_for(1), fails=("gas", "charging"))
    shas = iter((picture("red"), NOT_HERE))
    for answer in result.answers:
        if answer.verdict == "fail":
            answer.note = "软管 <老化> & 超期"
            answer.photos = [NewPhoto(sha256=next(shas), taken_at=result.finished_at)]
    result.signatures[0].sha256 = picture("blue")
    return submit(result, acting_user=cast.wang)


@pytest.fixture
def lead(cast) -> Phone:
    return Phone(cast.lead)


@pytest.fixture
def office(cast) -> Phone:
    return Phone(cast.office)
