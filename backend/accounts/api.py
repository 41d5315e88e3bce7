"""A person's own device, PIN and signing keys over REST."""

from uuid import UUID

from django.http import HttpResponse

from backend.accounts import keys, pins
from backend.accounts.devices import DeviceHealth, note_health
from backend.accounts.models import DeviceKey
from backend.accounts.requests import PersonRequest
from backend.accounts.services import device_of
from backend.accounts.views import KeyView, PinView, key_view, pin_view
from backend.foundation.access import SIGNED_IN
from backend.foundation.endpoints import Endpoint, documented
from backend.foundation.shapes import View, answer, read


class PinState(View):
    set: bool


class KeyList(View):
    results: list[KeyView]


class OwnDevice(Endpoint):
    access = {"PUT": SIGNED_IN}

    @documented(takes=DeviceHealth, status=204)
    def put(self, request: PersonRequest) -> HttpResponse:
        note_health(device_of(request), read(request, DeviceHealth))
        return HttpResponse(status=204)


class OwnPin(Endpoint):
    access = {"GET": SIGNED_IN, "PUT": SIGNED_IN}

    @documented(PinState)
    def get(self, request: PersonRequest) -> HttpResponse:
        return answer(PinState(set=pins.has_pin(request.user.pk)))

    @documented(PinView, takes=pins.NewPin)
    def put(self, request: PersonRequest) -> HttpResponse:
        return answer(pin_view(pins.set_pin(read(request, pins.NewPin), acting_user=request.user)))


class PinCheck(Endpoint):
    access = {"POST": SIGNED_IN}

    @documented(takes=pins.GivenPin, status=204)
    def post(self, request: PersonRequest) -> HttpResponse:
        pins.require_pin(request.user, read(request, pins.GivenPin).pin)
        return HttpResponse(status=204)


class OwnKeys(Endpoint):
    access = {"GET": SIGNED_IN, "POST": SIGNED_IN}

    @documented(KeyList)
    def get(self, request: PersonRequest) -> HttpResponse:
        return answer(KeyList(results=[key_view(key) for key in DeviceKey.objects.filter(user=request.user)]))

    @documented(KeyView, takes=keys.NewKey, status=201)
    def post(self, request: PersonRequest) -> HttpResponse:
        new = read(request, keys.NewKey)
        return answer(key_view(keys.register_key(new, device=device_of(request), acting_user=request.user)), 201)


class OneKey(Endpoint):
    access = {"DELETE": SIGNED_IN}

    @documented(KeyView)
    def delete(self, request: PersonRequest, key: UUID) -> HttpResponse:
        """It stays in the list, as revoked: what it signed before must be checkable."""
        return answer(key_view(keys.revoke_key(key, acting_user=request.user)))
