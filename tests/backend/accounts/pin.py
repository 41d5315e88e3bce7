"""A person who has a PIN."""

from backend.accounts.models import User
from backend.accounts.pins import NewPin, set_pin
from tests.cast import PASSWORD

PIN = "402917"


def give_pin(user: User) -> None:
    set_pin(NewPin(password=PASSWORD, pin=PIN), acting_user=user)
