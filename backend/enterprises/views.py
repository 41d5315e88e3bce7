"""What others read about an enterprise."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from backend.enterprises.models import Enterprise, Staff, Unit
from backend.foundation.shapes import View


class SubjectView(View):
    """An enterprise as the subject of a task: what stays the same from visit to visit."""

    id: UUID
    name: str
    kind: str
    sectors: list[str]
    tags: list[str]
    risk: str
    address: str
    lon: float
    lat: float
    principal: str
    principal_phone: str
    workers: int
    grid_uid: UUID
    village_code: str


class EnterpriseView(SubjectView):
    version: int
    standing: str
    standing_why: str
    uscc: str
    opened_on: date | None
    department_id: UUID | None
    park_id: UUID | None
    last_visit: datetime | None


class UnitView(View):
    id: UUID
    parent_id: UUID | None
    kind: str
    name: str


class StaffView(View):
    id: UUID
    unit_id: UUID | None
    post: str
    name: str
    phone: str
    since: date


class OrganisationView(View):
    """Workshops, teams and who answers for safety in them, as they are now; `id` and `version` are the enterprise's."""

    id: UUID
    version: int
    units: list[UnitView]
    staff: list[StaffView]


class TenantView(View):
    id: UUID
    name: str


class EnterpriseDetail(EnterpriseView):
    units: list[UnitView]
    staff: list[StaffView]
    park: TenantView | None
    tenants: list[TenantView]


class PlaceView(View):
    """An enterprise as a place that something is about."""

    id: UUID
    name: str
    lon: float
    lat: float


def place_view(enterprise: Enterprise) -> PlaceView:
    return PlaceView(id=enterprise.id, name=enterprise.name, lon=enterprise.lon, lat=enterprise.lat)


def subject_view(row: Enterprise) -> SubjectView:
    return SubjectView(**_facts(row))


def enterprise_view(row: Enterprise) -> EnterpriseView:
    return EnterpriseView(**_facts(row), **_register_facts(row))


def detail_view(row: Enterprise) -> EnterpriseDetail:
    organisation = organisation_view(row)
    tenants = row.tenants.exclude(standing="struck").order_by("name")
    return EnterpriseDetail(
        **_facts(row), **_register_facts(row), units=organisation.units, staff=organisation.staff,
        park=_tenant_view(row.park) if row.park else None, tenants=[_tenant_view(tenant) for tenant in tenants],
    )  # fmt: skip


def organisation_view(row: Enterprise) -> OrganisationView:
    return OrganisationView(
        id=row.id, version=row.version, units=[_unit_view(unit) for unit in row.units.filter(until=None)],
        staff=[_staff_view(person) for person in row.staff.filter(until=None)],
    )  # fmt: skip


def _unit_view(unit: Unit) -> UnitView:
    return UnitView(id=unit.id, parent_id=unit.parent_id, kind=unit.kind, name=unit.name)


def _staff_view(person: Staff) -> StaffView:
    return StaffView(
        id=person.id, unit_id=person.unit_id, post=person.post, name=person.name, phone=person.phone, since=person.since
    )


def _tenant_view(row: Enterprise) -> TenantView:
    return TenantView(id=row.id, name=row.name)


def _register_facts(row: Enterprise) -> dict[str, Any]:
    return {
        "version": row.version, "standing": row.standing, "standing_why": row.standing_why, "uscc": row.uscc,
        "opened_on": row.opened_on, "department_id": row.department_id, "park_id": row.park_id,
        "last_visit": row.last_visit,
    }  # fmt: skip


def _facts(row: Enterprise) -> dict[str, Any]:
    return {
        "id": row.id, "name": row.name, "kind": row.kind, "sectors": row.sectors, "tags": row.tags, "risk": row.risk,
        "address": row.address, "lon": row.lon, "lat": row.lat, "principal": row.principal,
        "principal_phone": row.principal_phone, "workers": row.workers, "grid_uid": row.grid_id,
        "village_code": row.village_id,
    }  # fmt: skip
