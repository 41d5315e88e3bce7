"""Reading devices and communication tests, as far as a person may see the people behind them."""

from collections.abc import Iterator
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Count, F, Model, Prefetch, Q, QuerySet

from backend.accounts.models import Device, RoleHeld, User
from backend.accounts.roles import ACTS, OF_ENTERPRISE, SEE_DEVICES, TEST_COMMUNICATION, WIDE, Role
from backend.comms.models import CommunicationTest, Reply, TestSchedule
from backend.dispatch.models import Task
from backend.dispatch.states import OPEN
from backend.foundation import clock
from backend.territory.models import TOWN_PREFIX, Posting
from backend.territory.scopes import NOTHING

Row = TypeVar("Row", bound=Model)
# a sign-in lasts as long: what was not seen since must sign in again, and is listed again then
FORGOTTEN_AFTER_DAYS = 60
ON_PHONES = frozenset({Role.GRID_WORKER, Role.DEPARTMENT_LEAD, Role.ENFORCEMENT_OFFICER, Role.DEPARTMENT_HEAD})


def people_visible_to(user: User) -> QuerySet[User]:
    """For the offices and the administrator everybody with a role below their division. For a department its own people,
    the grid workers of the division, and whoever holds an open task that it sent."""
    seen, departments = NOTHING, []
    for held in _held_with(user, SEE_DEVICES):
        if held.role in WIDE or held.role == Role.ADMINISTRATOR:
            seen |= Q(division__startswith=held.division)
        elif held.department_id:
            seen |= Q(role=Role.GRID_WORKER, division__startswith=held.division) | Q(department=held.department_id)
            departments.append(held.department_id)
    by_role = RoleHeld.objects.current().filter(seen).values("user")
    by_task = Task.objects.filter(dispatch__department__in=departments, state__in=OPEN).values("assignee")
    return User.objects.filter(Q(pk__in=by_role) | Q(pk__in=by_task), is_active=True)


def _held_with(user: User, act: str) -> Iterator[RoleHeld]:
    return (held for held in user.held_today() if act in ACTS[Role(held.role)])


def devices_visible_to(user: User) -> QuerySet[Device]:
    """Devices of the people one may see; one that holds nothing and was not heard of since its sign-in ran out is left out."""
    alive = Q(last_seen_at__gte=clock.days_ago(FORGOTTEN_AFTER_DAYS)) | Q(unsent__gt=0)
    rows = Device.objects.filter(alive, user__in=people_visible_to(user))
    return _with_post(rows.select_related("user"), "user")


def _with_post(rows: QuerySet[Row], path: str) -> QuerySet[Row]:
    """With what post_view needs of the person at `path`, in two queries."""
    postings = Posting.objects.current().select_related("grid").order_by("-main", "pk")
    return rows.prefetch_related(
        Prefetch(f"{path}__roles_held", RoleHeld.objects.current().order_by("pk")),
        Prefetch(f"{path}__postings", postings),
    )


def people_to_test(town: str, *, enterprises: bool) -> QuerySet[User]:
    """Who works with the app on a phone; people of enterprises only if they are asked for."""
    roles = ON_PHONES | (OF_ENTERPRISE if enterprises else frozenset())
    held = RoleHeld.objects.current().filter(role__in=roles, division__startswith=town)
    return User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("pk")


def tests_visible_to(user: User) -> QuerySet[CommunicationTest]:
    """Tests of one's towns in which somebody was tested whom one may see; the counts are of those people."""
    towns = NOTHING
    for held in _held_with(user, SEE_DEVICES):
        towns |= Q(town__startswith=held.division[:TOWN_PREFIX])
    rows = CommunicationTest.objects.filter(towns, replies__user__in=people_visible_to(user))
    received, closes_at = "replies__received_at", F("closes_at")
    return rows.select_related("started_by").annotate(
        people=Count("replies"),
        reached=Count("replies", filter=Q(**{f"{received}__lte": closes_at})),
        late=Count("replies", filter=Q(**{f"{received}__gt": closes_at})),
        confirmed=Count("replies", filter=Q(replies__confirmed_at__isnull=False)),
    )


def replies_visible_to(user: User, test: CommunicationTest) -> QuerySet[Reply]:
    rows = test.replies.filter(user__in=people_visible_to(user))
    return _with_post(rows.select_related("user"), "user")


def open_tests_of(user: User) -> QuerySet[Reply]:
    """Those that may still be answered in time. Answered ones too: the person has yet to confirm."""
    return Reply.objects.filter(user=user, test__closes_at__gt=clock.now()).select_related("test").order_by("pk")


def get_reply(test: UUID, user: User) -> Reply | None:
    """Held until the transaction ends: of two devices that answer at once one is the first."""
    rows = Reply.objects.select_for_update(of=("self",)).select_related("test")
    return rows.filter(test=test, user=user).first()


def schedules_visible_to(user: User) -> QuerySet[TestSchedule]:
    found = NOTHING
    for held in _held_with(user, TEST_COMMUNICATION):
        found |= Q(town__startswith=held.division)
    return TestSchedule.objects.filter(found).select_related("changed_by")


def schedules_owed(now: datetime) -> list[TestSchedule]:
    """Those whose hour of today has come since they were last changed, and which have not been run today."""
    today = clock.day_of(now)
    rows = TestSchedule.objects.filter(active=True, weekday=today.isoweekday()).exclude(tests__day=today)
    return [row for row in rows if row.changed_at <= datetime.combine(today, row.time, clock.ZONE) <= now]
