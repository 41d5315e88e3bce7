"""A checklist as an XLSForm that ODK, Kobo and we ourselves read; reading it again gives the same items."""

from collections.abc import Iterable
from io import BytesIO
from itertools import groupby

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from backend.standards.expressions import Expression, render
from backend.standards.items import Choice, Item, Words
from backend.standards.xlsform import columns
from backend.standards.xlsform.columns import EN, ZH

Cells = dict[str, str]
LABELS = (f"label::{ZH}", f"label::{EN}")
SURVEY = (
    "type", "name", *LABELS, f"hint::{ZH}", f"hint::{EN}", "required", "relevant", "constraint",
    f"constraint_message::{ZH}", f"constraint_message::{EN}", columns.CLAUSES, columns.PHOTO, columns.UNIT, columns.FAILS_WHEN,
)  # fmt: skip
CHOICES = ("list_name", "name", *LABELS, columns.FAILS)
SETTINGS = (
    "form_title", "form_id", "version", "default_language", columns.TITLE_EN, columns.SECTOR, columns.TAG,
)  # fmt: skip
WORDS_OF_VERDICTS = {
    "pass": ("合格", "In order"),
    "fail": ("不合格", "Not in order"),
    "na": ("不涉及", "Not applicable"),
}


def write_form(*, key: str, version: int, title: Words, sector: str, tag: str, items: list[Item]) -> bytes:
    """The .xlsx."""
    book = Workbook()
    survey = book.active
    survey.title = "survey"
    _fill(survey, SURVEY, _survey(items))
    _fill(book.create_sheet("choices"), CHOICES, _choices(items))
    settings = {
        "form_title": title.zh, "form_id": key, "version": str(version), "default_language": ZH, columns.TITLE_EN: title.en,
        columns.SECTOR: sector or columns.EVERY_SECTOR, columns.TAG: tag,
    }  # fmt: skip
    _fill(book.create_sheet("settings"), SETTINGS, [settings])
    packed = BytesIO()
    book.save(packed)
    return packed.getvalue()


def _fill(sheet: Worksheet, headers: tuple[str, ...], rows: Iterable[Cells]) -> None:
    sheet.append(headers)
    for number, row in enumerate(rows, start=2):
        for place, header in enumerate(headers, start=1):
            if text := row.get(header, ""):
                cell = sheet.cell(number, place)
                cell.value = text
                cell.data_type = "s"  # a text that begins with = is no formula


def _survey(items: list[Item]) -> Iterable[Cells]:
    taken = {item.key for item in items}
    for number, (section, inside) in enumerate(groupby(items, key=lambda item: (item.section.zh, item.section.en)), 1):
        rows = [_row(item) for item in inside]
        if not any(section):
            yield from rows
            continue
        name = f"section_{number}"
        while name in taken:
            name += "_"
        yield {"type": "begin group", "name": name} | dict(zip(LABELS, section, strict=True))
        yield from rows
        yield {"type": "end group", "name": name}


def _row(item: Item) -> Cells:
    return {
        "type": _type(item), "name": item.key, "required": "yes" if item.required else "",
        "relevant": _rule(item.relevant), "constraint": _rule(item.constraint), columns.FAILS_WHEN: _rule(item.fails_when),
        columns.CLAUSES: ", ".join(item.clauses), columns.PHOTO: "" if item.photo_when_failed else "no", columns.UNIT: item.unit,
        **_words("label", item.text), **_words("hint", item.hint), **_words("constraint_message", item.constraint_text),
    }  # fmt: skip


def _type(item: Item) -> str:
    match item.kind:
        case "verdict":
            return f"select_one {columns.VERDICT if item.na else columns.VERDICT_OF_TWO}"
        case "choice":
            return f"select_one {_list(item)}"
        case "number":
            return "integer" if item.integer else "decimal"
        case "photo":
            return "image"
    return item.kind


def _list(item: Item) -> str:
    return f"of_{item.key}"


def _rule(node: Expression | None) -> str:
    return render(node) if node is not None else ""


def _words(name: str, words: Words | None) -> Cells:
    return {f"{name}::{ZH}": words.zh, f"{name}::{EN}": words.en} if words else {}


def _choices(items: list[Item]) -> Iterable[Cells]:
    verdicts = {item.na for item in items if item.kind == "verdict"}
    for with_na in sorted(verdicts, reverse=True):
        for key, words in WORDS_OF_VERDICTS.items():
            if with_na or key != "na":
                name = columns.VERDICT if with_na else columns.VERDICT_OF_TWO
                yield {"list_name": name, "name": key} | dict(zip(LABELS, words, strict=True))
    for item in items:
        for choice in item.choices:
            yield _choice(_list(item), choice)


def _choice(name: str, choice: Choice) -> Cells:
    fails = {columns.FAILS: "yes" if choice.fails else ""}
    return {"list_name": name, "name": choice.key} | _words("label", choice.text) | fails
