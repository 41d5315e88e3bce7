"""Signing in, and what a surface must know about the person: it spans accounts, territory and streams."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import ensure_csrf_cookie
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request

from backend.accounts import services
from backend.accounts.models import User
from backend.accounts.requests import PersonRequest
from backend.accounts.views import RoleView, SelfView, role_view, self_view
from backend.foundation import clock
from backend.foundation.access import PUBLIC, SIGNED_IN
from backend.foundation.endpoints import Endpoint, documented
from backend.foundation.problems import NOT_SIGNED_IN
from backend.foundation.shapes import Body, View, answer, read
from backend.journal import letters
from backend.journal.queries import current_epoch
from backend.realtime import tickets
from backend.sync.streams import streams_of
from backend.territory.queries import towns_visible_to
from backend.territory.scopes import scope_of
from backend.territory.views import TownView, town_view


class NewDevice(Body):
    id: UUID | None = None
    name: Annotated[str, msgspec.Meta(max_length=80)] = ""


class SignIn(Body):
    phone: Annotated[str, msgspec.Meta(max_length=20)]
    password: Annotated[str, msgspec.Meta(max_length=128)]
    device: NewDevice = msgspec.field(default_factory=NewDevice)


class Me(View):
    user: SelfView
    roles: list[RoleView]
    acts: list[str]
    streams: list[str]
    grid_uids: list[UUID]
    town: TownView | None
    epoch: str
    server_time: datetime


class Ticket(View):
    ticket: str


def me(user: User) -> Me:
    town = towns_visible_to(user).select_related("division").first()
    return Me(
        user=self_view(user), roles=[role_view(held) for held in user.held_today()], acts=sorted(user.acts()),
        streams=streams_of(user), grid_uids=list(scope_of(user).grids), town=town_view(town) if town else None,
        epoch=current_epoch(), server_time=clock.now(),
    )  # fmt: skip


@method_decorator(ensure_csrf_cookie, name="dispatch")
class Session(Endpoint):
    access = {"GET": PUBLIC, "POST": PUBLIC, "DELETE": SIGNED_IN}

    @documented(Me)
    def get(self, request: Request) -> HttpResponse:
        if not request.user.is_authenticated:
            # through the problem so that the cookie for the sign-in that follows is set all the same
            raise NOT_SIGNED_IN.because()
        return answer(me(request.user))

    @documented(Me, takes=SignIn)
    def post(self, request: Request) -> HttpResponse:
        """The CSRF token is asked for here too: else another site could sign a visitor in as somebody else."""
        SessionAuthentication().enforce_csrf(request)
        wanted = read(request, SignIn)
        user = services.sign_in(
            request._request, phone=wanted.phone, password=wanted.password, device_id=wanted.device.id,
            device_name=wanted.device.name,
        )  # fmt: skip
        get_token(request._request)
        return answer(me(user))

    @documented(status=204)
    def delete(self, request: Request) -> HttpResponse:
        user, device = request.user.id, services.device_of(request._request)
        services.sign_out(request._request)
        letters.show_out(str(user), str(device or ""))
        return HttpResponse(status=204)


class NewTicket(Endpoint):
    access = {"POST": SIGNED_IN}

    @documented(Ticket)
    def post(self, request: PersonRequest) -> HttpResponse:
        user, device = request.user, services.device_of(request._request)
        return answer(Ticket(ticket=tickets.issue(str(user.id), str(device or ""), streams_of(user))))
