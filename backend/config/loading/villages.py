"""villages.geojson: codes (provisional ones where allowed), names, and a coverage without gaps and overlaps."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd

from backend.config.loading.faults import Faults
from backend.config.loading.settings_file import TownSettings
from backend.territory.dividing import Mended, mend, read_villages

FILE, LIMIT = "villages.geojson", "limit.geojson"


def read_coverage(folder: Path, settings: TownSettings, faults: Faults) -> Mended | None:
    """Villages with columns code, name, provisional, geometry; None, with the faults named, when they cannot be used."""
    before = len(faults.found)
    with faults.gathering():
        fields = settings.fields
        frame = read_villages(folder / FILE, crs=settings.crs, code_field=fields.code, name_field=fields.name)
        _check_codes(frame, settings, faults)
        _check_names(frame, settings, faults)
        if len(faults.found) == before:
            limit = folder / LIMIT
            return mend(_with_codes(frame, settings.code), limit if limit.is_file() else None, settings.crs)
    return None


def _check_codes(frame: gpd.GeoDataFrame, settings: TownSettings, faults: Faults) -> None:
    first: dict[str, int] = {}
    for row, code in enumerate(frame["code"], 1):
        if code is None:
            if not settings.provisional_codes:
                remedy = "补上 12 位统计代码，或在 town.yaml 写 provisional_codes: true 使用临时代码"
                faults.add(FILE, row, settings.fields.code, "没有代码", remedy)
        elif not (code.isdecimal() and len(code) == 12):
            faults.add(FILE, row, settings.fields.code, f"“{code}”不是 12 位代码", "写 12 位统计代码，加引号")
        elif not code.startswith(settings.code):
            faults.add(FILE, row, settings.fields.code, f"{code} 不属于本镇 {settings.code}", "改正代码，或删去这个村")
        elif code in first:
            faults.add(FILE, row, settings.fields.code, f"{code} 与第 {first[code]} 行重复", "每个村用自己的代码")
        first.setdefault(code, row)


def _check_names(frame: gpd.GeoDataFrame, settings: TownSettings, faults: Faults) -> None:
    first: dict[str, int] = {}
    for row, name in enumerate(frame["name"], 1):
        if not name:
            faults.add(FILE, row, settings.fields.name, "没有村名", "补上，或在 town.yaml 的 fields 里写明村名的属性名")
        elif name in first:
            faults.add(FILE, row, settings.fields.name, f"“{name}”与第 {first[name]} 行重复", "改名，以便区分")
        first.setdefault(name, row)


def _with_codes(frame: gpd.GeoDataFrame, town: str) -> gpd.GeoDataFrame:
    """900 and above are given to no village by the statistics office, so ours cannot collide with a code to come."""
    taken = set(frame["code"].dropna())
    free = (code for n in range(901, 1000) if (code := f"{town}{n}") not in taken)
    codes = [code or next(free) for code in frame["code"]]
    return frame.assign(provisional=frame["code"].isna(), code=codes)
