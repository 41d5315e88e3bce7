"""The ledger over REST. An act takes the same body as the operation of a phone, and answers with the hazard as it is then."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse

from backend.accounts import roles
from backend.accounts.requests import PersonRequest
from backend.foundation.access import SIGNED_IN
from backend.foundation.endpoints import Endpoint, documented
from backend.foundation.pagination import number_of, one, page
from backend.foundation.shapes import View, answer, read
from backend.hazards import bodies, merging, petitions, queries, reporting_up, services
from backend.hazards.choices import ClauseChoice, Rectifiers, clause_choice, rectifiers
from backend.hazards.exemption import ExemptionView, exemption
from backend.hazards.filters import DOCUMENTED, filtered
from backend.hazards.merging import Double, doubles_of
from backend.hazards.models import Hazard
from backend.hazards.permissions import reads_as_enterprise
from backend.hazards.possible import possible
from backend.hazards.views import HazardView, HazardWholeView, hazard_view, whole_view


class HazardPage(View):
    results: list[HazardView]
    next: str | None


class HazardCounts(View):
    """`level` "": not judged yet."""

    total: int
    overdue: int
    state: dict[str, int]
    level: dict[str, int]


class Doubles(View):
    results: list[Double]


class Hazards(Endpoint):
    access = {"GET": SIGNED_IN, "POST": roles.REPORT_HAZARD}

    @documented(HazardPage, query=DOCUMENTED | {"cursor": str, "limit": int})
    def get(self, request: PersonRequest) -> HttpResponse:
        inside = reads_as_enterprise(request.user)
        seen = queries.seen_hazards(request.user)
        rows = queries.with_all(filtered(seen.rows, request, to_enterprise=inside))
        return answer(page(rows, request, lambda row: hazard_view(row, to_enterprise=inside), seen.grounds))

    @documented(HazardView, takes=bodies.NewFinding, status=201)
    def post(self, request: PersonRequest) -> HttpResponse:
        return _done(services.report_found, bodies.NewFinding, request, status=201)


class Counts(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(HazardCounts, query=DOCUMENTED)
    def get(self, request: PersonRequest) -> HttpResponse:
        """Of the same rows as the list with the same query."""
        inside = reads_as_enterprise(request.user)
        rows = filtered(queries.hazards_visible_to(request.user), request, to_enterprise=inside)
        found = queries.counted(rows)
        return answer(HazardCounts(total=found.total, overdue=found.overdue, state=found.state, level=found.level))


class OneHazard(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(HazardWholeView, name="hazard")
    def get(self, request: PersonRequest, hazard: UUID) -> HttpResponse:
        row, inside = _one(request, hazard), reads_as_enterprise(request.user)
        return answer(whole_view(row, may=possible(row, request.user), to_enterprise=inside))


class Exemption(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(ExemptionView)
    def get(self, request: PersonRequest, hazard: UUID) -> HttpResponse:
        """The three conditions, each with what the ledger knows of it. Nothing is decided here."""
        return answer(exemption(_one(request, hazard)))


class SuggestedDoubles(Endpoint):
    access = {"GET": roles.MERGE}

    @documented(Doubles, query={"radius_m": int, "days": int})
    def get(self, request: PersonRequest, hazard: UUID) -> HttpResponse:
        """Open hazards that may be the same, nearest first."""
        asked, usual = request.query_params, merging.Params()
        params = merging.Params(
            radius_m=number_of(asked.get("radius_m", str(usual.radius_m)), "radius_m", most=2000),
            within_days=number_of(asked.get("days", str(usual.within_days)), "days", most=366),
        )
        return answer(Doubles(results=doubles_of(_one(request, hazard), request.user, params)))


class Clauses(Endpoint):
    access = {"GET": roles.JUDGE}

    @documented(ClauseChoice, query={"text": str})
    def get(self, request: PersonRequest, hazard: UUID) -> HttpResponse:
        """By which it may be judged: in force on the day it was found."""
        return answer(clause_choice(_one(request, hazard), request.query_params.get("text", "")))


class PossibleRectifiers(Endpoint):
    access = {"GET": roles.ORDER_RECTIFICATION}

    @documented(Rectifiers)
    def get(self, request: PersonRequest, hazard: UUID) -> HttpResponse:
        return answer(rectifiers(_one(request, hazard)))


class Judgements(Endpoint):
    access = {"POST": roles.JUDGE}

    @documented(HazardView, takes=bodies.Judgement)
    def post(self, request: PersonRequest) -> HttpResponse:
        return _done(services.judge, bodies.Judgement, request)


class Fixes(Endpoint):
    access = {"POST": SIGNED_IN}  # whoever found it, and people of the enterprise

    @documented(HazardView, takes=bodies.Fix)
    def post(self, request: PersonRequest) -> HttpResponse:
        return _done(services.fix_on_the_spot, bodies.Fix, request)


class Plans(Endpoint):
    access = {"POST": roles.PLAN_RECTIFICATION}

    @documented(HazardView, takes=bodies.Elements)
    def post(self, request: PersonRequest) -> HttpResponse:
        return _done(services.plan_rectification, bodies.Elements, request)


class Orders(Endpoint):
    access = {"POST": roles.ORDER_RECTIFICATION}

    @documented(HazardView, takes=bodies.Order)
    def post(self, request: PersonRequest) -> HttpResponse:
        return _done(services.order_rectification, bodies.Order, request)


class RectificationReports(Endpoint):
    access = {"POST": SIGNED_IN}  # whoever was named to rectify it, and people of the enterprise

    @documented(HazardView, takes=bodies.Done)
    def post(self, request: PersonRequest) -> HttpResponse:
        return _done(services.ask_recheck, bodies.Done, request)


class Rechecks(Endpoint):
    access = {"POST": roles.RECHECK}

    @documented(HazardView, takes=bodies.NewRecheck)
    def post(self, request: PersonRequest) -> HttpResponse:
        return _done(services.recheck, bodies.NewRecheck, request)


class Extensions(Endpoint):
    access = {"POST": SIGNED_IN}  # whoever was named to rectify it, and people of the enterprise

    @documented(HazardView, takes=bodies.Extension)
    def post(self, request: PersonRequest) -> HttpResponse:
        return _done(petitions.ask_extension, bodies.Extension, request)


class Cancellations(Endpoint):
    access = {"POST": roles.PROPOSE_CANCELLATION}

    @documented(HazardView, takes=bodies.Cancellation)
    def post(self, request: PersonRequest) -> HttpResponse:
        return _done(petitions.propose_cancellation, bodies.Cancellation, request)


class Decisions(Endpoint):
    access = {"POST": roles.DECIDE}

    @documented(HazardView, takes=bodies.Decision)
    def post(self, request: PersonRequest) -> HttpResponse:
        return _done(petitions.decide, bodies.Decision, request)


class DepartmentReports(Endpoint):
    access = {"POST": roles.REPORT_UP}

    @documented(HazardView, takes=bodies.ReportUp)
    def post(self, request: PersonRequest) -> HttpResponse:
        return _done(reporting_up.report_up, bodies.ReportUp, request)


class Receipts(Endpoint):
    access = {"POST": roles.RECEIVE}

    @documented(HazardView, takes=bodies.Receipt)
    def post(self, request: PersonRequest) -> HttpResponse:
        return _done(reporting_up.receive, bodies.Receipt, request)


class Merges(Endpoint):
    access = {"POST": roles.MERGE}

    @documented(HazardView, takes=bodies.Merge)
    def post(self, request: PersonRequest) -> HttpResponse:
        return _done(merging.merge, bodies.Merge, request)


def _done(act: Callable[..., Hazard], shape: type[Any], request: PersonRequest, *, status: int = 200) -> HttpResponse:
    done = act(read(request, shape), acting_user=request.user)
    return answer(hazard_view(queries.get_hazard(done.pk), to_enterprise=reads_as_enterprise(request.user)), status)


def _one(request: PersonRequest, hazard: UUID) -> Hazard:
    return one(queries.with_all(queries.hazards_visible_to(request.user)), hazard, "隐患")
