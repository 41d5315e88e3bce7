"""Unannounced tasks (四不两直): the people of the inspected enterprise know nothing before the result is in.

They are usually in nobody's audience anyway. But a person may hold two posts, one at the enterprise and one in the department
that sends; then the shared streams which that person hears carry nothing of the task, and no list shows it to them.
Who else hears such a stream finds the task in the lists over REST.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q

from backend.accounts.models import RoleHeld, RolesHeld
from backend.accounts.roles import DEPARTMENTAL, OF_ENTERPRISE, WIDE
from backend.dispatch.kinds import HIDDEN
from backend.dispatch.models import Task
from backend.dispatch.states import ANSWERED
from backend.territory.scopes import Scope

NOT_YET_KNOWN = Q(dispatch__kind__in=HIDDEN) & ~Q(state__in=ANSWERED)


def is_hidden(task: Task) -> bool:
    return task.dispatch.kind in HIDDEN and task.state not in ANSWERED


def hidden_from(scope: Scope) -> Q:
    """Tasks that the person must not know of."""
    return NOT_YET_KNOWN & Q(enterprise__in=scope.enterprises)


def people_of(enterprises: Iterable[Any]) -> dict[UUID, set[UUID]]:
    """Who holds a post at each of these enterprises today. `enterprises`: ids, or a query for them."""
    found: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for enterprise, user in _posts(enterprises).values_list("enterprise_id", "user_id"):
        if enterprise:
            found[enterprise].add(user)
    return found


def closed_streams(enterprises: Iterable[Any]) -> dict[UUID, "Closed"]:
    """Per enterprise the shared streams that its own people hear; an enterprise whose people hear none is missing."""
    people = people_of(enterprises)
    listening: defaultdict[UUID, list[RoleHeld]] = defaultdict(list)
    users = {user for held in people.values() for user in held}
    for held in RoleHeld.objects.current().filter(user__in=users, role__in=DEPARTMENTAL | WIDE):
        listening[held.user_id].append(held)
    every = {e: Closed([held for user in held_by for held in listening[user]]) for e, held_by in people.items()}
    return {enterprise: closed for enterprise, closed in every.items() if closed.any}


class Closed:
    def __init__(self, held: list[RoleHeld]) -> None:
        self._departments = {f"d:{h.department_id}" for h in held if h.role in DEPARTMENTAL and h.department_id}
        self._prefixes = tuple(h.division for h in held if h.role in WIDE)
        self.any = bool(self._departments or self._prefixes)

    def __contains__(self, stream: str) -> bool:
        return stream in self._departments or (stream.startswith("o:") and stream[2:].startswith(self._prefixes))


def kept_out_of(stream: str) -> Q:
    """Tasks that this stream does not carry: for its snapshot."""
    kind, _, key = stream.partition(":")
    hearing = Q(role__in=DEPARTMENTAL, department=key) if kind == "d" else Q(role__in=WIDE)
    listeners = [
        held.user_id
        for held in RoleHeld.objects.current().filter(
            hearing, user__in=RoleHeld.objects.current().filter(role__in=OF_ENTERPRISE).values("user")
        )
        if kind == "d" or key.startswith(held.division)
    ]
    posts = RoleHeld.objects.current().filter(user__in=listeners, role__in=OF_ENTERPRISE)
    return NOT_YET_KNOWN & Q(
        enterprise__in=list(posts.exclude(enterprise_id=None).values_list("enterprise_id", flat=True))
    )


def _posts(enterprises: Iterable[Any]) -> RolesHeld:
    return RoleHeld.objects.current().filter(role__in=OF_ENTERPRISE, enterprise_id__in=enterprises)
