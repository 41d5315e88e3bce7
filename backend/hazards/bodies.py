"""What is asked of the ledger: the same bodies as operations of a phone and over REST."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from backend.dispatch.services import Position
from backend.foundation.shapes import Body, Moment, require_plausible

Sha = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$", max_length=64)]
Line = Annotated[str, msgspec.Meta(max_length=120)]
Short = Annotated[str, msgspec.Meta(max_length=40)]
Text = Annotated[str, msgspec.Meta(max_length=2000)]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Level = Literal["general", "major"]


class NewPicture(Body):
    sha256: Sha
    taken_at: Moment

    def __post_init__(self) -> None:
        require_plausible(self.taken_at)


Pictures = Annotated[list[NewPicture], msgspec.Meta(max_length=20)]


class OnHazard(Body, kw_only=True):
    """An act on one hazard. `version`: the one the person saw; if it is another now, the act is refused."""

    hazard_id: UUID
    version: int | None = None


class OnTheSpot(Body, kw_only=True):
    """Fixed at once: the photos after it. Those before it are the photos of the finding."""

    after: Pictures
    note: Text = ""


class NewDocument(Body, kw_only=True):
    number: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    issuer: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    dated: date
    sha256: Sha | None = None


class NewFinding(Body, kw_only=True):
    """随手报. The id is made where the form is opened; the same again is answered and not recorded twice."""

    hazard_id: UUID
    enterprise_id: UUID
    source: Literal["self_check", "department", "patrol", "leader", "expert", "handed_down", "tip", "accident"]
    description: Words
    found_at: Moment
    item: Short = ""
    part: Line = ""
    cause: Literal["equipment", "violation", "management"] | None = None
    level: Level | None = None
    clause_id: UUID | None = None
    position: Position | None = None
    photos: Pictures = []
    on_the_spot: OnTheSpot | None = None
    document: NewDocument | None = None

    def __post_init__(self) -> None:
        require_plausible(self.found_at)

    def images(self) -> list[str]:
        after = self.on_the_spot.after if self.on_the_spot else []
        paper = [self.document.sha256] if self.document and self.document.sha256 else []
        return [picture.sha256 for picture in [*self.photos, *after]] + paper


class Judgement(OnHazard, kw_only=True):
    level: Level
    clause_id: UUID


class Fix(OnHazard, kw_only=True):
    """Fixed on the spot after it was reported. `before`: only if the finding had no photo."""

    at: Moment
    before: Pictures = []
    after: Pictures = []
    note: Text = ""

    def __post_init__(self) -> None:
        require_plausible(self.at)

    def images(self) -> list[str]:
        return [picture.sha256 for picture in [*self.before, *self.after]]


class Elements(OnHazard, kw_only=True):
    """The five elements, as far as they are known. What is left empty stays as it was filled in before."""

    responsible: Short = ""
    responsible_phone: Annotated[str, msgspec.Meta(max_length=20)] = ""
    measures: Text = ""
    funds: Annotated[str, msgspec.Meta(max_length=60)] = ""
    deadline: Moment | None = None
    emergency_plan: Text = ""
    interim: Text = ""

    def __post_init__(self) -> None:
        if self.deadline:
            require_plausible(self.deadline)


class Order(Elements, kw_only=True):
    """`points`: what the re-check will answer one by one; none: the description of the hazard."""

    rectifier_id: UUID | None = None
    points: Annotated[list[Words], msgspec.Meta(max_length=30)] = []


class Done(OnHazard, kw_only=True):
    at: Moment
    photos: Pictures = []
    note: Text = ""

    def __post_init__(self) -> None:
        require_plausible(self.at)

    def images(self) -> list[str]:
        return [picture.sha256 for picture in self.photos]


class PointAnswer(Body):
    key: Annotated[str, msgspec.Meta(max_length=8)]
    verdict: Literal["fixed", "partly", "not_fixed", "na"]
    note: Text = ""


class Signed(Body):
    name: Short
    sha256: Sha | None = None


class NewRecheck(OnHazard, kw_only=True):
    """`report_id`: the report of done that was looked at. Whether it passed follows from the points."""

    report_id: UUID
    at: Moment
    points: list[PointAnswer]
    opinion: Text = ""
    photos: Pictures = []
    signature: Signed | None = None

    def __post_init__(self) -> None:
        require_plausible(self.at)

    def images(self) -> list[str]:
        signed = [self.signature.sha256] if self.signature and self.signature.sha256 else []
        return [picture.sha256 for picture in self.photos] + signed


class Extension(OnHazard, kw_only=True):
    deadline: Moment
    reason: Text

    def __post_init__(self) -> None:
        require_plausible(self.deadline)


class Cancellation(OnHazard, kw_only=True):
    reason: Text


class Decision(OnHazard, kw_only=True):
    petition_id: UUID
    granted: bool
    why: Text = ""


class ReportUp(OnHazard, kw_only=True):
    note: Text = ""


class Receipt(OnHazard, kw_only=True):
    note: Text = ""


class Merge(OnHazard, kw_only=True):
    """`hazard_id` becomes part of `into`."""

    into: UUID
    why: Text
