"""GET /api/enterprises."""

from django.http import HttpResponse

from backend.accounts.requests import PersonRequest
from backend.enterprises.queries import enterprises_visible_to
from backend.enterprises.views import EnterpriseView, enterprise_view
from backend.foundation.access import SIGNED_IN
from backend.foundation.endpoints import Endpoint, documented
from backend.foundation.pagination import narrowed, page
from backend.foundation.shapes import View, answer


class EnterprisePage(View):
    results: list[EnterpriseView]
    next: str | None


class Enterprises(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(EnterprisePage, query={"grid": str, "q": str, "cursor": str, "limit": int})
    def get(self, request: PersonRequest) -> HttpResponse:
        rows = narrowed(enterprises_visible_to(request.user), request, ids={"grid": "grid"})
        if text := request.query_params.get("q"):
            rows = rows.filter(name__icontains=text)
        return answer(page(rows, request, enterprise_view))
