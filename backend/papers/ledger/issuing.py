"""Issuing the ledger: the rows the person may see, narrowed by what was asked for."""

from collections.abc import Iterable
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from django.db.models import Q, QuerySet

from backend.accounts.models import User
from backend.foundation import clock
from backend.foundation.shapes import Body, Moment, require_plausible
from backend.hazards.models import Hazard
from backend.hazards.permissions import reads_as_enterprise
from backend.hazards.queries import hazards_visible_to, open_hazards
from backend.papers.facts import words
from backend.papers.kinds import Form, Kind
from backend.papers.ledger.reading import chunks
from backend.papers.ledger.workbook import write_ledger
from backend.papers.models import Paper
from backend.papers.problems import PERIOD_REVERSED
from backend.papers.services import Made, hand_out, stamp
from backend.territory.models import Town


class WantedLedger(Body):
    """Which hazards: all that the person sees, or fewer. `since`, `until`: when they were found."""

    town: Annotated[str, msgspec.Meta(pattern="^[0-9]{9}$")] | None = None
    level: Literal["general", "major"] | None = None
    open: bool = False
    since: Moment | None = None
    until: Moment | None = None
    grid_uid: UUID | None = None
    department_id: UUID | None = None

    def __post_init__(self) -> None:
        require_plausible(*filter(None, (self.since, self.until)))


def issue_ledger(wanted: WantedLedger, town: Town, *, acting_user: User) -> Paper:
    """XLSX. Raises period_reversed."""
    if wanted.since and wanted.until and wanted.until < wanted.since:
        raise PERIOD_REVERSED.because()
    rows = _narrowed(hazards_visible_to(acting_user).filter(town=town.code), wanted)
    stamped = stamp(Kind.LEDGER, town.code)
    title = ("重大事故隐患" if wanted.level == "major" else "事故隐患") + "台账"
    told = [f"文书号 {stamped.number}", _asked(wanted), f"出具人 {acting_user.name}"]
    made = f"日志印记 {stamped.mark}　出具 {words.moment(stamped.at)}"
    about = "　".join([*filter(None, told), made, *["演示数据，不是正式台账"] * town.demo])
    content = write_ledger(
        chunks(rows, to_enterprise=reads_as_enterprise(acting_user)), title=f"{town.division.name}{title}", about=about,
        foot=f"{stamped.number}　{made}",
    )  # fmt: skip
    return hand_out(stamped, Made(title, {Form.XLSX: content}), acting_user=acting_user)


def _narrowed(rows: QuerySet[Hazard], wanted: WantedLedger) -> QuerySet[Hazard]:
    asked: Iterable[Q] = (
        Q(level=wanted.level) if wanted.level else Q(),
        Q(found_at__gte=wanted.since) if wanted.since else Q(),
        Q(found_at__lte=wanted.until) if wanted.until else Q(),
        Q(grid=wanted.grid_uid) if wanted.grid_uid else Q(),
        Q(department=wanted.department_id) if wanted.department_id else Q(),
    )
    rows = rows.filter(*asked)
    return open_hazards(rows) if wanted.open else rows


def _asked(wanted: WantedLedger) -> str:
    told = ["仅未销号"] * wanted.open
    if wanted.since or wanted.until:
        since = words.day_of(wanted.since) if wanted.since else "最早"
        until = words.day_of(wanted.until or clock.now())
        told.append(f"发现于 {since} 至 {until}")
    return "，".join(told)
