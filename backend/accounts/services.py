"""Signing in and out."""

from uuid import UUID

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest

from backend.accounts.models import Device, User
from backend.accounts.problems import SIGN_IN_REFUSED
from backend.accounts.throttle import count_attempt
from backend.foundation import clock
from backend.foundation.ids import new_id

DEVICE_KEY = "device"


def sign_in(request: HttpRequest, *, phone: str, password: str, device_id: UUID | None, device_name: str) -> User:
    """Begin a session bound to a device. Raises sign_in_refused, too_often. The answer never tells which half was wrong."""
    count_attempt(phone)
    user = authenticate(request, username=phone, password=password)
    if not isinstance(user, User):
        raise SIGN_IN_REFUSED.because()
    login(request, user)
    request.session[DEVICE_KEY] = str(enrol(user, device_id or new_id(), device_name).id)
    return user


def enrol(user: User, device_id: UUID, name: str) -> Device:
    """The device as this person's. A phone that changes hands gets a row of its own for the next person."""
    device, made = Device.objects.get_or_create(id=device_id, defaults={"user": user, "name": name[:80]})
    if device.user_id != user.id:
        return Device.objects.create(id=new_id(), user=user, name=name[:80])
    if not made:
        Device.objects.filter(pk=device.pk).update(last_seen_at=clock.now(), name=name[:80] or device.name)
    return device


def sign_out(request: HttpRequest) -> None:
    logout(request)


def device_of(request: HttpRequest) -> UUID | None:
    text = request.session.get(DEVICE_KEY)
    return UUID(text) if text else None
