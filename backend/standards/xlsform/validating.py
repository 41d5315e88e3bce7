"""pyxform's word on a form: what ODK and Kobo would say."""

from io import BytesIO

from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert

from backend.foundation.shapes import View


class Validity(View):
    """`message` is pyxform's own, in English; empty if the form is valid."""

    valid: bool
    message: str
    warnings: list[str]


def validity_of(raw: bytes) -> Validity:
    warnings: list[str] = []
    try:
        convert(BytesIO(raw), warnings=warnings, file_type=".xlsx", form_name="data")
    except PyXFormError as error:
        return Validity(valid=False, message=str(error)[:1000], warnings=[])
    # a form that makes pyxform itself stumble is none that others could read
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, RecursionError) as error:
        return Validity(valid=False, message=f"{type(error).__name__}: {error}"[:1000], warnings=[])
    return Validity(valid=True, message="", warnings=[warning[:300] for warning in warnings[:50]])
