"""Papers, templates and trace-backs over REST."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.http import HttpResponse

from backend.accounts.models import User
from backend.accounts.requests import PersonRequest
from backend.accounts.roles import EXPORT_LEDGER, ISSUE_PAPERS, REPLACE_TEMPLATES, TRACE_BACK
from backend.foundation import blobs
from backend.foundation.access import SIGNED_IN
from backend.foundation.endpoints import Endpoint, documented
from backend.foundation.pagination import narrowed, one, page
from backend.foundation.problems import NOT_FOUND
from backend.foundation.shapes import Body, View, answer, body_of, read
from backend.papers import queries, services
from backend.papers.drafting import hazards_draft, record_draft
from backend.papers.fields import FIELDS, HAND, REQUIRED
from backend.papers.filling import template_of
from backend.papers.kinds import MEDIA, TEMPLATED, Form, Kind
from backend.papers.ledger.issuing import WantedLedger, issue_ledger
from backend.papers.models import Paper
from backend.papers.problems import WHICH_PAPER, WHICH_TOWN
from backend.papers.tracing import reading
from backend.papers.tracing.views import TracebackView
from backend.papers.tracing.wanted import WantedTraceback
from backend.papers.verifying import PaperVerdict, verify_file, verify_number
from backend.papers.views import PaperView, TemplateView, paper_view, template_view
from backend.territory.models import Town
from backend.territory.queries import towns_visible_to

Written = Annotated[str, msgspec.Meta(max_length=500)]


class NewRecord(Body):
    """`hand`: what the data does not hold, by field; see GET /api/papers/templates for the names."""

    inspection_id: UUID
    hand: dict[str, Written] = {}


class NewAboutHazards(Body):
    """Hazards of one enterprise."""

    hazard_ids: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=100)]
    hand: dict[str, Written] = {}


class NewTracebackPaper(WantedTraceback):
    hand: dict[str, Written] = {}


class PaperPage(View):
    results: list[PaperView]
    next: str | None


class FieldView(View):
    name: str
    meaning: str
    by_hand: bool
    required: bool


class PaperKindView(View):
    """A kind of paper with the fields its template may show. `own`: the town's version; none while ours is in use."""

    kind: str
    title: str
    fields: list[FieldView]
    own: TemplateView | None


