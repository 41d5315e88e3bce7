"""A checked folder into the database, all or nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import shapely
from django.contrib.auth.hashers import make_password

from backend.accounts.models import Department, RoleHeld, User
from backend.accounts.roles import OF_ENTERPRISE, Role
from backend.config.loading.folder import TownFolder, key_figures
from backend.config.loading.naming import grid_name
from backend.config.loading.postings import share_out
from backend.config.loading.settings_file import TownSettings
from backend.config.loading.tables import Row
from backend.enterprises.models import Enterprise, Responsibility
from backend.journal.recording import recording
from backend.standards.services import load_standards
from backend.territory.models import Division, Grid, GridSet, GridShape, Level, Posting, Town


@dataclass(frozen=True)
class Loaded:
    town: Town
    postings: list[Posting]


def write_town(folder: TownFolder, password: str | None) -> Loaded:
    """Everything of the folder; `password` None leaves people without one until somebody sets it."""
    with recording():
        load_standards()
        town = _write_divisions(folder)
        grids = _write_grids(folder, town)
        departments = _write_departments(folder)
        _write_responsibilities(folder, departments)
        enterprises = _write_enterprises(folder, grids, departments)
        users = _write_people(folder, password)
        _write_roles(folder, users, departments, enterprises)
        return Loaded(town, _write_postings(folder, users, grids))


def _write_divisions(folder: TownFolder) -> Town:
    settings, parent = folder.settings, None
    for above in settings.ancestors:
        names = {"name": above.name, "level": above.level, "parent": parent}
        parent, _ = Division.objects.get_or_create(code=above.code, defaults=names)
    frame = folder.mended.villages
    whole = Division.columns(shapely.union_all(frame.geometry.array))
    division = Division.objects.create(
        code=f"{settings.code}000", name=settings.name, level=Level.TOWN, parent=parent, **whole
    )
    Division.objects.bulk_create(
        Division(
            code=v.code, name=v.name, level=Level.VILLAGE, parent=division, provisional=v.provisional,
            **Division.columns(v.geometry),
        )
        for v in frame.itertuples()
    )  # fmt: skip
    return _write_town(settings, division)


def _write_town(settings: TownSettings, division: Division) -> Town:
    return Town.objects.create(
        code=settings.code, division=division, demo=settings.demo, illustrative=settings.illustrative,
        notice_zh=settings.notice.zh, notice_en=settings.notice.en,
    )  # fmt: skip


def _write_grids(folder: TownFolder, town: Town) -> dict[str, Grid]:
    """By code."""
    grid_set = GridSet.objects.create(town=town, number=1, manifest=key_figures(folder))
    frame, names = (
        folder.divided.grids,
        dict(zip(folder.mended.villages["code"], folder.mended.villages["name"], strict=True)),
    )
    grids = {
        g.code: Grid(code=g.code, village_id=g.village, name=g.name or grid_name(names[g.village], int(g.code[12:])))
        for g in frame.itertuples()
    }
    Grid.objects.bulk_create(grids.values())
    GridShape.objects.bulk_create(
        GridShape(
            grid=grids[g.code], grid_set=grid_set, load=g.load, area_m2=g.area_m2, **GridShape.columns(g.geometry)
        )
        for g in frame.itertuples()
    )
    return grids


def _write_departments(folder: TownFolder) -> dict[str, Department]:
    """By name."""
    made = [
        Department(division=folder.settings.code, code=row["code"], name=row["name"], short=row["short"])
        for row in folder.departments
    ]
    Department.objects.bulk_create(made)
    return {department.name: department for department in made}


def _write_responsibilities(folder: TownFolder, departments: dict[str, Department]) -> None:
    Responsibility.objects.bulk_create(
        Responsibility(
            sector=row["sector"], division=folder.villages.get(row["village"], folder.settings.code),
            department=departments[row["department"]], since=date.fromisoformat(row["since"]), basis=row["basis"],
        )
        for row in folder.responsibilities
    )  # fmt: skip


def _write_enterprises(
    folder: TownFolder, grids: dict[str, Grid], departments: dict[str, Department]
) -> dict[str, Enterprise]:
    """By name and by code."""
    made = [
        _enterprise(folder, row, lon, lat, grids[home], departments.get(row["department"]))
        for row, (lon, lat), home in zip(folder.enterprises, folder.places, folder.homes, strict=True)
    ]
    Enterprise.objects.bulk_create(made)
    return {e.uscc: e for e in made} | {e.name: e for e in made}


def _enterprise(
    folder: TownFolder, row: Row, lon: float, lat: float, grid: Grid, department: Department | None
) -> Enterprise:
    return Enterprise(
        name=row["name"], uscc=row["uscc"], kind=row["kind"], sectors=row.list("sectors"), tags=row.list("tags"),
        risk=row["risk"], village_id=grid.village_id, grid=grid, address=row["address"], lon=lon, lat=lat,
        principal=row["principal"], principal_phone=row["principal_phone"], workers=int(row["workers"] or 0),
        department=department, is_demo=folder.settings.demo,
    )  # fmt: skip


def _write_people(folder: TownFolder, password: str | None) -> list[User]:
    """In the order of the rows. One hash serves all: Argon2 takes a quarter of a second for each."""
    shared = make_password(password) if password is not None else None
    users = [
        User(
            phone=row["phone"], name=row["name"], title=row["title"], is_demo=folder.settings.demo,
            password=shared or make_password(None), is_staff=row["role"] == Role.ADMINISTRATOR,
            is_superuser=row["role"] == Role.ADMINISTRATOR,
        )
        for row in folder.people
    ]  # fmt: skip
    User.objects.bulk_create(users)
    return users


def _write_roles(
    folder: TownFolder, users: list[User], departments: dict[str, Department], enterprises: dict[str, Enterprise]
) -> None:
    RoleHeld.objects.bulk_create(
        RoleHeld(
            user=user, role=row["role"], division=_division_of(row, folder.settings),
            department=departments.get(row["department"]),
            enterprise_id=enterprises[row["enterprise"]].pk if row["role"] in OF_ENTERPRISE else None,
        )
        for row, user in zip(folder.people, users, strict=True)
    )  # fmt: skip


def _division_of(row: Row, settings: TownSettings) -> str:
    """The city's supervisor looks at the county with all its towns; everybody else belongs to the town."""
    return settings.code[:6] if row["role"] == Role.CITY_SUPERVISOR else settings.code


def _write_postings(folder: TownFolder, users: list[User], grids: dict[str, Grid]) -> list[Posting]:
    workers: dict[str, list[User]] = defaultdict(list)
    for row, user in zip(folder.people, users, strict=True):
        if row["role"] == Role.GRID_WORKER:
            workers[folder.villages[row["village"]]].append(user)
    postings = []
    for village, people in workers.items():
        of_village = [grid for code, grid in sorted(grids.items()) if grid.village_id == village]
        postings += [
            Posting(grid=of_village[held.grid], user=people[held.worker], main=held.main)
            for held in share_out([person.title for person in people], len(of_village))
        ]
    return Posting.objects.bulk_create(postings)
