"""From an uploaded XLSForm to a draft that can be published; or everything that stands in its way, looked at first."""

from collections.abc import Collection, Mapping

import msgspec

from backend.accounts.models import User
from backend.enterprises.sectors import SECTORS
from backend.enterprises.tags import tag_keys_of_plan
from backend.foundation import clock
from backend.foundation.problems import UNREADABLE
from backend.foundation.shapes import View
from backend.standards.items import Unsound, Words, items_of
from backend.standards.models import Checklist
from backend.standards.permissions import publishing_division
from backend.standards.problems import CHECKLIST_INCOMPLETE, ROWS_REFUSED, XLSFORM_INVALID
from backend.standards.queries import clause_keys, clauses_in_force, next_version
from backend.standards.services import Draft
from backend.standards.views import ItemView, item_view
from backend.standards.xlsform.columns import EVERY_SECTOR
from backend.standards.xlsform.exporting import write_form
from backend.standards.xlsform.importing import Form, Refusal, read_form, unplaced
from backend.standards.xlsform.validating import Validity, validity_of
from backend.standards.xlsform.workbook import read_book


class FormPreview(View):
    """What publishing would make of the form. `ready`: nothing stands in its way;
    `missing`: what must still be said (key, title, sector)."""

    key: str
    title: Words
    sector: str | None
    tag: str
    version: int
    items: list[ItemView]
    refused: list[Refusal]
    remarks: list[Refusal]
    unsound: list[Unsound]
    missing: list[str]
    pyxform: Validity
    ready: bool


def preview(raw: bytes, asked: Mapping[str, str], user: User) -> FormPreview:
    """Nothing is written. Raises not_an_xlsform."""
    form, validity = _read(raw, asked), validity_of(raw)
    missing = list(unplaced(form))
    clauses = clauses_in_force(clock.today(), {key for item in form.items for key in item.clauses})
    return FormPreview(
        key=form.key, title=form.title, sector=form.sector, tag=form.tag, refused=form.refused,
        remarks=form.remarks, unsound=form.unsound, missing=missing, pyxform=validity,
        items=[item_view(item, clauses) for item in form.items],
        version=next_version(form.key, publishing_division(user)),
        ready=validity.valid and not (form.refused or form.unsound or missing),
    )  # fmt: skip


def draft_of(raw: bytes, asked: Mapping[str, str]) -> Draft:
    """`asked`: key, title, title_en, sector (* for every one), tag in place of what the form says; skip_refused=true leaves
    refused rows out.

    Raises not_an_xlsform, xlsform_invalid, rows_refused, checklist_incomplete.
    """
    form, validity = _read(raw, asked), validity_of(raw)
    if not validity.valid:
        raise XLSFORM_INVALID.because(validity.message)
    if form.refused and asked.get("skip_refused") != "true":
        raise ROWS_REFUSED.because(_first(form), refused=msgspec.to_builtins(form.refused))
    missing = list(unplaced(form))
    if form.sector is None or missing or form.unsound:
        reasons = [*missing, *(unsound.why for unsound in form.unsound)]
        raise CHECKLIST_INCOMPLETE.because(
            "、".join(reasons), missing=missing, unsound=msgspec.to_builtins(form.unsound)
        )
    return Draft(key=form.key, title=form.title, sector=form.sector, tag=form.tag, items=form.items)


def form_of(row: Checklist) -> bytes:
    return write_form(
        key=row.key, version=row.version, title=Words(zh=row.title_zh, en=row.title_en), sector=row.sector, tag=row.tag,
        items=items_of(row.items),
    )  # fmt: skip


def _read(raw: bytes, asked: Mapping[str, str]) -> Form:
    form = read_form(read_book(raw), clause_keys().__contains__)
    form.key = asked.get("key") or form.key
    form.title = Words(zh=asked.get("title") or form.title.zh, en=asked.get("title_en") or form.title.en)
    form.tag = _known("tag", asked.get("tag", ""), tag_keys_of_plan()) or form.tag
    if sector := _known("sector", asked.get("sector", ""), {*SECTORS, EVERY_SECTOR}):
        form.sector = "" if sector == EVERY_SECTOR else sector
    if max(len(form.title.zh), len(form.title.en)) > 120:
        raise UNREADABLE.because("title 最多 120 个字", field="title")
    return form


def _known(field: str, value: str, among: Collection[str]) -> str:
    if value and value not in among:
        raise UNREADABLE.because(f"{field} 没有 {value[:20]}", field=field)
    return value


def _first(form: Form) -> str:
    row = form.refused[0]
    return f"{row.sheet} 第 {row.row} 行 {row.name}：{row.why}（共 {len(form.refused)} 行）"