class Papers(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(PaperPage, query={"kind": str, "enterprise": str, "subject": str, "cursor": str, "limit": int})
    def get(self, request: PersonRequest) -> HttpResponse:
        ids = {"enterprise": "enterprise", "subject": "subjects__subject"}
        rows = narrowed(queries.papers_visible_to(request.user), request, words=("kind",), ids=ids)
        return answer(page(queries.with_all(rows), request, paper_view))


class OnePaper(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(PaperView, name="paper")
    def get(self, request: PersonRequest, paper: UUID) -> HttpResponse:
        return answer(paper_view(_visible(request.user, paper)))


class XlsxContent(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(kind=MEDIA[Form.XLSX])
    def get(self, request: PersonRequest, paper: UUID) -> HttpResponse:
        return _content(request.user, paper, Form.XLSX)


class DocxContent(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(kind=MEDIA[Form.DOCX])
    def get(self, request: PersonRequest, paper: UUID) -> HttpResponse:
        return _content(request.user, paper, Form.DOCX)


class PdfContent(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(kind=MEDIA[Form.PDF])
    def get(self, request: PersonRequest, paper: UUID) -> HttpResponse:
        return _content(request.user, paper, Form.PDF)


class NewLedgerPaper(Endpoint):
    access = {"POST": EXPORT_LEDGER}

    @documented(PaperView, takes=WantedLedger, status=201)
    def post(self, request: PersonRequest) -> HttpResponse:
        wanted = read(request, WantedLedger)
        return _issued(issue_ledger(wanted, _town(request.user, wanted.town), acting_user=request.user))


class NewRecordPaper(Endpoint):
    access = {"POST": ISSUE_PAPERS}

    @documented(PaperView, takes=NewRecord, status=201)
    def post(self, request: PersonRequest) -> HttpResponse:
        wanted = read(request, NewRecord)
        draft = record_draft(request.user, wanted.inspection_id)
        return _issued(services.issue(draft, wanted.hand, acting_user=request.user))


class NewHazardsPaper(Endpoint):
    access = {"POST": ISSUE_PAPERS}
    kind = Kind.ORDER

    @documented(PaperView, takes=NewAboutHazards, status=201)
    def post(self, request: PersonRequest) -> HttpResponse:
        wanted = read(request, NewAboutHazards)
        draft = hazards_draft(request.user, self.kind, wanted.hazard_ids)
        return _issued(services.issue(draft, wanted.hand, acting_user=request.user))


class NewTracePaper(Endpoint):
    access = {"POST": TRACE_BACK}

    @documented(PaperView, takes=NewTracebackPaper, status=201)
    def post(self, request: PersonRequest) -> HttpResponse:
        wanted = read(request, NewTracebackPaper)
        return _issued(reading.issue_traceback(wanted, wanted.hand, acting_user=request.user))


class Tracebacks(Endpoint):
    access = {"POST": TRACE_BACK}

    @documented(TracebackView, takes=WantedTraceback)
    def post(self, request: PersonRequest) -> HttpResponse:
        """A POST, because asking leaves a trace: every reading is in the journal."""
        return answer(reading.read_traceback(read(request, WantedTraceback), acting_user=request.user))


class Verify(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(PaperVerdict, query={"number": str, "sha256": str})
    def get(self, request: PersonRequest) -> HttpResponse:
        """Of the towns the person sees. Number and hashes, nothing of what the paper says."""
        number, sha256 = (request.query_params.get(name, "") for name in ("number", "sha256"))
        towns = [town.code for town in towns_visible_to(request.user)]
        if not number and not sha256:
            raise WHICH_PAPER.because()
        return answer(verify_file(sha256.lower(), towns) if sha256 else verify_number(number, towns))


class Templates(Endpoint):
    access = {"GET": REPLACE_TEMPLATES}

    @documented(list[PaperKindView], query={"town": str})
    def get(self, request: PersonRequest) -> HttpResponse:
        town = _town(request.user, request.query_params.get("town"))
        return answer([_kind_view(town.code, kind) for kind in TEMPLATED])


class OneTemplate(Endpoint):
    access = {"GET": REPLACE_TEMPLATES, "PUT": REPLACE_TEMPLATES}
    kind = Kind.RECORD

    @documented(kind=MEDIA[Form.DOCX], query={"town": str})
    def get(self, request: PersonRequest) -> HttpResponse:
        """The DOCX in use, to be changed in Word or WPS."""
        town = _town(request.user, request.query_params.get("town"))
        response = HttpResponse(template_of(town.code, self.kind), content_type=MEDIA[Form.DOCX])
        response["Content-Disposition"] = f'attachment; filename="{self.kind.value}.docx"'
        return response

    @documented(TemplateView, takes=None, takes_kind=MEDIA[Form.DOCX], status=201, query={"town": str})
    def put(self, request: PersonRequest) -> HttpResponse:
        town = _town(request.user, request.query_params.get("town"))
        content = body_of(request)
        return answer(
            template_view(services.replace_template(town.code, self.kind, content, acting_user=request.user)), 201
        )


def _content(user: User, paper: UUID, form: Form) -> HttpResponse:
    """The file as it was issued, byte for byte. Fetching a trace-back is reading it, and is in the journal."""
    found = _visible(user, paper)
    file = next((file for file in found.files.all() if file.form == form), None)
    if file is None:
        raise NOT_FOUND.because(f"这份文书没有 {form.value}")
    if found.kind == Kind.TRACE:
        reading.note_fetching(found, acting_user=user)
    with blobs.opened(file.sha256) as stored:
        response = HttpResponse(stored.read(), content_type=MEDIA[form])
    response["Content-Disposition"] = f'attachment; filename="{found.number}.{form.value}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _visible(user: User, paper: UUID) -> Paper:
    return one(queries.with_all(queries.papers_visible_to(user)), paper, "文书")


def _issued(paper: Paper) -> HttpResponse:
    return answer(paper_view(paper), 201)


def _town(user: User, code: str | None) -> Town:
    """The one asked for, or the only one the person sees. Raises not_found, which_town."""
    towns = towns_visible_to(user).select_related("division")
    found = list(towns.filter(pk=code) if code else towns[:2])
    if not found:
        raise NOT_FOUND.because("镇")
    if len(found) > 1:
        raise WHICH_TOWN.because()
    return found[0]


def _kind_view(town: str, kind: Kind) -> PaperKindView:
    own = queries.current_template(town, kind)
    fields = list(_fields(kind, FIELDS[kind]))
    return PaperKindView(kind=kind.value, title=kind.label, fields=fields, own=template_view(own) if own else None)


def _fields(kind: Kind, tree: dict[str, Any], before: str = "") -> list[FieldView]:
    found: list[FieldView] = []
    for name, meaning in tree.items():
        whole, rows = before + name, isinstance(meaning, list)
        required = whole in REQUIRED[kind]
        said = "列表" if rows else str(meaning)
        found.append(FieldView(name=whole, meaning=said, by_hand=name in HAND[kind] and not before, required=required))
        found += _fields(kind, meaning[0], f"{whole}.") if rows else []
    return found
