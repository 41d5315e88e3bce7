"""A template and the facts of a paper: the DOCX as it is issued."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from PIL import Image

from backend.foundation import blobs
from backend.foundation.problems import NOT_FOUND, Problem
from backend.inspections.images import served_copy
from backend.papers.checking import environment
from backend.papers.kinds import Kind
from backend.papers.queries import current_template

FORMS = Path(__file__).parent / "forms"
LONGEST_SIDE = 1000
# XML knows no other control characters, and a person may have pasted one
_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


@dataclass(frozen=True)
class ImageOf:
    """An image of the paper by its content; printed `width_mm` wide."""

    sha256: str
    width_mm: int


@dataclass
class Filled:
    docx: bytes
    not_arrived: list[str] = field(default_factory=list)


def template_of(town: str, kind: Kind) -> bytes:
    """The town's own template, else ours."""
    own = current_template(town, kind)
    if own is None:
        return shipped(kind)
    with blobs.opened(own.sha256) as file:
        return bytes(file.read())


@cache
def shipped(kind: Kind) -> bytes:
    return (FORMS / f"{kind}.docx").read_bytes()


def fill(template: bytes, facts: Mapping[str, Any]) -> Filled:
    """`facts`: fields as in fields.py; None is an empty field, `ImageOf` a picture. Images that are not here are named in
    the paper and in `not_arrived`."""
    document = DocxTemplate(io.BytesIO(template))
    filled = Filled(b"")
    document.render(_printable(facts, document, filled), environment(), autoescape=True)
    written = io.BytesIO()
    document.save(written)
    filled.docx = written.getvalue()
    return filled


def _printable(value: Any, document: DocxTemplate, filled: Filled) -> Any:
    if isinstance(value, Mapping):
        return {name: _printable(one, document, filled) for name, one in value.items()}
    if isinstance(value, list):
        return [_printable(one, document, filled) for one in value]
    if isinstance(value, ImageOf):
        return _picture(value, document, filled)
    return _UNPRINTABLE.sub("", "" if value is None else str(value))


def _picture(image: ImageOf, document: DocxTemplate, filled: Filled) -> Any:
    try:
        encoded = _small(served_copy(image.sha256))
    except Problem as problem:
        here = problem.kind is not NOT_FOUND
        if not here:
            filled.not_arrived.append(image.sha256)
        return f"（图片{'无法显示' if here else '尚未上传'}，SHA-256 {image.sha256[:16]}…）"
    return InlineImage(document, io.BytesIO(encoded), width=Mm(image.width_mm))


def _small(jpeg: bytes) -> bytes:
    with Image.open(io.BytesIO(jpeg)) as picture:
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        written = io.BytesIO()
        picture.save(written, "JPEG", quality=82)
    return written.getvalue()
