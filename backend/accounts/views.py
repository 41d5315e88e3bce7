"""What others read about people."""

from uuid import UUID

from backend.accounts.models import Department, RoleHeld, User
from backend.foundation.shapes import View


class PersonView(View):
    id: UUID
    name: str


class ContactView(View):
    """Somebody who may have to be called."""

    id: UUID
    name: str
    phone: str


class DepartmentView(View):
    id: UUID
    name: str


class SelfView(View):
    id: UUID
    name: str
    phone: str
    title: str


class RoleView(View):
    role: str
    division: str
    department_id: UUID | None
    enterprise_id: UUID | None


def person_view(user: User) -> PersonView:
    return PersonView(id=user.id, name=user.name)


def contact_view(user: User) -> ContactView:
    return ContactView(id=user.id, name=user.name, phone=user.phone)


def department_view(department: Department | None) -> DepartmentView | None:
    return DepartmentView(id=department.id, name=department.name) if department else None


def self_view(user: User) -> SelfView:
    return SelfView(id=user.id, name=user.name, phone=user.phone, title=user.title)


def role_view(held: RoleHeld) -> RoleView:
    return RoleView(
        role=held.role, division=held.division, department_id=held.department_id, enterprise_id=held.enterprise_id
    )
