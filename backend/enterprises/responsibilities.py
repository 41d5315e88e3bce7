"""The table sector × place → department: setting it, asking it for a day, and the units it leaves without anybody."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from django.db import IntegrityError
from django.db.models import F, Q, QuerySet

from backend.accounts.models import Department, User
from backend.accounts.roles import ASSIGN_SECTORS
from backend.enterprises.events import ResponsibilityChanged
from backend.enterprises.models import Enterprise, Responsibility, Standing
from backend.enterprises.permissions import office_of, require_in_town
from backend.enterprises.problems import REGISTER_FIELD_WRONG, REGISTER_ID_REUSED, RESPONSIBILITY_OVERLAPS
from backend.enterprises.queries import enterprises_visible_to
from backend.enterprises.sectors import SECTORS
from backend.enterprises.views_of_duty import responsibility_view
from backend.foundation.problems import SOMEBODY_WAS_FASTER
from backend.foundation.shapes import Body
from backend.journal.recording import publish, recording
from backend.territory.models import TOWN_PREFIX, Division
from backend.territory.scopes import scope_of


class NewResponsibility(Body, kw_only=True):
    """`division`: nine digits for the whole town, twelve for one village, which then goes before the town's line."""

    id: UUID
    sector: Annotated[str, msgspec.Meta(pattern=r"^\d{2}$")]
    division: Annotated[str, msgspec.Meta(pattern=r"^(\d{9}|\d{12})$")]
    department_id: UUID
    since: date
    until: date | None = None
    basis: Annotated[str, msgspec.Meta(max_length=120)] = ""


class EndOfResponsibility(Body, kw_only=True):
    version: int
    until: date


@dataclass(frozen=True)
class InForceOn:
    """The table as it is on a day, read once to be asked often."""

    day: date
    lines: dict[tuple[str, str], Responsibility]

    def line_for(self, sector: str, division: str) -> Responsibility | None:
        """The village's own line before the town's."""
        return self.lines.get((sector, division)) or self.lines.get((sector, division[:TOWN_PREFIX]))

    def uncovered(self, unit: Enterprise) -> list[str]:
        """The unit's sectors without a department. A department named for the unit covers its first sector only."""
        named = {unit.sector} if unit.department_id else set()
        return [s for s in unit.sectors or [unit.sector] if s not in named and not self.line_for(s, unit.village_id)]


def responsibilities_visible_to(user: User) -> QuerySet[Responsibility]:
    return Responsibility.objects.filter(scope_of(user).within("division")).select_related("department")


def in_force_on(day: date, town: str) -> InForceOn:
    rows = Responsibility.objects.on(day).filter(division__startswith=town).select_related("department")
    return InForceOn(day, {(row.sector, row.division): row for row in rows})


def department_on(unit: Enterprise, day: date) -> Department | None:
    """Who is responsible for the unit on a day: whom the register names for it, else whom the table names for its first
    sector where it is; None is a blind spot."""
    if unit.department_id:
        return unit.department
    line = in_force_on(day, unit.town_code).line_for(unit.sector, unit.village_id)
    return line.department if line else None


def blind_spots_visible_to(user: User, day: date) -> list[tuple[Enterprise, list[str]]]:
    """Listed units with the sectors for which nobody is responsible on the day."""
    wanted = ("name", "sectors", "village", "grid", "department")
    units = list(enterprises_visible_to(user).filter(standing=Standing.LISTED).only(*wanted).order_by("pk"))
    by_town: defaultdict[str, list[Enterprise]] = defaultdict(list)
    for unit in units:
        by_town[unit.town_code].append(unit)
    tables = {town: in_force_on(day, town) for town in by_town}
    looked_at = ((unit, tables[unit.town_code].uncovered(unit)) for unit in units)
    return [(unit, uncovered) for unit, uncovered in looked_at if uncovered]


