"""The ledger over REST."""

from uuid import UUID

from django.http import HttpResponse

from backend.accounts.requests import PersonRequest
from backend.foundation.access import SIGNED_IN
from backend.foundation.endpoints import Endpoint, documented
from backend.foundation.pagination import narrowed, one, page
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
        ids = {"grid": "grid", "task": "task"}
        rows = narrowed(queries.hazards_visible_to(request.user), request, words=("state", "level"), ids=ids)
        if request.query_params.get("open"):
            rows = queries.open_hazards(rows)
        return answer(page(queries.with_all(rows), request, hazard_view))


class OneHazard(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(HazardView, name="hazard")
    def get(self, request: PersonRequest, hazard: UUID) -> HttpResponse:
        return answer(hazard_view(one(queries.with_all(queries.hazards_visible_to(request.user)), hazard, "隐患")))
