"""The hub of this process, with what it asks of the business; GET /api/realtime: its figures."""

import os
from typing import Any
from uuid import UUID

from django.contrib.sessions.models import Session
from django.http import HttpResponse

from backend.accounts import devices
from backend.accounts.models import User
from backend.accounts.requests import PersonRequest
from backend.accounts.roles import VERIFY
from backend.foundation import clock
from backend.foundation.endpoints import Endpoint, documented
from backend.foundation.problems import Problem
from backend.foundation.shapes import answer, convert
from backend.realtime.hub import MOST_PER_USER, Hub
from backend.realtime.questions import Member, Questions
from backend.realtime.socket import Socket
from backend.sync.acknowledging import note_stored
from backend.sync.streams import streams_of_all


def rights(members: list[Member]) -> list[frozenset[str] | None]:
    """What each may hear today; None for who is no longer active or whose session has ended. A client that sent no session
    is judged by its person alone."""
    people = list(User.objects.filter(pk__in={member.user for member in members}, is_active=True))
    streams = {str(user): frozenset(names) for user, names in streams_of_all(people).items()}
    named = {member.session for member in members if member.session}
    lasting = Session.objects.filter(session_key__in=named, expire_date__gt=clock.now())
    open_sessions = {None, *lasting.values_list("session_key", flat=True)}
    return [streams.get(m.user) if (m.session or None) in open_sessions else None for m in members]


def acknowledge(stored: dict[str, tuple[int, int]]) -> None:
    note_stored({UUID(user): numbers for user, numbers in stored.items()})


def note_health(reports: dict[str, Any]) -> None:
    """What came with the beats of the sockets. A report that cannot be read is no reason to hang up: the device was heard."""
    for device, report in reports.items():
        try:
            devices.note_health(UUID(device), convert(report, devices.DeviceHealth))
        except Problem:
            devices.note_seen(UUID(device))


hub = Hub(
    Questions(acknowledge=acknowledge, rights=rights, note_health=note_health),
    most_per_user=int(os.environ.get("ANWANGGE_SOCKETS_PER_USER", MOST_PER_USER)),
)


class TownSocket(Socket):
    hub = hub


class RealtimeFigures(Endpoint):
    access = {"GET": VERIFY}

    @documented(dict[str, int])
    def get(self, request: PersonRequest) -> HttpResponse:
        """Of the process that answers, since it began."""
        return answer(hub.figures())
