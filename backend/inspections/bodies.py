"""What a phone or console sends of an inspection."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from backend.accounts.keys import Base64
from backend.accounts.pins import Digits
from backend.dispatch.services import Position
from backend.foundation.shapes import Body, Moment, require_plausible
from backend.standards.expressions import Value

Sha = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$", max_length=64)]


class NewPhoto(Body):
    sha256: Sha
    taken_at: Moment
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None

    def __post_init__(self) -> None:
        require_plausible(self.taken_at)


class NewAnswer(Body):
    """`value`: of an item that asks for a number, a text or the key of a choice. Such an item, or one that asks for a photo,
    needs no `verdict`: whether it is in order follows; a verdict that is given is the inspector's own word on it."""

    item: str
    verdict: Literal["pass", "fail", "na"] | None = None
    value: Value | None = None
    note: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    clause_id: UUID | None = None
    photos: list[NewPhoto] = []


class NewSignature(Body):
    """Drawn, or refused with a reason and, where two must go, a witness."""

    role: Literal["inspector", "subject"]
    name: Annotated[str, msgspec.Meta(max_length=40)]
    sha256: Sha | None = None
    refused_reason: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    witness: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    witness_sha256: Sha | None = None


class Fellow(Body):
    """Another inspector who took part, beside the one who sends the record."""

    user_id: UUID
    sha256: Sha | None = None


class DeviceSignature(Body, kw_only=True):
    """`text`: the record as JSON, without this field, exactly as it was signed. Signing the text instead of a canonical
    form spares both sides from having to agree on one; that it says the same as the record is checked."""

    key_id: UUID
    text: Annotated[str, msgspec.Meta(max_length=500_000)]
    signature: Base64


class NewInspection(Body, kw_only=True):
    inspection_id: UUID
    task_id: UUID
    assignment_no: int
    checklist_id: UUID
    started_at: Moment
    finished_at: Moment
    position: Position | None = None
    no_fix_reason: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    answers: list[NewAnswer]
    signatures: list[NewSignature]
    arrived_at: Moment | None = None
    left_at: Moment | None = None
    inspectors: Annotated[list[Fellow], msgspec.Meta(max_length=20)] = []
    corrects: UUID | None = None
    correction_reason: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    device_signature: DeviceSignature | None = None

    def __post_init__(self) -> None:
        require_plausible(self.started_at, self.finished_at, *filter(None, (self.arrived_at, self.left_at)))

    def images(self) -> list[str]:
        photos = [photo.sha256 for answer in self.answers for photo in answer.photos]
        signed = [sha for s in self.signatures for sha in (s.sha256, s.witness_sha256) if sha]
        return photos + signed + [fellow.sha256 for fellow in self.inspectors if fellow.sha256]


class SignedRecord(Body):
    """Over REST only: an operation is stored as it came, and a PIN must not be."""

    record: NewInspection
    pin: Digits


class NewAcknowledgement(Body, kw_only=True):
    """The enterprise has read the record, and agrees or objects."""

    inspection_id: UUID
    at: Moment
    agreed: bool = True
    note: Annotated[str, msgspec.Meta(max_length=2000)] = ""

    def __post_init__(self) -> None:
        require_plausible(self.at)
