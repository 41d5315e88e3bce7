"""Changing the register one unit at a time. Whole files: importing/."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from django.db import IntegrityError
from django.db.models import F, Q

from backend.accounts.models import Department, User
from backend.accounts.roles import EDIT_REGISTER
from backend.enterprises.events import EnterpriseChanged, EnterpriseOrganised, EnterpriseRegistered
from backend.enterprises.importing.cells import CellFault, phone_of, text_of, uscc_of
from backend.enterprises.models import Enterprise, Staff, Standing, Unit
from backend.enterprises.permissions import audience_of, require_in_town
from backend.enterprises.problems import ALREADY_REGISTERED, REGISTER_FIELD_WRONG, REGISTER_ID_REUSED, STILL_TIED
from backend.enterprises.sectors import SECTORS
from backend.enterprises.tags import tags_known_in
from backend.enterprises.ties import ties_of
from backend.enterprises.views import enterprise_view, organisation_view
from backend.foundation import clock
from backend.foundation.problems import SOMEBODY_WAS_FASTER
from backend.foundation.shapes import Body
from backend.journal.events import Event
from backend.journal.recording import publish, recording
from backend.territory.models import TOWN_PREFIX, Grid, Town
from backend.territory.queries import locate

Town9 = Annotated[str, msgspec.Meta(pattern=r"^\d{9}$")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
Short = Annotated[str, msgspec.Meta(max_length=40)]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
# a centimetre; and what is exported comes back as the same number
POSITION_DECIMALS = 7


class UnitFacts(Body, kw_only=True):
    """What a person writes on the register. The grid, and with it the village, follow from the position (EPSG:4490)."""

    name: Name
    uscc: Annotated[str, msgspec.Meta(max_length=18)] = ""
    kind: Literal["enterprise", "individual", "institution", "venue", "project", "vessel"]
    sectors: Annotated[list[str], msgspec.Meta(min_length=1, max_length=24)]
    tags: list[str] = []
    risk: Literal["red", "orange", "yellow", "blue"] = "blue"
    address: Annotated[str, msgspec.Meta(max_length=200)] = ""
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    principal: Short = ""
    principal_phone: Annotated[str, msgspec.Meta(max_length=20)] = ""
    workers: Annotated[int, msgspec.Meta(ge=0, le=999_999)] = 0
    opened_on: date | None = None
    department_id: UUID | None = None
    park_id: UUID | None = None


class NewEnterprise(UnitFacts, kw_only=True):
    id: UUID
    town: Town9


class EnterpriseEdit(UnitFacts, kw_only=True):
    """`version`: the one that was read; whoever comes second is told."""

    version: int


class NewStanding(Body, kw_only=True):
    version: int
    standing: Literal["listed", "closed", "struck"]
    reason: Reason


class UnitGiven(Body, kw_only=True):
    id: UUID
    parent_id: UUID | None = None
    kind: Literal["workshop", "team"]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]


class StaffGiven(Body, kw_only=True):
    id: UUID
    unit_id: UUID | None = None
    post: Literal["principal", "deputy", "safety", "safety_part", "unit_head"]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    phone: Annotated[str, msgspec.Meta(max_length=20)] = ""


class Organisation(Body, kw_only=True):
    """All units and staff as they are from today; those left out have ended. Ids are made where the form is."""

    version: int
    units: Annotated[list[UnitGiven], msgspec.Meta(max_length=200)]
    staff: Annotated[list[StaffGiven], msgspec.Meta(max_length=500)]


def record_visit(enterprise: UUID, at: datetime) -> None:
    """Remember the latest visit; a late result must not move it back."""
    Enterprise.objects.filter(Q(last_visit=None) | Q(last_visit__lt=at), pk=enterprise).update(last_visit=at)


def register(wanted: NewEnterprise, *, acting_user: User) -> Enterprise:
    """Put a unit on the register. The same request again returns what it made the first time.

    Raises not_found (not a town in which the person may), register_field_wrong, already_registered, register_id_reused.
    """
    require_in_town(acting_user, EDIT_REGISTER, wanted.town)
    earlier = Enterprise.objects.filter(pk=wanted.id).first()
    facts = _checked(wanted, wanted.town, earlier)
    if earlier:
        if any(getattr(earlier, name) != value for name, value in facts.items()):
            raise REGISTER_ID_REUSED.because()
        return earlier
    try:
        with recording():
            made = Enterprise.objects.create(id=wanted.id, is_demo=Town.objects.get(pk=wanted.town).demo, **facts)
            _say(EnterpriseRegistered(enterprise=enterprise_view(made)), made, audience_of(made), acting_user)
    except IntegrityError as error:  # the same code came twice at once, and the other was faster
        raise ALREADY_REGISTERED.because(field="uscc") from error
    return made


def edit(unit: Enterprise, wanted: EnterpriseEdit, *, acting_user: User) -> Enterprise:
    """Everything a person writes, anew. Raises as `register` does, and somebody_was_faster."""
    require_in_town(acting_user, EDIT_REGISTER, unit.town_code)
    facts = _checked(wanted, unit.town_code, unit)
    heard_before = audience_of(unit)
    try:
        with recording():
            _change(unit, wanted.version, **facts)
            said = EnterpriseChanged(enterprise=enterprise_view(unit))
            _say(said, unit, [*audience_of(unit), *heard_before], acting_user)
    except IntegrityError as error:
        raise ALREADY_REGISTERED.because(field="uscc") from error
    return unit


def set_standing(unit: Enterprise, wanted: NewStanding, *, acting_user: User) -> Enterprise:
    """Closed, or listed again; or struck off, if nobody has worked with it. Raises still_tied, somebody_was_faster."""
    require_in_town(acting_user, EDIT_REGISTER, unit.town_code)
    with recording():
        if wanted.standing == "struck" and (ties := ties_of([unit.pk])[unit.pk]):
            raise STILL_TIED.because("、".join(ties), ties=ties)
        _change(unit, wanted.version, standing=wanted.standing, standing_why=wanted.reason)
        _say(EnterpriseChanged(enterprise=enterprise_view(unit)), unit, audience_of(unit), acting_user)
    return unit


def organise(unit: Enterprise, wanted: Organisation, *, acting_user: User) -> Enterprise:
    """Set the tree of workshops and teams and who answers for each. Raises register_field_wrong, somebody_was_faster."""
    require_in_town(acting_user, EDIT_REGISTER, unit.town_code)
    _check_tree(wanted)
    try:
        with recording():
            _change(unit, wanted.version)
            _write_units(unit, wanted.units)
            _write_staff(unit, wanted.staff)
            _say(EnterpriseOrganised(organisation=organisation_view(unit)), unit, [], acting_user)
    except IntegrityError as error:
        raise REGISTER_ID_REUSED.because() from error
    return unit


def _say(said: Event, unit: Enterprise, audience: Iterable[str], acting_user: User) -> None:
    publish(said, town=unit.town_code, audience=audience, target=unit.id, acting_user=acting_user.id)


def _change(unit: Enterprise, version: int, **changes: Any) -> None:
    """Only if the version is still the one that was read."""
    if not Enterprise.objects.filter(pk=unit.pk, version=version).update(version=F("version") + 1, **changes):
        raise SOMEBODY_WAS_FASTER.because()
    unit.version = version + 1
    for name, value in changes.items():
        setattr(unit, name, value)


def _wrong(field: str, why: str, todo: str, code: str) -> Exception:
    return REGISTER_FIELD_WRONG.because(f"{why}；{todo}", field=field, why=why, todo=todo, reason=code)


def _checked(wanted: UnitFacts, town: str, unit: Enterprise | None) -> dict[str, Any]:
    """Columns and their values. Raises register_field_wrong with the field, already_registered."""
    facts: dict[str, Any] = {}
    for field, read in (("name", text_of), ("uscc", uscc_of), ("address", text_of), ("principal", text_of),
                        ("principal_phone", phone_of)):  # fmt: skip
        try:
            facts[field] = read(getattr(wanted, field))
        except CellFault as fault:
            raise _wrong(field, fault.why, fault.todo, fault.code) from fault
    if not facts["name"]:
        raise _wrong("name", "名称是空的", "填上", "missing")
    _check_known("sectors", wanted.sectors, SECTORS, "unknown_sector")
    _check_known("tags", wanted.tags, [tag.key for tag in tags_known_in(town)], "unknown_tag")
    _check_free(facts["uscc"], unit)
    grid = _grid_at(town, wanted.lon, wanted.lat)
    return facts | {
        "kind": wanted.kind, "sectors": list(dict.fromkeys(wanted.sectors)), "tags": list(dict.fromkeys(wanted.tags)),
        "risk": wanted.risk, "lon": round(wanted.lon, POSITION_DECIMALS), "lat": round(wanted.lat, POSITION_DECIMALS),
        "workers": wanted.workers, "opened_on": wanted.opened_on, "grid_id": grid.pk, "village_id": grid.village_id,
        "department_id": _department(wanted.department_id, town), "park_id": _park(wanted.park_id, town, unit),
    }  # fmt: skip


def _check_known(field: str, values: Iterable[str], known: Iterable[str], code: str) -> None:
    if unknown := [value for value in values if value not in known]:
        raise _wrong(field, f"不认识“{'、'.join(unknown)}”", "从名单里选", code)


def _check_free(uscc: str, unit: Enterprise | None) -> None:
    taken = Enterprise.objects.exclude(standing=Standing.STRUCK).filter(uscc=uscc)
    if uscc and any(found.pk != (unit.pk if unit else None) for found in taken.only("pk")):
        raise ALREADY_REGISTERED.because(f"代码 {uscc} 已登记", field="uscc")


def _grid_at(town: str, lon: float, lat: float) -> Grid:
    code = locate(town, round(lon, POSITION_DECIMALS), round(lat, POSITION_DECIMALS))
    if code is None:
        why, todo = f"点 {lon},{lat} 不在本镇的任何一个网格内", "核对经纬度（先经度后纬度，CGCS2000）"
        raise _wrong("lon", why, todo, "position_outside")
    return Grid.objects.get(code=code)


def _department(department: UUID | None, town: str) -> UUID | None:
    if department and not Department.objects.filter(pk=department, division__startswith=town[:TOWN_PREFIX]).exists():
        raise _wrong("department_id", "本镇没有这个部门", "从名单里选", "unknown_department")
    return department


def _park(park: UUID | None, town: str, unit: Enterprise | None) -> UUID | None:
    """Two steps only: a park is nobody's tenant, and a tenant is nobody's park."""
    if park is None:
        return None
    found = Enterprise.objects.filter(pk=park, village__code__startswith=town, park=None, standing=Standing.LISTED)
    if not found.exists() or (unit and (unit.pk == park or unit.tenants.exclude(standing=Standing.STRUCK).exists())):
        raise _wrong("park_id", "不能作它的园区", "选本镇在册的、自己不在别的园区里的单位", "unknown_park")
    return park


def _check_tree(wanted: Organisation) -> None:
    kinds = {unit.id: unit.kind for unit in wanted.units}
    for unit in wanted.units:
        parent = kinds.get(unit.parent_id) if unit.parent_id else None
        if unit.parent_id and (parent != "workshop" or unit.kind != "team"):
            raise _wrong("units", f"“{unit.name}”的上级不对", "班组放在车间下，或直接放在企业下", "wrong_parent")
    for person in wanted.staff:
        if person.unit_id and person.unit_id not in kinds:
            raise _wrong("staff", f"“{person.name}”的车间（班组）不在表里", "先加上车间或班组", "unknown_unit")
        if (person.post == "unit_head") != (person.unit_id is not None):
            raise _wrong(
                "staff", f"“{person.name}”的岗位和车间（班组）不一致", "车间（班组）负责人要选车间或班组", "wrong_post"
            )


def _write_units(unit: Enterprise, given: list[UnitGiven]) -> None:
    unit.units.filter(until=None).exclude(pk__in=[one.id for one in given]).update(until=clock.today())
    for one in sorted(given, key=lambda one: one.parent_id is not None):  # a parent stands before its children
        facts = {"parent_id": one.parent_id, "kind": one.kind, "name": one.name, "until": None}
        if not unit.units.filter(pk=one.id).update(**facts):
            Unit.objects.create(id=one.id, enterprise=unit, **facts)


def _write_staff(unit: Enterprise, given: list[StaffGiven]) -> None:
    unit.staff.filter(until=None).exclude(pk__in=[one.id for one in given]).update(until=clock.today())
    for one in given:
        try:
            facts = {
                "unit_id": one.unit_id,
                "post": one.post,
                "name": one.name,
                "phone": phone_of(one.phone),
                "until": None,
            }
        except CellFault as fault:
            raise _wrong("staff", fault.why, fault.todo, fault.code) from fault
        if not unit.staff.filter(pk=one.id).update(**facts):
            Staff.objects.create(id=one.id, enterprise=unit, **facts)
