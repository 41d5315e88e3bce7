"""What a device says of itself over REST, for phones that have no socket."""

from django.http import HttpResponse

from backend.accounts.devices import DeviceHealth, note_health
from backend.accounts.requests import PersonRequest
from backend.accounts.services import device_of
from backend.foundation.access import SIGNED_IN
from backend.foundation.endpoints import Endpoint, documented
from backend.foundation.shapes import read


class OwnDevice(Endpoint):
    access = {"PUT": SIGNED_IN}

    @documented(takes=DeviceHealth, status=204)
    def put(self, request: PersonRequest) -> HttpResponse:
        note_health(device_of(request), read(request, DeviceHealth))
        return HttpResponse(status=204)
