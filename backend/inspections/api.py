"""Inspections and their images over REST."""

from uuid import UUID

from django.http import HttpResponse

from backend.accounts.requests import PersonRequest
from backend.accounts.roles import ACKNOWLEDGE
from backend.foundation.access import SIGNED_IN
from backend.foundation.endpoints import Endpoint, documented
from backend.foundation.pagination import narrowed, one, page
from backend.foundation.problems import NOT_FOUND
from backend.foundation.shapes import View, answer, read
from backend.inspections import queries, services
from backend.inspections.bodies import NewAcknowledgement, SignedRecord
from backend.inspections.images import served_copy
from backend.inspections.views import InspectionView, inspection_view


class InspectionPage(View):
    results: list[InspectionView]
    next: str | None


class Inspections(Endpoint):
    access = {"GET": SIGNED_IN, "POST": SIGNED_IN}

    @documented(InspectionPage, query={"task": str, "dispatch": str, "enterprise": str, "cursor": str, "limit": int})
    def get(self, request: PersonRequest) -> HttpResponse:
        ids = {"task": "task", "dispatch": "task__dispatch", "enterprise": "enterprise"}
        rows = narrowed(queries.inspections_visible_to(request.user), request, ids=ids)
        return answer(page(queries.with_all(rows), request, inspection_view))

    @documented(InspectionView, takes=SignedRecord, status=201)
    def post(self, request: PersonRequest) -> HttpResponse:
        """The holder of the task submits and signs with the PIN. Without a signal: operation `inspection.submit`."""
        return answer(
            inspection_view(services.submit_signed(read(request, SignedRecord), acting_user=request.user)), 201
        )


class Acknowledgements(Endpoint):
    access = {"POST": ACKNOWLEDGE}

    @documented(InspectionView, takes=NewAcknowledgement, status=201)
    def post(self, request: PersonRequest) -> HttpResponse:
        given = read(request, NewAcknowledgement)
        return answer(inspection_view(services.acknowledge_noted(given, acting_user=request.user)), 201)


class OneInspection(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(InspectionView, name="inspection")
    def get(self, request: PersonRequest, inspection: UUID) -> HttpResponse:
        rows = queries.with_all(queries.inspections_visible_to(request.user))
        return answer(inspection_view(one(rows, inspection, "检查记录")))


class Image(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(kind="image/jpeg")
    def get(self, request: PersonRequest, sha256: str) -> HttpResponse:
        """A re-encoded copy as JPEG; 404 for an image of a record outside one's scope or one that has not arrived."""
        if not queries.may_see_photo(request.user, sha256):
            raise NOT_FOUND.because("照片")
        response = HttpResponse(served_copy(sha256), content_type="image/jpeg")
        response["Cache-Control"] = "private, max-age=31536000, immutable"
        return response
