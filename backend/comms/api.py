"""Devices and communication tests over REST."""

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse

from backend.accounts.requests import PersonRequest
from backend.accounts.roles import SEE_DEVICES, TEST_COMMUNICATION
from backend.comms import queries, services
from backend.comms.permissions import require_may_test
from backend.comms.verdicts import place_of, verdicts_on
from backend.comms.views import (
    DeviceView,
    ScheduleView,
    TestResult,
    TestSummary,
    device_view,
    result_view,
    schedule_view,
    summary_view,
)
from backend.foundation import clock
from backend.foundation.endpoints import Endpoint, documented
from backend.foundation.pagination import one, page, page_in_order
from backend.foundation.shapes import View, answer, read


class DevicePage(View):
    results: list[DeviceView]
    next: str | None


class TestPage(View):
    __test__ = False

    results: list[TestSummary]
    next: str | None


class Schedules(View):
    results: list[ScheduleView]


class People(View):
    people: int


class Devices(Endpoint):
    access = {"GET": SEE_DEVICES}

    @documented(DevicePage, query={"verdict": str, "cursor": str, "limit": int})
    def get(self, request: PersonRequest) -> HttpResponse:
        """Worst first."""
        rows, now, wanted = queries.devices_visible_to(request.user), clock.now(), request.query_params.get("verdict")
        fitting = [row for row in rows if not wanted or wanted in verdicts_on(row, now, settings.VERSION)]
        return answer(page_in_order(fitting, request, lambda row: place_of(row, now, settings.VERSION), device_view))


class CommunicationTests(Endpoint):
    access = {"GET": SEE_DEVICES, "POST": TEST_COMMUNICATION}

    @documented(TestPage, query={"cursor": str, "limit": int})
    def get(self, request: PersonRequest) -> HttpResponse:
        return answer(page(queries.tests_visible_to(request.user), request, summary_view))

    @documented(TestSummary, takes=services.NewTest, status=201)
    def post(self, request: PersonRequest) -> HttpResponse:
        test = services.start_test(read(request, services.NewTest), acting_user=request.user)
        return answer(summary_view(queries.tests_visible_to(request.user).get(pk=test.pk)), 201)


class OneCommunicationTest(Endpoint):
    access = {"GET": SEE_DEVICES}

    @documented(TestResult, name="communication_test")
    def get(self, request: PersonRequest, test: UUID) -> HttpResponse:
        found = one(queries.tests_visible_to(request.user), test, "通信测试")
        return answer(result_view(found, list(queries.replies_visible_to(request.user, found))))


class Testable(Endpoint):
    access = {"GET": TEST_COMMUNICATION}

    @documented(People, query={"town": str, "enterprises": bool})
    def get(self, request: PersonRequest) -> HttpResponse:
        """How many people a test would disturb: asked before it is started."""
        town, asked = request.query_params.get("town", ""), request.query_params.get("enterprises") == "true"
        require_may_test(request.user, town)
        return answer(People(people=queries.people_to_test(town, enterprises=asked).count()))


class CommunicationSchedules(Endpoint):
    access = {"GET": TEST_COMMUNICATION}

    @documented(Schedules)
    def get(self, request: PersonRequest) -> HttpResponse:
        return answer({"results": [schedule_view(row) for row in queries.schedules_visible_to(request.user)]})


class OneSchedule(Endpoint):
    access = {"PUT": TEST_COMMUNICATION}

    @documented(ScheduleView, takes=services.NewSchedule)
    def put(self, request: PersonRequest, schedule: UUID) -> HttpResponse:
        wanted = read(request, services.NewSchedule)
        return answer(schedule_view(services.set_schedule(schedule, wanted, acting_user=request.user)))
