"""Sectors, judgement standards, candidate clauses; checklists, and publishing them from XLSForm."""

from datetime import date
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from backend.accounts.requests import PersonRequest
from backend.accounts.roles import PUBLISH_CHECKLIST
from backend.foundation import clock
from backend.foundation.access import SIGNED_IN
from backend.foundation.endpoints import Endpoint, documented
from backend.foundation.problems import UNREADABLE
from backend.foundation.shapes import View, answer, body_of
from backend.standards import queries, services
from backend.standards.judging import Proposal, propose
from backend.standards.queries import view_of, views_of
from backend.standards.views import (
    CandidateClause,
    ChecklistView,
    Edition,
    SectorView,
    WholeStandard,
    candidate_view,
    edition_view,
    sector_views,
    standard_view,
)
from backend.standards.xlsform.uploading import FormPreview, draft_of, form_of, preview

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PLACES = {"", "crowded", "flammable", "important", "other"}
OF_A_FORM: dict[str, type] = {"key": str, "title": str, "title_en": str, "sector": str, "tag": str}


class Candidates(View):
    """`items`: for each item that was named, the clauses in force; `proposals`: what these clauses together would make."""

    day: date
    items: dict[str, list[CandidateClause]]
    proposals: list[Proposal]


def _day(request: Request) -> date:
    text = request.query_params.get("day")
    if not text:
        return clock.today()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UNREADABLE.because("day 应为 2023-06-15 这样的日期", field="day") from error


class Sectors(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(list[SectorView], query={"day": str})
    def get(self, request: PersonRequest) -> HttpResponse:
        """All sectors, with the standards that are for them on the day and the checklists of now."""
        day = _day(request)
        return answer(sector_views(queries.standards_for(day), queries.checklists_visible_to(request.user), day))


class Standards(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(list[Edition], query={"day": str, "all": bool, "sector": str, "tag": str, "kind": str})
    def get(self, request: Request) -> HttpResponse:
        """In force on the day, today if none is given; with all=true those of all days."""
        asked, day = request.query_params, _day(request)
        rows = queries.standards_for(
            None if asked.get("all") == "true" else day, sector=asked.get("sector", ""), tag=asked.get("tag", ""),
            kind=asked.get("kind", ""),
        )  # fmt: skip
        return answer([edition_view(row, day) for row in rows])


class OneStandard(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(WholeStandard, name="standard", query={"day": str})
    def get(self, request: Request, standard: UUID) -> HttpResponse:
        return answer(standard_view(queries.get_standard(standard), _day(request)))


class Checklists(Endpoint):
    access = {"GET": SIGNED_IN, "POST": PUBLISH_CHECKLIST}

    @documented(list[ChecklistView])
    def get(self, request: PersonRequest) -> HttpResponse:
        """The current version of each."""
        return answer(views_of(queries.checklists_visible_to(request.user)))

    @documented(ChecklistView, takes_kind=XLSX, status=201, query=OF_A_FORM | {"skip_refused": bool})
    def post(self, request: PersonRequest) -> HttpResponse:
        """Publish an XLSForm as the next version of its checklist."""
        draft = draft_of(body_of(request), request.query_params)
        return answer(view_of(services.publish_next(draft, acting_user=request.user)), 201)


class PreviewForm(Endpoint):
    access = {"POST": PUBLISH_CHECKLIST}

    @documented(FormPreview, takes_kind=XLSX, query=OF_A_FORM)
    def post(self, request: PersonRequest) -> HttpResponse:
        """What publishing this XLSForm would make; nothing is written."""
        return answer(preview(body_of(request), request.query_params, request.user))


class OneChecklist(Endpoint):
    access = {"GET": SIGNED_IN, "PUT": PUBLISH_CHECKLIST}

    @documented(ChecklistView, name="checklist")
    def get(self, request: PersonRequest, checklist: UUID) -> HttpResponse:
        return answer(view_of(queries.checklist_seen_by(request.user, checklist)))

    @documented(ChecklistView, takes_kind=XLSX, query=OF_A_FORM | {"skip_refused": bool})
    def put(self, request: PersonRequest, checklist: UUID) -> HttpResponse:
        """Put this XLSForm in place of a version that nobody has used yet."""
        draft = draft_of(body_of(request), request.query_params)
        return answer(view_of(services.correct(checklist, draft, acting_user=request.user)))


class ChecklistForm(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(kind=XLSX)
    def get(self, request: PersonRequest, checklist: UUID) -> HttpResponse:
        """The checklist as an XLSForm."""
        row = queries.checklist_seen_by(request.user, checklist)
        name = f"{row.key}-{row.version}.xlsx"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(form_of(row), content_type=XLSX, headers=headers)


class CandidateClauses(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(Candidates, query={"items": str, "day": str, "place": str})
    def get(self, request: PersonRequest, checklist: UUID) -> HttpResponse:
        """For failed items, separated by commas: the clauses in force on the day, and what they make together. An officer
        decides."""
        asked, day = request.query_params, _day(request)
        if (place := asked.get("place", "")) not in PLACES:
            raise UNREADABLE.because(f"place 应为 {'、'.join(sorted(PLACES - {''}))}", field="place")
        row = queries.checklist_seen_by(request.user, checklist)
        found = queries.candidates(row, [key for key in asked.get("items", "").split(",") if key], day)
        clauses = [clause for of_item in found.values() for clause in of_item]
        return answer(
            Candidates(
                day=day, items={key: [candidate_view(c) for c in of_item] for key, of_item in found.items()},
                proposals=propose(clauses, place),
            )
        )  # fmt: skip
