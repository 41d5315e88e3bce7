"""An endpoint says, for each of its methods, who may call it. What it does not name is refused."""

import logging
from collections.abc import Callable
from errno import EDQUOT, EFBIG, ENOSPC
from typing import Any, ClassVar, TypeVar

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, OperationalError
from django.http import Http404, HttpResponse, JsonResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.views import APIView

from backend.foundation import problems
from backend.foundation.access import MayCall
from backend.foundation.problems import Problem
from backend.foundation.shapes import View, document

log = logging.getLogger(__name__)
# SQLite and PostgreSQL; a write that fails for want of room can also be called an I/O error
FULL = ("full", "No space", "disk I/O error")
Method = TypeVar("Method", bound=Callable[..., Any])
JSON, PROBLEM_JSON = "application/json", "application/problem+json"
BYTES = {"type": "string", "format": "binary"}


class ProblemView(View):
    """Every refusal (RFC 9457). `code` stands in the catalogue at /api/problems."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    fields: dict[str, Any] = {}


class AsItIs(BaseContentNegotiation):
    """An address has one form. What a client would rather have read (Accept, ?format=) changes nothing."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class Endpoint(APIView):
    access: ClassVar[dict[str, str]] = {}
    permission_classes = [MayCall]
    content_negotiation_class = AsItIs


def documented(
    answers: Any = None,
    *,
    name: str | None = None,
    takes: Any = None,
    status: int = 200,
    query: dict[str, type] | None = None,
    headers: dict[str, type] | None = None,
    kind: str = JSON,
    takes_kind: str = JSON,
) -> Callable[[Method], Method]:
    """The OpenAPI entry of one method, from shapes; `kind`, `takes_kind` are media types, and one that is not JSON has bytes
    in place of a shape. Every other answer is a problem."""
    asked = [OpenApiParameter(n, of, required=False) for n, of in (query or {}).items()]
    asked += [OpenApiParameter(n, of, location="header", required=True) for n, of in (headers or {}).items()]
    return extend_schema(
        operation_id=name,
        request=_content(takes, takes_kind) or None,
        responses={(status, one): shape for one, shape in _content(answers, kind).items()}
        | ({} if _content(answers, kind) else {status: None})
        | {("default", PROBLEM_JSON): document(ProblemView)},
        parameters=asked,
    )


def _content(shape: Any, kind: str) -> dict[str, Any]:
    if shape is not None:
        return {kind: document(shape)}
    return {} if kind == JSON else {kind: BYTES}


def problem_response(problem: Problem) -> HttpResponse:
    return JsonResponse(
        problem.body(),
        status=problem.kind.status,
        content_type=PROBLEM_JSON,
        json_dumps_params={"ensure_ascii": False},
    )


def as_problem(error: Exception) -> Problem | None:
    """The catalogue's word for what the framework or the database raised; None for a bug."""
    match error:
        case Problem():
            return error
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return problems.NOT_SIGNED_IN.because()
        case exceptions.PermissionDenied() if str(error.detail).startswith("CSRF"):
            return problems.CSRF_REFUSED.because()
        case exceptions.PermissionDenied() | PermissionDenied():
            return problems.NOT_ALLOWED.because()
        case exceptions.NotFound() | Http404():
            return problems.NOT_FOUND.because()
        case exceptions.MethodNotAllowed():
            return problems.METHOD_REFUSED.because()
        case exceptions.Throttled():
            return problems.TOO_OFTEN.because(wait_s=getattr(error, "wait", None))
        case exceptions.APIException():
            return problems.UNREADABLE.because(str(error.detail)[:300])
        case RequestDataTooBig():
            return problems.TOO_LARGE.because()
        case SuspiciousOperation():
            return problems.UNREADABLE.because()
        case DataError() | OverflowError() | UnicodeEncodeError():
            # refused by the database or on the way to it: a number, moment or text that no column holds
            log.warning("not storable: %s", type(error).__name__, exc_info=error)
            return problems.UNSTORABLE.because()
        case OperationalError() if any(words in str(error) for words in FULL):
            return problems.NO_SPACE.because()
        case OSError() if error.errno in (ENOSPC, EDQUOT, EFBIG):
            return problems.NO_SPACE.because()
        case OperationalError():
            return problems.BUSY.because()
    return None


def answer_problem(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's exception handler. A bug is not caught here: Django logs it and answers through `failed`."""
    problem = as_problem(error)
    return problem_response(problem) if problem else None
