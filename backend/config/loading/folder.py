"""A town folder, read and checked as a whole: either everything fits together, or every fault is named."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.config.loading import enterprises, people, responsibilities, villages
from backend.config.loading.faults import Faults
from backend.config.loading.settings_file import FILE, TownSettings, read_settings
from backend.config.loading.tables import Row
from backend.enterprises.models import Risk
from backend.territory.dividing import Divided, InputError, Mended, divide_evenly, locator_of, read_grids


@dataclass(frozen=True)
class TownFolder:
    settings: TownSettings
    mended: Mended
    divided: Divided
    departments: list[Row]
    people: list[Row]
    enterprises: list[Row]
    responsibilities: list[Row]
    places: list[tuple[float, float]]
    """EPSG:4490 lon/lat of each enterprise"""
    homes: list[str]
    """code of the grid of each enterprise"""
    villages: dict[str, str]
    """name or code → code"""
    inputs: dict[str, str]
    """file name → SHA-256"""


@dataclass(frozen=True)
class _Tables:
    departments: list[Row]
    people: list[Row]
    enterprises: list[Row]
    responsibilities: list[Row]


def read_folder(folder: Path) -> TownFolder:
    """Raises InputError with every fault of the folder; nothing is written."""
    faults = Faults()
    settings = read_settings(folder, faults)
    tables = _read_tables(folder, faults)
    mended = villages.read_coverage(folder, settings, faults) if settings else None
    if settings is None or mended is None:
        raise InputError(faults.found)
    by_name = _by_name(mended)
    places = _check_together(tables, settings, mended, by_name, faults)
    faults.refuse()
    divided = _divide(folder, settings, mended, tables.enterprises, places, faults)
    homes = _homes(tables.enterprises, places, divided, by_name, faults)
    return TownFolder(
        settings, mended, divided, tables.departments, tables.people, tables.enterprises,
        tables.responsibilities, places, homes, by_name, _hashes(folder),
    )  # fmt: skip


def _read_tables(folder: Path, faults: Faults) -> _Tables:
    return _Tables(
        people.read_departments(folder, faults), people.read_people(folder, faults),
        enterprises.read_enterprises(folder, faults), responsibilities.read_responsibilities(folder, faults),
    )  # fmt: skip


def _by_name(mended: Mended) -> dict[str, str]:
    codes, names = mended.villages["code"].tolist(), mended.villages["name"].tolist()
    return dict(zip(codes, codes, strict=True)) | dict(zip(names, codes, strict=True))


def _check_together(
    tables: _Tables, settings: TownSettings, mended: Mended, by_name: dict[str, str], faults: Faults
) -> list[tuple[float, float]]:
    """What spans files. Positions are looked at only when every row has one."""
    departments = {row["name"] for row in tables.departments}
    known = {row[column] for row in tables.enterprises for column in ("name", "uscc")} - {""}
    people.check_belonging(tables.people, departments, by_name, known, faults)
    people.check_every_village_has_worker(tables.people, by_name, faults)
    people.check_phones_free(tables.people, faults)
    enterprises.check_departments(tables.enterprises, departments, faults)
    responsibilities.check_belonging(tables.responsibilities, departments, by_name, faults)
    enterprises.check_codes_free(tables.enterprises, faults)
    if any(fault.field in ("lon", "lat") for fault in faults.found):
        return []
    places = enterprises.places_of(tables.enterprises, settings.crs)
    enterprises.check_places(tables.enterprises, places, by_name, locator_of(mended.villages), faults)
    return places


def _divide(
    folder: Path,
    settings: TownSettings,
    mended: Mended,
    rows: list[Row],
    places: list[tuple[float, float]],
    faults: Faults,
) -> Divided:
    weights = [enterprises.WORK_BY_RISK[Risk(row["risk"])] for row in rows]
    wanted = settings.grids
    with faults.gathering():
        if wanted.file is not None:
            return read_grids(folder / wanted.file, mended.villages, places, weights, crs=settings.crs)
        assert wanted.count is not None  # settings_file: one of the two
        return divide_evenly(mended.villages, places, weights, count=wanted.count, seed=wanted.seed)
    raise InputError(faults.found)


def _homes(
    rows: list[Row], places: list[tuple[float, float]], divided: Divided, by_name: dict[str, str], faults: Faults
) -> list[str]:
    found = locator_of(divided.grids).locate_many([lon for lon, _ in places], [lat for _, lat in places])
    for row, grid in zip(rows, found, strict=True):
        if grid is None or grid[:12] != by_name[row["village"]]:
            # a hand-drawn grid may end short of a place, and a point may lie on the very line between two villages
            why = f"点 {row['lon']},{row['lat']} 不在{row['village']}的任何一个网格内"
            faults.add(enterprises.FILE, row.number, "lon,lat", why, "把点移进村内，或改正网格")
    faults.refuse()
    return [grid for grid in found if grid is not None]


def _hashes(folder: Path) -> dict[str, str]:
    names = (FILE, villages.FILE, villages.LIMIT, enterprises.FILE, people.PEOPLE, people.DEPARTMENTS,
             responsibilities.FILE)  # fmt: skip
    return {n: hashlib.sha256((folder / n).read_bytes()).hexdigest() for n in names if (folder / n).is_file()}


def key_figures(folder: TownFolder) -> dict[str, Any]:
    """The manifest of the grid set: how it was made, how well, and from what."""
    repaired = [str(fault) for fault in folder.mended.found]
    return folder.divided.report | {"inputs": folder.inputs, "villages_repaired": repaired}
