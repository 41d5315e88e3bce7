"""The PIN with which a person signs: set with the password, proven at signing, kept as a hash only.

It comes over TLS in the body of a request and goes no further: not into an operation (those are stored as they came), not into
the journal, not into a log. What is signed without a signal is proven by the device's key (keys.py, decision 0016).
"""

from typing import Annotated
from uuid import UUID

import msgspec
from django.contrib.auth.hashers import check_password, make_password

from backend.accounts.events import PinSet
from backend.accounts.models import Pin, User
from backend.accounts.problems import PASSWORD_REFUSED, PIN_NOT_SET, PIN_REFUSED, PIN_TOO_SIMPLE
from backend.accounts.throttle import count_attempt, count_pin_attempt
from backend.accounts.views import pin_view
from backend.foundation import clock
from backend.foundation.shapes import Body
from backend.journal.recording import publish, recording

Digits = Annotated[str, msgspec.Meta(pattern="^[0-9]{6}$", max_length=6)]
_RUNS = ("01234567890", "09876543210")


class NewPin(Body):
    password: Annotated[str, msgspec.Meta(max_length=128)]
    pin: Digits


class GivenPin(Body):
    pin: Digits


def set_pin(wanted: NewPin, *, acting_user: User) -> Pin:
    """Set or replace one's own PIN. Raises password_refused, pin_too_simple, too_often."""
    count_attempt(acting_user.phone)
    if not acting_user.check_password(wanted.password):
        raise PASSWORD_REFUSED.because()
    if len(set(wanted.pin)) == 1 or any(wanted.pin in run for run in _RUNS):
        raise PIN_TOO_SIMPLE.because()
    with recording():
        earlier = Pin.objects.select_for_update().filter(pk=acting_user.pk).first()
        pin, _ = Pin.objects.update_or_create(
            user=acting_user,
            defaults={
                "hash": make_password(wanted.pin), "set_at": clock.now(), "version": earlier.version + 1 if earlier else 1
            },
        )  # fmt: skip
        said = PinSet(pin=pin_view(pin))
        publish(said, town=home_of(acting_user), audience=[], target=acting_user.id, acting_user=acting_user.id)
    return pin


def require_pin(user: User, pin: str) -> None:
    """Raises pin_not_set, pin_refused, too_often (guessing is slowed down per person, right ones count too)."""
    held = Pin.objects.filter(pk=user.pk).first()
    if held is None:
        raise PIN_NOT_SET.because()
    count_pin_attempt(user.pk)
    if not check_password(pin, held.hash):
        raise PIN_REFUSED.because()


def has_pin(user: UUID) -> bool:
    return Pin.objects.filter(pk=user).exists()


def home_of(user: User) -> str:
    """The chain in which stands what a person does with their own account: that of their first role's town or county."""
    return next((held.division[:9] for held in user.held_today()), "")
