"""Files of the register over REST: send, look at the verdicts, carry out, undo, fetch again."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse

from backend.accounts.requests import PersonRequest
from backend.accounts.roles import IMPORT_REGISTER
from backend.enterprises.api import XLSX, attachment
from backend.enterprises.exporting import refused_rows
from backend.enterprises.importing import steps
from backend.enterprises.importing.views import ImportRowView, RegisterImportView, import_view, row_view
from backend.enterprises.models import RegisterImport
from backend.enterprises.permissions import prefixes_of
from backend.foundation import blobs
from backend.foundation.endpoints import Endpoint, documented
from backend.foundation.pagination import number_of, one, page
from backend.foundation.shapes import View, answer, body_of, convert
from backend.foundation.spreadsheets import to_xlsx

BINARY = "application/octet-stream"
ROWS = 200


class ImportPage(View):
    results: list[RegisterImportView]
    next: str | None


class RowPage(View):
    """`next`: the number to ask on `after`."""

    results: list[ImportRowView]
    next: int | None


class Imports(Endpoint):
    access = {"GET": IMPORT_REGISTER, "POST": IMPORT_REGISTER}

    @documented(ImportPage, query={"cursor": str, "limit": int})
    def get(self, request: PersonRequest) -> HttpResponse:
        return answer(page(_mine(request), request, import_view))

    @documented(
        RegisterImportView,
        takes_kind=BINARY,
        status=202,
        query={"id": UUID, "town": str, "file_name": str, "crs": str},
    )
    def post(self, request: PersonRequest) -> HttpResponse:
        """The file as body (XLSX, CSV); it is checked in the background, and nothing is on the register yet. `crs`: of
        positions whose heading does not say: EPSG:4490 (default), another EPSG code, GCJ-02, BD-09."""
        wanted = convert(request.query_params.dict(), steps.NewImport)
        return answer(import_view(steps.take(wanted, body_of(request), acting_user=request.user)), 202)


class OneImport(Endpoint):
    access = {"GET": IMPORT_REGISTER}

    @documented(RegisterImportView, name="register_import")
    def get(self, request: PersonRequest, register_import: UUID) -> HttpResponse:
        return answer(import_view(_found(request, register_import)))


class ImportRows(Endpoint):
    access = {"GET": IMPORT_REGISTER}

    @documented(RowPage, query={"verdict": str, "after": int})
    def get(self, request: PersonRequest, register_import: UUID) -> HttpResponse:
        """Rows in the order of the file, `after` a number, with their verdicts and reasons."""
        rows = _found(request, register_import).rows.all()
        if verdict := request.query_params.get("verdict"):
            rows = rows.filter(verdict=verdict)
        after = number_of(request.query_params.get("after", "0"), "after", most=2**31 - 1)
        found = list(rows.filter(number__gt=after)[: ROWS + 1])
        shown = found[:ROWS]
        return answer(
            RowPage(results=[row_view(r) for r in shown], next=shown[-1].number if len(found) > ROWS else None)
        )


class ImportFile(Endpoint):
    access = {"GET": IMPORT_REGISTER}

    @documented(kind=BINARY, name="register_import_file")
    def get(self, request: PersonRequest, register_import: UUID) -> HttpResponse:
        """The file as it arrived."""
        found = _found(request, register_import)
        with blobs.opened(found.sha256) as file:
            return attachment(file.read(), BINARY, f"{found.pk}.{'xlsx' if found.encoding == 'xlsx' else 'csv'}")


class RefusedRows(Endpoint):
    access = {"GET": IMPORT_REGISTER}

    @documented(kind=XLSX, name="register_import_refused")
    def get(self, request: PersonRequest, register_import: UUID) -> HttpResponse:
        """The refused rows as they arrived, with the reasons beside them: put right, this file can be sent again."""
        found = _found(request, register_import)
        return attachment(to_xlsx(refused_rows(found), "未导入"), XLSX, f"{found.pk}-refused.xlsx")


class CarryOut(Endpoint):
    access = {"POST": IMPORT_REGISTER}

    @documented(RegisterImportView, status=202)
    def post(self, request: PersonRequest, register_import: UUID) -> HttpResponse:
        """The good rows go on the register, in the background; the others stay with their reasons."""
        return answer(import_view(steps.carry_out(_found(request, register_import), acting_user=request.user)), 202)


class Undo(Endpoint):
    access = {"POST": IMPORT_REGISTER}

    @documented(RegisterImportView, status=202)
    def post(self, request: PersonRequest, register_import: UUID) -> HttpResponse:
        """Struck off again, in the background; rows that have got tasks or hazards since are kept, with the reason."""
        return answer(import_view(steps.undo(_found(request, register_import), acting_user=request.user)), 202)


def _mine(request: PersonRequest) -> QuerySet[RegisterImport]:
    return steps.imports_of(prefixes_of(request.user, IMPORT_REGISTER))


def _found(request: PersonRequest, key: UUID) -> RegisterImport:
    return one(_mine(request), key, "导入")
