"""What is said about the means with which people sign. Said to nobody: it stands in the chain."""

from backend.accounts.views import KeyView, PinView
from backend.journal.events import Event, event


@event("pin.set")
class PinSet(Event):
    pin: PinView


@event("device_key.registered")
class DeviceKeyRegistered(Event):
    device_key: KeyView


@event("device_key.revoked")
class DeviceKeyRevoked(Event):
    device_key: KeyView
