"""What others read about an enterprise."""

from datetime import datetime
from typing import Any
from uuid import UUID

from backend.enterprises.models import Enterprise
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
    last_visit: datetime | None


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
    return EnterpriseView(**_facts(row), last_visit=row.last_visit)


def _facts(row: Enterprise) -> dict[str, Any]:
    return {
        "id": row.id, "name": row.name, "kind": row.kind, "sectors": row.sectors, "tags": row.tags, "risk": row.risk,
        "address": row.address, "lon": row.lon, "lat": row.lat, "principal": row.principal,
        "principal_phone": row.principal_phone, "workers": row.workers, "grid_uid": row.grid_id,
        "village_code": row.village_id,
    }  # fmt: skip
