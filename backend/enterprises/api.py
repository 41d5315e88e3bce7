"""The register over REST: reading it, and changing it unit by unit. Duty and files: api_duty, importing/api."""

from uuid import UUID

from django.http import HttpResponse

from backend.accounts.requests import PersonRequest
from backend.accounts.roles import EDIT_REGISTER, EXPORT_REGISTER
from backend.enterprises import services
from backend.enterprises.exporting import register_rows
from backend.enterprises.models import Enterprise
from backend.enterprises.queries import enterprises_visible_to
from backend.enterprises.views import EnterpriseDetail, EnterpriseView, detail_view, enterprise_view
from backend.foundation.access import SIGNED_IN
from backend.foundation.endpoints import Endpoint, documented
from backend.foundation.pagination import narrowed, one, page
from backend.foundation.problems import UNREADABLE
from backend.foundation.shapes import View, answer, read
from backend.foundation.spreadsheets import to_csv, to_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
_ENCODINGS = {"utf-8": "utf-8-sig", "gb18030": "gb18030"}


class EnterprisePage(View):
    results: list[EnterpriseView]
    next: str | None


class Enterprises(Endpoint):
    access = {"GET": SIGNED_IN, "POST": EDIT_REGISTER}

    @documented(
        EnterprisePage,
        query={"grid": str, "park": str, "standing": str, "q": str, "cursor": str, "limit": int},
    )
    def get(self, request: PersonRequest) -> HttpResponse:
        found = enterprises_visible_to(request.user)
        rows = narrowed(found, request, words=("standing",), ids={"grid": "grid", "park": "park"})
        if text := request.query_params.get("q"):
            rows = rows.filter(name__icontains=text)
        return answer(page(rows, request, enterprise_view))

    @documented(EnterpriseView, takes=services.NewEnterprise, status=201)
    def post(self, request: PersonRequest) -> HttpResponse:
        made = services.register(read(request, services.NewEnterprise), acting_user=request.user)
        return answer(enterprise_view(made), 201)


class OneEnterprise(Endpoint):
    access = {"GET": SIGNED_IN, "PUT": EDIT_REGISTER}

    @documented(EnterpriseDetail, name="enterprise")
    def get(self, request: PersonRequest, enterprise: UUID) -> HttpResponse:
        return answer(detail_view(visible(request, enterprise)))

    @documented(EnterpriseDetail, takes=services.EnterpriseEdit)
    def put(self, request: PersonRequest, enterprise: UUID) -> HttpResponse:
        wanted = read(request, services.EnterpriseEdit)
        return answer(detail_view(services.edit(visible(request, enterprise), wanted, acting_user=request.user)))


class StandingOfEnterprise(Endpoint):
    access = {"PUT": EDIT_REGISTER}

    @documented(EnterpriseView, takes=services.NewStanding)
    def put(self, request: PersonRequest, enterprise: UUID) -> HttpResponse:
        wanted = read(request, services.NewStanding)
        changed = services.set_standing(visible(request, enterprise), wanted, acting_user=request.user)
        return answer(enterprise_view(changed))


class OrganisationOfEnterprise(Endpoint):
    access = {"PUT": EDIT_REGISTER}

    @documented(EnterpriseDetail, takes=services.Organisation)
    def put(self, request: PersonRequest, enterprise: UUID) -> HttpResponse:
        wanted = read(request, services.Organisation)
        return answer(detail_view(services.organise(visible(request, enterprise), wanted, acting_user=request.user)))


class RegisterXlsx(Endpoint):
    access = {"GET": EXPORT_REGISTER}

    @documented(kind=XLSX, name="register_xlsx")
    def get(self, request: PersonRequest) -> HttpResponse:
        """What the person sees of the register; the import takes it back unchanged."""
        return attachment(to_xlsx(register_rows(enterprises_visible_to(request.user)), "名录"), XLSX, "register.xlsx")


class RegisterCsv(Endpoint):
    access = {"GET": EXPORT_REGISTER}

    @documented(kind=CSV, name="register_csv", query={"encoding": str})
    def get(self, request: PersonRequest) -> HttpResponse:
        """`encoding`: utf-8 (with its mark, for Excel) or gb18030."""
        asked = request.query_params.get("encoding", "utf-8")
        if asked not in _ENCODINGS:
            raise UNREADABLE.because("encoding 是 utf-8 或 gb18030", field="encoding")
        content = to_csv(register_rows(enterprises_visible_to(request.user)), _ENCODINGS[asked])
        return attachment(content, f"{CSV}; charset={asked}", "register.csv")


def visible(request: PersonRequest, enterprise: UUID) -> Enterprise:
    return one(enterprises_visible_to(request.user).select_related("park"), enterprise, "单位")


def attachment(content: bytes, kind: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=kind, headers=headers)
