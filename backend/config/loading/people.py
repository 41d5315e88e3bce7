"""departments.csv and people.csv: rows checked against the roles, the villages and each other."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from backend.accounts.models import Department, User
from backend.accounts.roles import DEPARTMENTAL, OF_ENTERPRISE, Role
from backend.config.loading.faults import Faults
from backend.config.loading.tables import Row, check_filled, check_known, check_lengths, check_unique, read_table

DEPARTMENTS, PEOPLE = "departments.csv", "people.csv"
DEPARTMENT_COLUMNS = ("code", "name", "short")
PEOPLE_COLUMNS = ("name", "phone", "role", "department", "village", "enterprise", "title")


def read_departments(folder: Path, faults: Faults) -> list[Row]:
    rows = read_table(folder / DEPARTMENTS, DEPARTMENT_COLUMNS, faults)
    check_filled(rows, DEPARTMENT_COLUMNS, faults)
    check_lengths(rows, Department, faults)
    for column in ("code", "name"):
        check_unique(rows, column, faults)
    return rows


def read_people(folder: Path, faults: Faults) -> list[Row]:
    rows = read_table(folder / PEOPLE, PEOPLE_COLUMNS, faults)
    check_filled(rows, ("name", "phone", "role"), faults)
    check_lengths(rows, User, faults)
    check_known(rows, "role", Role.values, faults)
    check_unique(rows, "phone", faults)
    for row in rows:
        phone = row["phone"]
        if phone and not (len(phone) == 11 and phone.isascii() and phone.isdigit() and phone[0] == "1"):
            faults.add(PEOPLE, row.number, "phone", f"“{phone}”不是 11 位手机号码", "写 1 开头的 11 位数字")
    return rows


def check_phones_free(rows: list[Row], faults: Faults) -> None:
    """A phone number signs in one person, also across the towns of one deployment."""
    taken = set(User.objects.filter(phone__in=[row["phone"] for row in rows]).values_list("phone", flat=True))
    for row in rows:
        if row["phone"] in taken:
            faults.add(
                PEOPLE,
                row.number,
                "phone",
                f"{row['phone']} 已是系统里另一人的号码",
                "改正号码，或先在系统里停用那个账号",
            )


def check_belonging(
    rows: list[Row],
    departments: Collection[str],
    villages: Collection[str],
    enterprises: Collection[str],
    faults: Faults,
) -> None:
    """What the role needs is named, and whatever is named exists."""
    for row in rows:
        role = row["role"]
        for column, needed, known, file in (
            ("village", role == Role.GRID_WORKER, villages, "villages.geojson"),
            ("department", role in DEPARTMENTAL, departments, DEPARTMENTS),
            ("enterprise", role in OF_ENTERPRISE, enterprises, "enterprises.csv"),
        ):
            if needed and not row[column]:
                faults.add(PEOPLE, row.number, column, f"岗位 {role} 要写明 {column}", f"填 {file} 里的一个名称")
            elif row[column] and row[column] not in known:
                faults.add(PEOPLE, row.number, column, f"{file} 里没有“{row[column]}”", "改正名称，或在那个文件里补上")


def check_every_village_has_worker(rows: list[Row], villages: dict[str, str], faults: Faults) -> None:
    """`villages`: name or code → code."""
    served = {villages.get(row["village"]) for row in rows if row["role"] == Role.GRID_WORKER}
    names = {code: name for name, code in villages.items() if name != code}
    for code in sorted(set(villages.values()) - served):
        remedy = "在 people.csv 补一名 grid_worker，village 填这个村"
        faults.add(PEOPLE, None, "village", f"{names[code]}（{code}）没有网格员", remedy)
