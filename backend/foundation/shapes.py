"""What goes over the wire is a msgspec Struct: one definition for REST, events, operations and the OpenAPI schema."""

from datetime import datetime
from typing import Annotated, Any, TypeVar, cast, get_origin

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse

from backend.foundation.problems import TOO_LARGE, UNREADABLE

Shape = TypeVar("Shape")
REFERENCE = "#/components/schemas/{name}"
_DOCUMENTED: dict[str, Any] = {}
# without an offset a moment would be stored as another one than the chain has hashed
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class View(msgspec.Struct, kw_only=True):
    """What we send. New fields may appear; a reader ignores what it does not know."""


class Body(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What we are sent. An unknown field is an error, because it means that something would be lost."""


def require_plausible(*moments: datetime) -> None:
    """For `__post_init__`: a wrong clock is taken as it is, but year 1 or 9999 leaves the calendar with the next offset,
    and every list that holds such a row would fail from then on."""
    if not all(1900 <= moment.year <= 2200 for moment in moments):
        raise ValueError("时间超出范围")


def decode(raw: bytes, shape: type[Shape]) -> Shape:
    """Read JSON into `shape`; Problem unreadable names the field. NUL is refused here: PostgreSQL cannot keep it."""
    if b"\\u0000" in raw or b"\x00" in raw:
        raise UNREADABLE.because("NUL 字符不能保存")
    try:
        return msgspec.json.decode(raw, type=shape)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise UNREADABLE.because(str(error)[:300]) from error


def convert(value: Any, shape: type[Shape]) -> Shape:
    """Builtins that came out of JSON as `shape`; Problem unreadable names the field."""
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise UNREADABLE.because(str(error)[:300]) from error


def read(request: HttpRequest, shape: type[Shape]) -> Shape:
    return decode(body_of(request), shape)


def body_of(request: HttpRequest) -> bytes:
    """Raises too_large."""
    try:
        return request.body
    except RequestDataTooBig as error:
        raise TOO_LARGE.because() from error


def answer(value: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(value), status=status, content_type="application/json")


def plain(value: Any) -> Any:
    """The JSON-able builtins of a shape: what is stored in the journal and hashed."""
    return msgspec.to_builtins(value)


def document(shape: Any) -> dict[str, Any]:
    """The JSON schema of `shape` as a reference, and `shape` noted for the components of the OpenAPI schema."""
    schemas, _ = cast(
        "tuple[list[dict[str, Any]], Any]", msgspec.json.schema_components([shape], ref_template=REFERENCE)
    )
    name = getattr(shape, "__name__", repr(shape)) if get_origin(shape) is None else repr(shape)
    _DOCUMENTED[name] = shape
    return schemas[0]


def add_components(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """drf-spectacular post-processing hook: the components of every documented shape."""
    _, components = msgspec.json.schema_components(list(_DOCUMENTED.values()), ref_template=REFERENCE)
    result.setdefault("components", {}).setdefault("schemas", {}).update(components)
    return result
