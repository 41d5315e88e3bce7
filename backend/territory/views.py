"""What others read about the territory."""

from uuid import UUID

from backend.foundation.shapes import View
from backend.territory.models import Grid, Town


class GridView(View):
    uid: UUID
    code: str
    name: str


class Words(View):
    zh: str
    en: str


class TownView(View):
    code: str
    name: str
    demo: bool
    illustrative: bool
    notice: Words
    bbox: tuple[float, float, float, float] | None


def grid_view(grid: Grid) -> GridView:
    return GridView(uid=grid.uid, code=grid.code, name=grid.name)


def town_view(town: Town) -> TownView:
    division, geometry = town.division, town.division.geometry
    return TownView(
        code=town.code, name=division.name, demo=town.demo, illustrative=town.illustrative,
        notice=Words(zh=town.notice_zh, en=town.notice_en), bbox=geometry.bounds if geometry else None,
    )  # fmt: skip
