"""What others read about who is responsible for which sector, and about tags."""

from datetime import date
from uuid import UUID

from backend.accounts.views import DepartmentView, department_view
from backend.enterprises.models import Enterprise, Responsibility, TownTag
from backend.foundation.shapes import View


class ResponsibilityView(View):
    id: UUID
    version: int
    sector: str
    division: str
    department: DepartmentView | None
    since: date
    until: date | None
    basis: str


class ResponsibleView(View):
    """Who is responsible on a day; `responsibility` is the line of the table that says so, None if none does."""

    sector: str
    division: str
    day: date
    responsibility: ResponsibilityView | None


class BlindSpotView(View):
    """A unit of which some sectors have no department on the day."""

    id: UUID
    name: str
    village_code: str
    grid_uid: UUID
    sectors: list[str]
    uncovered: list[str]


class TagView(View):
    """A tag and the lists it puts a unit on. `id` and `version` only for those a town has added."""

    id: UUID | None
    version: int
    key: str
    zh: str
    en: str
    lists: list[str]


def responsibility_view(row: Responsibility) -> ResponsibilityView:
    return ResponsibilityView(
        id=row.id, version=row.version, sector=row.sector, division=row.division,
        department=department_view(row.department), since=row.since, until=row.until, basis=row.basis,
    )  # fmt: skip


def blind_spot_view(unit: Enterprise, uncovered: list[str]) -> BlindSpotView:
    return BlindSpotView(
        id=unit.id, name=unit.name, village_code=unit.village_id, grid_uid=unit.grid_id, sectors=unit.sectors,
        uncovered=uncovered,
    )  # fmt: skip


def town_tag_view(tag: TownTag) -> TagView:
    return TagView(id=tag.id, version=tag.version, key=tag.key, zh=tag.name, en=tag.name, lists=tag.lists)
