"""Dispatches of any kind, as the tests send them."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

from backend.accounts.models import RoleHeld, User
from backend.accounts.roles import Role
from backend.dispatch.models import Task
from backend.dispatch.services import NewDispatch, send
from backend.foundation import clock
from backend.journal.models import Event
from tests.cast import TOWN, Cast


def order(cast: Cast, **changes: Any) -> NewDispatch:
    whole: dict[str, Any] = {
        "id": uuid4(), "title": "检查", "checklist_id": cast.checklist.pk, "per_grid": 1,
        "deadline": clock.now() + timedelta(days=3),
    }  # fmt: skip
    return NewDispatch(**(whole | changes))


def first_shop(cast: Cast, **changes: Any) -> NewDispatch:
    """The enterprise of which boss is the principal."""
    return order(cast, enterprise_ids=[cast.enterprises[0].pk], **changes)


def sent(cast: Cast, by: str = "lead", **changes: Any) -> Task:
    return send(first_shop(cast, **changes), acting_user=again(cast.people[by])).tasks.get()


def again(user: User) -> User:
    """As the next request sees the person: roles are read once per request."""
    return User.objects.get(pk=user.pk)


def also(user: User, role: Role, **held: Any) -> User:
    """The person holds a second post."""
    RoleHeld.objects.create(user=user, role=role, division=held.pop("division", TOWN), **held)
    return again(user)


def refusals() -> list[tuple[str, str, str]]:
    """(act, code, actor) of what stands in the chain as tried and refused."""
    rows = Event.objects.filter(type="task.refused").order_by("seq").select_related("content")
    bodies = [(json.loads(row.content.body)["refusal"], json.loads(row.header)["actor"]) for row in rows]
    return [(body["act"], body["code"], actor) for body, actor in bodies]
