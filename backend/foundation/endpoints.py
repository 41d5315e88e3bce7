"""An endpoint says, for each of its methods, who may call it. What it does not name is refused."""

from collections.abc import Callable
from errno import EDQUOT, EFBIG, ENOSPC
from typing import Any, ClassVar, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpResponse, JsonResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions
from rest_framework.views import APIView

from backend.foundation import problems
from backend.foundation.access import MayCall
from backend.foundation.problems import Problem
from backend.foundation.shapes import document

# SQLite and PostgreSQL; a write that fails for want of room can also be called an I/O error
FULL = ("full", "No space", "disk I/O error")
Method = TypeVar("Method", bound=Callable[..., Any])


class Endpoint(APIView):
    access: ClassVar[dict[str, str]] = {}
    permission_classes = [MayCall]


def documented(
    answers: Any = None,
    *,
    name: str | None = None,
    takes: Any = None,
    status: int = 200,
    query: dict[str, type] | None = None,
) -> Callable[[Method], Method]:
    """The OpenAPI entry of one method, from shapes."""
    content = {(status, "application/json"): document(answers)} if answers is not None else {status: None}
    return extend_schema(
        operation_id=name,
        request={"application/json": document(takes)} if takes is not None else None,
        responses=content,
        parameters=[OpenApiParameter(name, kind, required=False) for name, kind in (query or {}).items()],
    )


def problem_response(problem: Problem) -> HttpResponse:
    return JsonResponse(
        problem.body(),
        status=problem.kind.status,
        content_type="application/problem+json",
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
