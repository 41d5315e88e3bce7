"""What a reader finds in the files: text of DOCX and PDF, rows of XLSX."""

import io
import re
from typing import Any
from uuid import UUID

import pypdfium2
from docx import Document
from openpyxl import load_workbook

from tests.backend.phone import Phone


def content(phone: Phone, paper: dict[str, Any], form: str) -> bytes:
    answered = phone.get(f"/api/papers/{paper['id']}/{form}")
    assert answered.status_code == 200, answered.content
    return bytes(answered.content)


def docx_text(raw: bytes) -> str:
    """Everything that is printed, in order; header and footer last."""
    document = Document(io.BytesIO(raw))
    parts = [document.element.body, document.sections[0].footer._element]
    texts = [node.text or "" for part in parts for node in part.iter() if str(node.tag).endswith(("}t", "}instrText"))]
    return "\n".join(texts)


def docx_pictures(raw: bytes) -> int:
    return len(Document(io.BytesIO(raw)).inline_shapes)


def pdf_text(raw: bytes) -> str:
    """Without the breaks of lines, which are the typesetter's."""
    pages = pypdfium2.PdfDocument(raw)
    return "".join(re.sub(r"\s", "", page.get_textpage().get_text_bounded()) for page in pages)


def pdf_pictures(raw: bytes) -> int:
    images = pypdfium2.raw.FPDF_PAGEOBJ_IMAGE
    return sum(
        1 for page in pypdfium2.PdfDocument(raw) for found in page.get_objects(max_depth=5) if found.type == images
    )


def rows_of(raw: bytes) -> list[list[Any]]:
    return [list(row) for row in load_workbook(io.BytesIO(raw)).active.iter_rows(values_only=True)]


def sheet_of(raw: bytes) -> Any:
    return load_workbook(io.BytesIO(raw)).active


def issue(phone: Phone, kind: str, **asked: Any) -> dict[str, Any]:
    body = {name: [str(one) for one in value] if isinstance(value, list) else value for name, value in asked.items()}
    answered = phone.post(f"/api/papers/{kind}", {n: str(v) if isinstance(v, UUID) else v for n, v in body.items()})
    assert answered.status_code == 201, answered.content
    made: dict[str, Any] = answered.json()
    return made