def assign(wanted: NewResponsibility, *, acting_user: User) -> Responsibility:
    """From `since` this department answers for the sector there; who did so until then ends on the day before.

    The same request again returns what it made. Raises not_found, register_field_wrong, responsibility_overlaps (somebody
    is already named to begin later within the time), register_id_reused.
    """
    require_in_town(acting_user, ASSIGN_SECTORS, wanted.division[:TOWN_PREFIX])
    if earlier := Responsibility.objects.filter(pk=wanted.id).select_related("department").first():
        return _same(earlier, wanted)
    _check(wanted)
    try:
        with recording():
            there = Responsibility.objects.select_for_update(of=("self",)).select_related("department")
            there = there.filter(sector=wanted.sector, division=wanted.division)
            _refuse_overlap(there, wanted)
            for row in there.on(wanted.since):
                _end(row, wanted.since - timedelta(days=1), acting_user)
            made = Responsibility.objects.create(**msgspec.structs.asdict(wanted))
            _say(made, acting_user)
    except IntegrityError as error:  # the same came twice at once
        raise RESPONSIBILITY_OVERLAPS.because() from error
    return made


def end(row: Responsibility, wanted: EndOfResponsibility, *, acting_user: User) -> Responsibility:
    """Nobody answers for it after `until`. Raises somebody_was_faster, register_field_wrong."""
    require_in_town(acting_user, ASSIGN_SECTORS, row.division[:TOWN_PREFIX])
    if wanted.until < row.since:
        raise REGISTER_FIELD_WRONG.because("结束早于开始；改正日期", field="until", reason="date_wrong")
    with recording():
        if row.version != wanted.version:
            raise SOMEBODY_WAS_FASTER.because()
        _refuse_longer(row, wanted.until)
        _end(row, wanted.until, acting_user)
    return row


def _same(earlier: Responsibility, wanted: NewResponsibility) -> Responsibility:
    asked = (wanted.sector, wanted.division, wanted.department_id, wanted.since)
    if (earlier.sector, earlier.division, earlier.department_id, earlier.since) != asked:
        raise REGISTER_ID_REUSED.because()
    return earlier


def _check(wanted: NewResponsibility) -> None:
    town = wanted.division[:TOWN_PREFIX]
    faults: Iterable[tuple[bool, str, str]] = (
        (wanted.sector not in SECTORS, "sector", "没有这个行业领域"),
        (len(wanted.division) > TOWN_PREFIX and not Division.objects.filter(pk=wanted.division).exists(),
         "division", "没有这个村（社区）"),
        (not Department.objects.filter(pk=wanted.department_id, division=town).exists(),
         "department_id", "本镇没有这个部门"),
        (wanted.until is not None and wanted.until < wanted.since, "until", "结束早于开始"),
    )  # fmt: skip
    for wrong, field, why in faults:
        if wrong:
            raise REGISTER_FIELD_WRONG.because(f"{why}；从名单里选，或改正日期", field=field, reason="unknown")


def _refuse_overlap(there: QuerySet[Responsibility], wanted: NewResponsibility) -> None:
    later = Q(since__gte=wanted.since) & (Q(since__lte=wanted.until) if wanted.until else Q())
    if found := there.filter(later).first():
        raise RESPONSIBILITY_OVERLAPS.because(
            f"{found.since} 起是{found.department.name}", since=found.since.isoformat(), responsibility=str(found.pk)
        )


def _refuse_longer(row: Responsibility, until: date) -> None:
    """An end that is put off must not reach into the next one's time."""
    following = Responsibility.objects.filter(sector=row.sector, division=row.division, since__gt=row.since)
    if found := following.filter(since__lte=until).select_related("department").first():
        raise RESPONSIBILITY_OVERLAPS.because(
            f"{found.since} 起是{found.department.name}", since=found.since.isoformat()
        )


def _end(row: Responsibility, until: date, acting_user: User) -> None:
    mine = Responsibility.objects.filter(pk=row.pk, version=row.version)
    if not mine.update(until=until, version=F("version") + 1):
        raise SOMEBODY_WAS_FASTER.because()
    row.until, row.version = until, row.version + 1
    _say(row, acting_user)


def _say(row: Responsibility, acting_user: User) -> None:
    town = row.division[:TOWN_PREFIX]
    said = ResponsibilityChanged(responsibility=responsibility_view(row))
    publish(said, town=town, audience=office_of(town), target=row.id, acting_user=acting_user.id)
