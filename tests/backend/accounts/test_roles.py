"""What a person may do and see follows from the roles held today: no more, no less, no longer."""

from datetime import timedelta

import pytest

from backend.accounts.models import RoleHeld, User
from backend.accounts.roles import (
    ACKNOWLEDGE,
    ACTS,
    ASSIGN_SECTORS,
    COUNTERSIGN,
    EDIT_REGISTER,
    EXPORT_LEDGER,
    EXPORT_REGISTER,
    HAND_OVER,
    IMPORT_REGISTER,
    ISSUE_PAPERS,
    PUBLISH_CHECKLIST,
    RELEASE,
    REPLACE_TEMPLATES,
    RETURN,
    SEE_DEVICES,
    SEE_OVERVIEW,
    SEE_QUARANTINE,
    SEE_TERRITORY,
    SEND,
    SET_REMINDERS,
    TEST_COMMUNICATION,
    TRACE_BACK,
    VERIFY,
    WITHDRAW,
    Role,
)
from backend.dispatch.queries import tasks_visible_to
from backend.foundation import clock
from backend.hazards.queries import hazards_visible_to
from tests.backend.phone import Phone
from tests.cast import TOWN

DAY = timedelta(days=1)
STEERING = {SEND, HAND_OVER, WITHDRAW, RETURN}

LOOKING_ON = {SEE_OVERVIEW, SEE_TERRITORY, EXPORT_LEDGER}
LEAD = {SEE_DEVICES, COUNTERSIGN, EDIT_REGISTER, EXPORT_REGISTER, ISSUE_PAPERS} | LOOKING_ON | STEERING
ADMIN = {SEE_DEVICES, SEE_QUARANTINE, RELEASE, TEST_COMMUNICATION, VERIFY, PUBLISH_CHECKLIST}
REGISTER = {EDIT_REGISTER, IMPORT_REGISTER, EXPORT_REGISTER, ASSIGN_SECTORS}

EXPECTED = {
    "wang": {SEE_TERRITORY, EXPORT_LEDGER},
    "lead": LEAD,
    "officer": {ISSUE_PAPERS} | LOOKING_ON,
    "head": LEAD,
    "office": {SET_REMINDERS, ISSUE_PAPERS, REPLACE_TEMPLATES, TRACE_BACK} | LOOKING_ON | STEERING | ADMIN | REGISTER,
    "mayor": {SEE_DEVICES, TRACE_BACK} | LOOKING_ON,
    "boss": {ACKNOWLEDGE, EXPORT_LEDGER},
    "guard": {ACKNOWLEDGE, EXPORT_LEDGER},
    "expert": set(),
    "supervisor": {TRACE_BACK} | LOOKING_ON,
    "admin": ADMIN,
}


def again(person):
    """As the next request sees the person: roles are read once per request."""
    return User.objects.get(pk=person.pk)


def elsewhere(person):
    """All but the acts on hazards: those stand in tests/backend/hazards/test_rights.py."""
    return {act for act in person.acts() if not act.startswith("hazard.")}


def test_each_role_has_exactly_its_acts(cast):
    assert {name: elsewhere(cast.people[name]) for name in EXPECTED} == EXPECTED
    assert {cast.people[name].roles_held.get().role for name in EXPECTED} == set(Role)


def test_the_acts_reach_the_surface_as_they_are(cast):
    assert Phone(cast.lead).me["acts"] == sorted(cast.lead.acts())


def test_every_role_has_its_line():
    assert set(ACTS) == set(Role)


def test_two_roles_add_up(cast):
    RoleHeld.objects.create(user=cast.wang, role=Role.SAFETY_OFFICE, division=TOWN)
    assert again(cast.wang).acts() == ACTS[Role.GRID_WORKER] | ACTS[Role.SAFETY_OFFICE]


@pytest.mark.parametrize(
    ("since", "until", "holds"),
    [
        (-9, -1, False),  # ended yesterday
        (-9, 0, True),  # today is the last day
        (0, None, True),
        (1, None, False),  # begins tomorrow
    ],
)
def test_a_role_counts_from_its_first_to_its_last_day(cast, since, until, holds):
    today = clock.today()
    until = None if until is None else today + until * DAY
    cast.office.roles_held.update(since=today + since * DAY, until=until)
    assert bool(again(cast.office).acts()) is holds


def test_what_ended_yesterday_gives_nothing(cast):
    cast.send(1, 2, 3)
    phone = Phone(cast.office)
    cast.office.roles_held.update(since=clock.today() - 9 * DAY, until=clock.today() - DAY)
    office = again(cast.office)
    assert office.acts() == frozenset()
    assert not tasks_visible_to(office).exists()
    assert not hazards_visible_to(office).exists()
    assert phone.get("/api/overview").json()["code"] == "not_allowed"
    assert phone.get("/api/enterprises").json()["results"] == []
    assert phone.get("/api/session").json()["streams"] == [f"p:{office.pk}"]
