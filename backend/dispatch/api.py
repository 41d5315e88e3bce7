"""Tasks and dispatches over REST."""

from uuid import UUID

from django.http import HttpResponse

from backend.accounts.requests import PersonRequest
from backend.accounts.roles import COUNTERSIGN, HAND_OVER, RETURN, SEND, SET_REMINDERS, WITHDRAW
from backend.dispatch import queries, reminders, services, steering
from backend.dispatch.kinds import RULES, Goes
from backend.dispatch.models import Task
from backend.dispatch.planning import PlanView, Skipped, Wanted, plan
from backend.dispatch.views import (
    DispatchView,
    ReminderRuleView,
    ReminderView,
    TaskView,
    dispatch_view,
    reminder_rule_view,
    reminder_view,
    task_view,
)
from backend.foundation.access import SIGNED_IN
from backend.foundation.endpoints import Endpoint, documented
from backend.foundation.pagination import narrowed, one, page
from backend.foundation.shapes import View, answer, read


class TaskPage(View):
    results: list[TaskView]
    next: str | None


class DispatchPage(View):
    results: list[DispatchView]
    next: str | None


class Sent(View):
    dispatch: DispatchView
    task_count: int
    skipped: list[Skipped]


class KindView(View):
    """A kind of task: how many must sign its result, whether other departments countersign, whether it is unannounced, and
    whether somebody must be named to do it."""

    kind: str
    label: str
    inspectors: int
    countersigned: bool
    hidden: bool
    named: bool
    roles: list[str]


class ReminderPage(View):
    results: list[ReminderView]
    next: str | None


class RuleList(View):
    results: list[ReminderRuleView]


class TaskKinds(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(list[KindView])
    def get(self, request: PersonRequest) -> HttpResponse:
        return answer(
            [
                KindView(
                    kind=kind, label=str(kind.label), inspectors=rule.inspectors, countersigned=rule.countersigned,
                    hidden=rule.hidden, named=rule.goes is Goes.NAMED, roles=sorted(rule.may),
                )
                for kind, rule in RULES.items()
            ]
        )  # fmt: skip


class Tasks(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(
        TaskPage,
        query={
            "state": str,
            "kind": str,
            "dispatch": str,
            "assignee": str,
            "grid": str,
            "enterprise": str,
            "cursor": str,
            "limit": int,
        },
    )
    def get(self, request: PersonRequest) -> HttpResponse:
        ids = {name: name for name in ("dispatch", "assignee", "grid", "enterprise")}
        seen = queries.seen_tasks(request.user)
        rows = narrowed(seen.rows, request, words=("state",), ids=ids)
        if kind := request.query_params.get("kind"):
            rows = rows.filter(dispatch__kind=kind)
        return answer(page(queries.with_all(rows), request, task_view, seen.grounds))


class OneTask(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(TaskView, name="task")
    def get(self, request: PersonRequest, task: UUID) -> HttpResponse:
        return answer(task_view(one(queries.with_all(queries.tasks_visible_to(request.user)), task, "任务")))


class Dispatches(Endpoint):
    access = {"GET": SIGNED_IN, "POST": SEND}

    @documented(DispatchPage, query={"cursor": str, "limit": int})
    def get(self, request: PersonRequest) -> HttpResponse:
        return answer(page(queries.dispatches_visible_to(request.user), request, dispatch_view))

    @documented(Sent, takes=services.NewDispatch, status=201)
    def post(self, request: PersonRequest) -> HttpResponse:
        sent = services.send(read(request, services.NewDispatch), acting_user=request.user)
        fresh = queries.dispatches_visible_to(request.user).get(pk=sent.pk)
        return answer(
            {"dispatch": dispatch_view(fresh), "task_count": fresh.tasks.count(), "skipped": fresh.skipped}, 201
        )


class Preview(Endpoint):
    access = {"POST": SEND}

    @documented(PlanView, takes=Wanted)
    def post(self, request: PersonRequest) -> HttpResponse:
        return answer(plan(request.user, read(request, Wanted)).view())


def _as_it_is(task: Task) -> HttpResponse:
    return answer(task_view(queries.get_task(task.pk)))


class HandOver(Endpoint):
    access = {"POST": HAND_OVER}

    @documented(TaskView, takes=steering.NewHolder)
    def post(self, request: PersonRequest, task: UUID) -> HttpResponse:
        order = read(request, steering.NewHolder)
        return _as_it_is(steering.hand_over_task(task, order, acting_user=request.user))


class Withdrawal(Endpoint):
    access = {"POST": WITHDRAW}

    @documented(TaskView, takes=steering.WithReason)
    def post(self, request: PersonRequest, task: UUID) -> HttpResponse:
        return _as_it_is(steering.withdraw(task, read(request, steering.WithReason), acting_user=request.user))


class Returns(Endpoint):
    access = {"POST": RETURN}

    @documented(TaskView, takes=steering.Return)
    def post(self, request: PersonRequest) -> HttpResponse:
        return _as_it_is(steering.return_task(read(request, steering.Return), acting_user=request.user))


class Refusals(Endpoint):
    """Only who holds a task can decline it, whatever their role."""

    access = {"POST": SIGNED_IN}

    @documented(TaskView, takes=steering.Decline)
    def post(self, request: PersonRequest) -> HttpResponse:
        return _as_it_is(steering.decline(read(request, steering.Decline), acting_user=request.user))


class Countersignatures(Endpoint):
    access = {"POST": COUNTERSIGN}

    @documented(TaskView, takes=steering.Countersign)
    def post(self, request: PersonRequest, task: UUID) -> HttpResponse:
        return _as_it_is(steering.countersign(task, read(request, steering.Countersign), acting_user=request.user))


class ReminderRules(Endpoint):
    access = {"GET": SET_REMINDERS}

    @documented(RuleList)
    def get(self, request: PersonRequest) -> HttpResponse:
        reminders.give_usual_rules()
        rules = queries.reminder_rules_visible_to(request.user)
        return answer(RuleList(results=[reminder_rule_view(rule) for rule in rules]))


class OneReminderRule(Endpoint):
    access = {"PUT": SET_REMINDERS}

    @documented(ReminderRuleView, takes=reminders.NewRule)
    def put(self, request: PersonRequest, rule: UUID) -> HttpResponse:
        wanted = read(request, reminders.NewRule)
        return answer(reminder_rule_view(reminders.set_rule(rule, wanted, acting_user=request.user)))


class Reminders(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(ReminderPage, query={"cursor": str, "limit": int})
    def get(self, request: PersonRequest) -> HttpResponse:
        """What the person was reminded of, newest first."""
        return answer(page(queries.reminders_of(request.user), request, reminder_view))
