"""Tasks and dispatches over REST."""

from uuid import UUID

from django.http import HttpResponse

from backend.accounts.requests import PersonRequest
from backend.accounts.roles import SEND
from backend.dispatch import queries, services
from backend.dispatch.planning import PlanView, Skipped, Wanted, plan
from backend.dispatch.views import DispatchView, TaskView, dispatch_view, task_view
from backend.foundation.access import SIGNED_IN
from backend.foundation.endpoints import Endpoint, documented
from backend.foundation.pagination import narrowed, one, page
from backend.foundation.shapes import View, answer, read
from backend.standards.queries import get_checklist


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


class Tasks(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(
        TaskPage,
        query={"state": str, "dispatch": str, "assignee": str, "grid": str, "cursor": str, "limit": int},
    )
    def get(self, request: PersonRequest) -> HttpResponse:
        ids = {name: name for name in ("dispatch", "assignee", "grid")}
        rows = narrowed(queries.tasks_visible_to(request.user), request, words=("state",), ids=ids)
        return answer(page(queries.with_all(rows), request, task_view))


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
        wanted = read(request, Wanted)
        made = plan(request.user, wanted.grid_uids, get_checklist(wanted.checklist_id), wanted.per_grid)
        return answer(made.view())
