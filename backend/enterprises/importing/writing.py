"""Rows of an import into the register, and out of it again. Inside the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID

from django.db.models import F

from backend.enterprises.events import EnterpriseChanged, EnterpriseRegistered
from backend.enterprises.importing.reference import name_key
from backend.enterprises.models import Enterprise, ImportRow, Post, RegisterImport, Staff, Standing, Verdict
from backend.enterprises.permissions import audience_of
from backend.enterprises.ties import ties_of
from backend.enterprises.views import enterprise_view
from backend.journal.events import Event
from backend.journal.recording import publish
from backend.territory.models import Grid, Town

_COPIED = (
    "name",
    "uscc",
    "kind",
    "sectors",
    "tags",
    "risk",
    "address",
    "lon",
    "lat",
    "principal",
    "principal_phone",
    "workers",
)


def write_rows(found: RegisterImport, rows: Sequence[ImportRow]) -> None:
    """Put the units of the rows on the register. Who got there since the file was checked is refused, with the reason."""
    taken = _taken_since(found, rows)
    parks = _parks(found, rows)
    demo = Town.objects.get(pk=found.town).demo
    grids = {
        grid.code: grid for grid in Grid.objects.filter(code__in={row.values["grid"] for row in rows}, valid_to=None)
    }
    made: list[tuple[ImportRow, Enterprise]] = []
    late: list[ImportRow] = []
    for row in rows:
        if why := _why_not(row, taken, parks, grids):
            row.verdict, row.faults = Verdict.REFUSED, [why]
            late.append(row)
        else:
            made.append((row, _unit(row, grids, parks, demo=demo)))
    Enterprise.objects.bulk_create(unit for _, unit in made)
    _appoint(made)
    # a unit has the id of its row, so that one statement ties them all
    found.rows.filter(pk__in=[unit.pk for _, unit in made]).update(verdict=Verdict.IMPORTED, enterprise_id=F("id"))
    ImportRow.objects.bulk_update(late, ["verdict", "faults"])
    for _, unit in made:
        _say(EnterpriseRegistered(enterprise=enterprise_view(unit)), unit, found)


def strike_off(found: RegisterImport, rows: Sequence[ImportRow]) -> None:
    """Take the units of the rows off the register; what somebody has worked with stays, with the reason."""
    units = {row.enterprise.pk: row.enterprise for row in rows if row.enterprise}
    ties = ties_of(units)
    for unit in units.values():
        if unit.version != 1:
            ties[unit.pk].append("导入后有人改过登记")
    struck = [unit for key, unit in units.items() if not ties[key]]
    Enterprise.objects.filter(pk__in=[unit.pk for unit in struck]).update(
        standing=Standing.STRUCK, standing_why="撤销导入", version=F("version") + 1
    )
    kept = [row for row in rows if row.enterprise_id and ties[row.enterprise_id]]
    for row in kept:
        row.verdict = Verdict.KEPT
        row.faults = [
            _fault("name", "still_tied", why, "要停用的，在名录里改为停业")
            for why in ties[cast("UUID", row.enterprise_id)]
        ]
    ImportRow.objects.bulk_update(kept, ["verdict", "faults"])
    found.rows.filter(enterprise__in=[unit.pk for unit in struck]).update(verdict=Verdict.UNDONE)
    for unit in struck:
        unit.standing, unit.standing_why, unit.version = Standing.STRUCK, "撤销导入", unit.version + 1
        _say(EnterpriseChanged(enterprise=enterprise_view(unit)), unit, found)


@dataclass(frozen=True)
class _Taken:
    codes: set[str]
    names: set[tuple[str, str]]
    """(name, village) of everybody"""
    codeless: set[tuple[str, str]]
    """(name, village) of those without a code: they may be the same as one with a code"""

    def by_name(self, values: dict[str, Any]) -> bool:
        return (name_key(values["name"]), values["village"]) in (self.codeless if values["uscc"] else self.names)


def _taken_since(found: RegisterImport, rows: Sequence[ImportRow]) -> _Taken:
    """What is on the register by now."""
    listed = Enterprise.objects.exclude(standing=Standing.STRUCK)
    codes = set(listed.filter(uscc__in={r.values["uscc"] for r in rows} - {""}).values_list("uscc", flat=True))
    there = listed.filter(village__in={r.values["village"] for r in rows}).values_list("name", "village_id", "uscc")
    keys = [((name_key(name), village), code) for name, village, code in there]
    return _Taken(codes, {key for key, _ in keys}, {key for key, code in keys if not code})


def _parks(found: RegisterImport, rows: Sequence[ImportRow]) -> dict[str, Enterprise]:
    if not any(row.values["park"] for row in rows):
        return {}
    free = Enterprise.objects.filter(village__code__startswith=found.town, park=None, standing=Standing.LISTED)
    return {name_key(unit.name): unit for unit in free.order_by("-pk")}


def _why_not(
    row: ImportRow, taken: _Taken, parks: dict[str, Enterprise], grids: dict[str, Grid]
) -> dict[str, str] | None:
    """What the register, which goes on while a file waits, has against a row that was good when it was checked."""
    values = row.values
    if values["uscc"] in taken.codes:
        return _fault("uscc", "already_registered", "试算之后已有人登记了这个代码", "在名录里核对")
    if taken.by_name(values):
        return _fault("name", "already_registered", "试算之后已有人登记了同村同名的单位", "在名录里核对")
    if values["park"] and name_key(values["park"]) not in parks:
        return _fault("park", "unknown_park", "它的园区没有登记成", "先改正园区那一行")
    if values["grid"] not in grids:
        return _fault("lon", "grid_gone", "试算之后网格重新划分过", "重新上传文件")
    return None


def _fault(field: str, code: str, why: str, todo: str) -> dict[str, str]:
    return {"field": field, "column": "", "code": code, "why": why, "todo": todo}


def _unit(row: ImportRow, grids: dict[str, Grid], parks: dict[str, Enterprise], *, demo: bool) -> Enterprise:
    values = row.values
    grid, opened = grids[values["grid"]], values["opened_on"]
    return Enterprise(
        id=row.id, **{name: values[name] for name in _COPIED}, grid=grid, village_id=grid.village_id,
        department_id=values["department"] or None, opened_on=date.fromisoformat(opened) if opened else None,
        park=parks[name_key(values["park"])] if values["park"] else None, is_demo=demo,
    )  # fmt: skip


def _appoint(made: Sequence[tuple[ImportRow, Enterprise]]) -> None:
    Staff.objects.bulk_create(
        Staff(
            enterprise=unit, post=Post.SAFETY_FULL_TIME, name=row.values["safety_manager"],
            phone=row.values["safety_manager_phone"],
        )
        for row, unit in made
        if row.values["safety_manager"]
    )  # fmt: skip


def _say(said: Event, unit: Enterprise, found: RegisterImport) -> None:
    publish(said, town=found.town, audience=audience_of(unit), target=unit.id, acting_user=found.sent_by_id)
