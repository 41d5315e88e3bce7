"""GET /api/checklists, /api/checklists/<id>."""

from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from backend.foundation.access import SIGNED_IN
from backend.foundation.endpoints import Endpoint, documented
from backend.foundation.shapes import answer
from backend.standards.queries import get_checklist, view_of, views_of_current
from backend.standards.views import ChecklistView


class Checklists(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(list[ChecklistView])
    def get(self, request: Request) -> HttpResponse:
        return answer(views_of_current())


class OneChecklist(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(ChecklistView, name="checklist")
    def get(self, request: Request, checklist: UUID) -> HttpResponse:
        return answer(view_of(get_checklist(checklist)))
