"""GET /api/enterprises."""

from django.http import HttpResponse

from backend.accounts.requests import PersonRequest
from backend.enterprises.queries import enterprises_visible_to
from backend.enterprises.views import EnterpriseView, enterprise_view
from backend.foundation.access import SIGNED_IN
from backend.foundation.endpoints import Endpoint, documented
from backend.foundation.pagination import page, uuid_of
from backend.foundation.shapes import View, answer


class EnterprisePage(View):
    results: list[EnterpriseView]
    next: str | None


class Enterprises(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(EnterprisePage, query={"grid": str, "q": str, "cursor": str, "limit": int})
    def get(self, request: PersonRequest) -> HttpResponse:
        rows, asked = enterprises_visible_to(request.user), request.query_params
        if grid := asked.get("grid"):
            rows = rows.filter(grid=uuid_of(grid, "grid"))
        if text := asked.get("q"):
            rows = rows.filter(name__icontains=text)
        return answer(page(rows, request, enterprise_view))
