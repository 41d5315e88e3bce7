"""What goes over the wire is a msgspec Struct: one definition for REST, events, operations and the OpenAPI schema."""

import json
import re
from typing import Any, TypeVar, cast, get_origin

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse

from backend.foundation.problems import TOO_LARGE, UNREADABLE, Problem

Shape = TypeVar("Shape")
REFERENCE = "#/components/schemas/{name}"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_DOCUMENTED: dict[str, Any] = {}


class View(msgspec.Struct, kw_only=True):
    """What we send. New fields may appear; a reader ignores what it does not know."""


class Body(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What we are sent. An unknown field is an error, because it means that something would be lost."""


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
    return decode(_body(request), shape)


def read_kept(request: HttpRequest, shape: type[Shape]) -> Shape:
    """Like `read`, for what a device sends by itself and nobody can correct there: a character that cannot be stored
    (half an emoji that a length limit cut, NUL) becomes U+FFFD instead of holding the whole record back for ever."""
    raw = _body(request)
    try:
        return decode(raw, shape)
    except Problem:
        try:
            value = _storable(json.loads(raw))
        except (ValueError, RecursionError) as error:
            raise UNREADABLE.because(str(error)[:300]) from error
        return convert(value, shape)


def _storable(value: Any) -> Any:
    match value:
        case str():
            return _UNSTORABLE.sub("\ufffd", value)
        case list():
            return [_storable(item) for item in value]
        case dict():
            return {_storable(key): _storable(item) for key, item in value.items()}
    return value


def _body(request: HttpRequest) -> bytes:
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
