"""What others read about people."""

from datetime import datetime
from uuid import UUID

from backend.accounts.models import Department, DeviceKey, Pin, RoleHeld, User
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


class PinView(View):
    """That a person has a PIN, never what it is. `id` is the person's."""

    id: UUID
    version: int
    set_at: datetime


class KeyView(View):
    id: UUID
    version: int
    user_id: UUID
    device_id: UUID
    algorithm: str
    public_key: str
    registered_at: datetime
    revoked_at: datetime | None


def pin_view(pin: Pin) -> PinView:
    return PinView(id=pin.user_id, version=pin.version, set_at=pin.set_at)


def key_view(key: DeviceKey) -> KeyView:
    return KeyView(
        id=key.id, version=key.version, user_id=key.user_id, device_id=key.device_id, algorithm=key.algorithm,
        public_key=key.public_key, registered_at=key.registered_at, revoked_at=key.revoked_at,
    )  # fmt: skip
