"""The cast: a small town whose people the tests speak of by name.

town 900000 001: villages 石桥 (grids 1, 2) and 河口 (grid 3), each grid a square kilometre or so
wang, li      grid workers of 石桥: wang holds grids 1 and 2, li stands in on grid 2
chen          grid worker of 河口, holds grid 3
lead, head    of the emergency department;  other_lead of the fire department
office        the safety office;  mayor a town leader;  admin the administrator
boss          principal of the first enterprise
stranger      grid worker of another town
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import shapely

from backend.accounts.models import Department, RoleHeld, User
from backend.accounts.roles import Role
from backend.dispatch.models import Dispatch, Task
from backend.dispatch.services import NewDispatch, send
from backend.enterprises.models import Enterprise
from backend.foundation import clock
from backend.inspections.services import NewAnswer, NewInspection, NewPhoto, NewSignature
from backend.standards.models import Checklist, ChecklistInUse, Clause
from backend.standards.services import load_standards
from backend.territory.models import Division, Grid, GridSet, GridShape, Level, Posting, Town

TOWN, OTHER_TOWN = "900000001", "900000002"
PASSWORD = "correct-horse"
SHA = "ab" * 32


@dataclass
class Cast:
    people: dict[str, User] = field(default_factory=dict)
    grids: list[Grid] = field(default_factory=list)
    enterprises: list[Enterprise] = field(default_factory=list)
    departments: dict[str, Department] = field(default_factory=dict)

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def checklist(self) -> Checklist:
        return Checklist.objects.get(key="small-venue-fire", version=1)

    def send(self, *grids: int, per_grid: int = 3, by: str = "lead", dispatch_id: UUID | None = None) -> Dispatch:
        """The lead sends the fire checklist to the grids with these numbers (1, 2, 3)."""
        wanted = NewDispatch(
            id=dispatch_id or uuid4(), title="小场所消防检查", grid_uids=[self.grids[n - 1].uid for n in grids],
            checklist_id=self.checklist.pk, per_grid=per_grid, deadline=clock.now() + timedelta(days=1),
        )  # fmt: skip
        return send(wanted, acting_user=self.people[by])

    def task_for(self, grid: int) -> Task:
        return self.send(grid, per_grid=1).tasks.get()

    def result(self, task: Task, *, fails: tuple[str, ...] = (), **changes: Any) -> NewInspection:
        """A complete result for `task`; the items in `fails` fail with one photo each."""
        items = [item["key"] for item in self.checklist.items]
        now = clock.now()
        whole: dict[str, Any] = {
            "inspection_id": uuid4(), "task_id": task.pk, "assignment_no": 1, "checklist_id": self.checklist.pk,
            "started_at": now - timedelta(minutes=9), "finished_at": now, "no_fix_reason": "室内无信号",
            "answers": [
                NewAnswer(
                    item=key, verdict="fail" if key in fails else "pass",
                    photos=[NewPhoto(sha256=SHA, taken_at=now)] if key in fails else [],
                )
                for key in items
            ],
            "signatures": [
                NewSignature(role="inspector", name="王", sha256="cd" * 32),
                NewSignature(role="subject", name="", refused_reason="负责人不在"),
            ],
        }  # fmt: skip
        return NewInspection(**(whole | changes))

    def clause(self) -> Clause:
        return Clause.objects.get(standard__key="fire-key-items", key="charging")


def make_cast() -> Cast:
    load_standards()
    cast = Cast()
    _divide(cast)
    # both towns have worked with the fire checklist before, so that their phones hold it
    ChecklistInUse.objects.bulk_create(
        ChecklistInUse(checklist=cast.checklist, town_id=town, since=clock.now()) for town in (TOWN, OTHER_TOWN)
    )
    _appoint(cast)
    _register(cast)
    return cast


def _divide(cast: Cast) -> None:
    country = Division.objects.create(code="900000000000", name="示例县", level=Level.COUNTY)
    for prefix, name in ((TOWN, "石桥镇"), (OTHER_TOWN, "邻镇")):
        west = 110.0 + (prefix == OTHER_TOWN)
        shape = Division.columns(shapely.box(west, 22.0, west + 0.03, 22.01))
        node = Division.objects.create(code=f"{prefix}000", name=name, level=Level.TOWN, parent=country, **shape)
        town = Town.objects.create(code=prefix, division=node, notice_zh="示意，非法定界线", notice_en="Illustrative")
        grid_set = GridSet.objects.create(town=town, number=1)
        for number, village in enumerate(("石桥", "石桥", "河口"), start=1):
            cast.grids.append(_grid(node, grid_set, village, number, west))


def _grid(town: Division, grid_set: GridSet, village: str, number: int, west: float) -> Grid:
    code = f"{town.code[:9]}{200 + (village == '河口')}"
    node, _ = Division.objects.get_or_create(
        code=code, defaults={"name": f"{village}村", "level": Level.VILLAGE, "parent": town}
    )
    square = shapely.box(west + 0.01 * (number - 1), 22.0, west + 0.01 * number, 22.01)
    grid = Grid.objects.create(code=f"{code}{number:03d}", name=f"{village}村第{number}网格", village=node)
    GridShape.objects.create(grid=grid, grid_set=grid_set, load=1, area_m2=1.1e6, **GridShape.columns(square))
    return grid


def _appoint(cast: Cast) -> None:
    for code, name in (("yj", "应急管理办公室"), ("xf", "消防工作站")):
        cast.departments[code] = Department.objects.create(division=TOWN, code=code, name=name, short=name[:2])
    emergency, fire = cast.departments["yj"], cast.departments["xf"]
    for name in ("wang", "li", "chen"):
        _person(cast, name, Role.GRID_WORKER)
    _person(cast, "lead", Role.DEPARTMENT_LEAD, department=emergency)
    _person(cast, "head", Role.DEPARTMENT_HEAD, department=emergency)
    _person(cast, "officer", Role.ENFORCEMENT_OFFICER, department=emergency)
    _person(cast, "other_lead", Role.DEPARTMENT_LEAD, department=fire)
    _person(cast, "office", Role.SAFETY_OFFICE)
    _person(cast, "mayor", Role.TOWN_LEADER)
    _person(cast, "expert", Role.EXPERT)
    _person(cast, "supervisor", Role.CITY_SUPERVISOR, division="900000")
    _person(cast, "admin", Role.ADMINISTRATOR)
    User.objects.filter(pk=cast.admin.pk).update(is_staff=True, is_superuser=True)
    _person(cast, "stranger", Role.GRID_WORKER, division=OTHER_TOWN)
    for holder, grid, main in (
        ("wang", 1, True),
        ("wang", 2, True),
        ("li", 2, False),
        ("chen", 3, True),
        ("stranger", 4, True),
    ):
        Posting.objects.create(grid=cast.grids[grid - 1], user=cast.people[holder], main=main)


def _person(cast: Cast, name: str, role: Role, *, division: str = TOWN, **held: Any) -> None:
    phone = f"1000000{len(cast.people):04d}"
    cast.people[name] = User.objects.create_user(phone, name, PASSWORD)
    RoleHeld.objects.create(user=cast.people[name], role=role, division=division, **held)


def _register(cast: Cast) -> None:
    """Two small venues in each grid and one plant in grid 1."""
    for n, grid in enumerate(cast.grids[:3]):
        for place in range(2):
            cast.enterprises.append(
                _venue(cast, grid, f"{grid.name}小店{place + 1}", 110.004 + 0.01 * n + 0.001 * place)
            )
    plant = _venue(cast, cast.grids[0], "石桥砖厂", 110.002)
    plant.tags, plant.sectors, plant.kind = [], ["11"], "enterprise"
    plant.save()
    cast.enterprises.append(plant)
    for name, role in (("boss", Role.ENTERPRISE_PRINCIPAL), ("guard", Role.ENTERPRISE_STAFF)):
        _person(cast, name, role, enterprise_id=cast.enterprises[0].pk)


def _venue(cast: Cast, grid: Grid, name: str, lon: float) -> Enterprise:
    return Enterprise.objects.create(
        name=name, kind="venue", sectors=["07"], tags=["small_venue"], village=grid.village, grid=grid, lon=lon, lat=22.005,
        department=cast.departments["xf"],
    )  # fmt: skip
