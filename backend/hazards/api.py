"""The ledger over REST."""

from uuid import UUID

from django.http import HttpResponse

from backend.accounts.requests import PersonRequest
from backend.foundation.access import SIGNED_IN
from backend.foundation.endpoints import Endpoint, documented
from backend.foundation.pagination import page, uuid_of
from backend.foundation.problems import NOT_FOUND
from backend.foundation.shapes import View, answer
from backend.hazards import queries
from backend.hazards.views import HazardView, hazard_view


class HazardPage(View):
    results: list[HazardView]
    next: str | None


class Hazards(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(
        HazardPage,
        query={"state": str, "level": str, "grid": str, "task": str, "open": bool, "cursor": str, "limit": int},
    )
    def get(self, request: PersonRequest) -> HttpResponse:
        rows, asked = queries.with_all(queries.hazards_visible_to(request.user)), request.query_params
        if asked.get("open"):
            rows = queries.open_hazards(rows)
        for column in ("state", "level"):
            if value := asked.get(column):
                rows = rows.filter(**{column: value})
        for column in ("grid", "task"):
            if value := asked.get(column):
                rows = rows.filter(**{column: uuid_of(value, column)})
        return answer(page(rows, request, hazard_view))


class OneHazard(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(HazardView, name="hazard")
    def get(self, request: PersonRequest, hazard: UUID) -> HttpResponse:
        found = queries.with_all(queries.hazards_visible_to(request.user)).filter(pk=hazard).first()
        if found is None:
            raise NOT_FOUND.because("隐患")
        return answer(hazard_view(found))
