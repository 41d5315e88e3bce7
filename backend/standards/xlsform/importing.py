"""An XLSForm as a checklist: what can be taken, and for each row that cannot, why and what to do."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from backend.enterprises.sectors import SECTORS
from backend.enterprises.tags import tag_keys_of_plan
from backend.foundation.shapes import View
from backend.standards.expressions import Expression, NotUnderstood, in_words_of, parse
from backend.standards.items import Choice, Item, Unsound, Words, faults_of, faults_of_one, unknown_clauses
from backend.standards.xlsform import columns
from backend.standards.xlsform.columns import Language
from backend.standards.xlsform.workbook import Book, Row

YES = {"yes", "true", "true()", "1", "是"}
NOTHING = Words(zh="", en="")


class Refusal(View):
    """Row `row` of `sheet` (as the spreadsheet counts) is not taken, or not wholly; `code` is stable, `why` in Chinese."""

    sheet: str
    row: int
    name: str
    field: str
    code: str
    why: str


class Form(msgspec.Struct, kw_only=True):
    """What a form says. `refused`: rows that are left out; `remarks`: rows that are taken otherwise than written."""

    key: str = ""
    title: Words = NOTHING
    sector: str | None = None
    tag: str = ""
    items: list[Item] = []
    refused: list[Refusal] = []
    remarks: list[Refusal] = []
    unsound: list[Unsound] = []


class _Refused(Exception):
    def __init__(self, field: str, code: str, why: str) -> None:
        super().__init__(why)
        self.field, self.code, self.why = field, code, why


class _Group(msgspec.Struct):
    """`barred`: why nothing in it can be taken."""

    label: Words
    relevant: Expression | None = None
    barred: str = ""


def read_form(book: Book, known_clause: Callable[[str], bool]) -> Form:
    return _Reader(book, known_clause).form


class _Reader:
    def __init__(self, book: Book, known_clause: Callable[[str], bool]) -> None:
        self.form = Form()
        self._known_clause = known_clause
        self._lists = _choice_lists(book["choices"])
        self._groups: list[_Group] = []
        self._verdicts: dict[str, dict[str, str]] = {}
        for row in book["survey"]:
            try:
                self._take(row)
            except _Refused as refused:
                self.form.refused.append(_refusal(row, refused.field, refused.code, refused.why))
        self._settings(book["settings"])
        self.form.unsound = [u for u in faults_of(self.form.items) if not u.key]

    def _take(self, row: Row) -> None:
        kind = " ".join(row.get("type").lower().split())
        match columns.TYPES.get(kind, kind):
            case "begin group":
                self._open(row)
            case "begin repeat":
                self._groups.append(_Group(NOTHING, barred="在重复组里"))
                raise _Refused("type", "type_not_taken", columns.REASONS["begin repeat"])
            case "end group" | "end repeat":
                if not self._groups:
                    raise _Refused("type", "group_not_open", "没有对应的 begin group")
                self._groups.pop()
            case "":
                raise _Refused("type", "type_missing", "没有写题型")
            case known:
                self._add(row, known)

    def _open(self, row: Row) -> None:
        group = _Group(_words(row, "label"))
        self._groups.append(group)
        try:
            group.relevant = self._rule(row, "relevant")
        except _Refused:
            group.barred = "所在分组的条件不能采用"
            raise

    def _add(self, row: Row, kind: str) -> None:
        if barred := next((group.barred for group in self._groups if group.barred), ""):
            raise _Refused("type", "group_not_taken", barred)
        item = self._item(row, self._of_type(row, kind))
        earlier = {taken.key for taken in self.form.items}
        for code, why in faults_of_one(item, earlier):
            raise _Refused("", code, why)
        for unknown in unknown_clauses([item], self._known_clause):
            raise _Refused(columns.CLAUSES, unknown.code, unknown.why)
        self.form.items.append(item)
        self._remark(row, item)

    def _of_type(self, row: Row, kind: str) -> dict[str, Any]:
        """The fields of an item that its type decides."""
        if found := columns.SELECT_ONE.match(kind):
            return self._select(row, found)
        if kind in ("text", "note"):
            return {"kind": kind}
        if kind == "image":
            return {"kind": "photo"}
        if kind in ("integer", "decimal"):
            return {"kind": "number", "integer": kind == "integer", "unit": row.get(columns.UNIT)}
        code, why = columns.reason(kind) or ("type_unknown", f"不认识的题型 {kind}")
        raise _Refused("type", code, why)

    def _select(self, row: Row, found: re.Match[str]) -> dict[str, Any]:
        name, more = found["list"] or found["old"], (found["more"] or found["rest"] or "").strip()
        if more:
            raise _Refused("type", "type_not_taken", f"不支持 {more}，请把“其他”写成一个选项")
        # the type is compared without case, the name of a list is not
        choices = next((rows for list_name, rows in self._lists.items() if list_name.lower() == name), None)
        if not choices:
            raise _Refused("type", "choices_missing", f"choices 里没有 {name}")
        if verdicts := _verdicts(choices):
            self._verdicts[row.get("name")] = verdicts
            return {"kind": "verdict", "na": "na" in verdicts.values()}
        return {"kind": "choice", "choices": [_choice(choice) for choice in choices]}

    def _item(self, row: Row, typed: dict[str, Any]) -> Item:
        for name, why in (("calculation", "没有计算"), ("choice_filter", "没有级联选项")):
            if row.get(name):
                raise _Refused(name, "column_not_taken", f"{why}，请去掉这一列或改写")
        fields = typed | {
            "key": row.get("name"), "text": _words(row, "label"), "section": self._section(), "hint": _words(row, "hint"),
            "clauses": [c for c in re.split(r"[,，\s]+", row.get(columns.CLAUSES)) if c],
            "required": row.get("required").lower() in YES, "constraint": self._rule(row, "constraint"),
            "photo_when_failed": row.get(columns.PHOTO, "").lower() != "no",
            "constraint_text": _words(row, "constraint_message"), "fails_when": self._rule(row, columns.FAILS_WHEN),
            "relevant": self._relevant(row),
        }  # fmt: skip
        for name in ("hint", "constraint_text"):
            fields[name] = None if fields[name] == NOTHING else fields[name]
        try:
            return msgspec.convert(msgspec.to_builtins(fields), Item)
        except msgspec.ValidationError as error:
            raise _Refused(*_in_words(str(error))) from error

    def _section(self) -> Words:
        labels = [group.label for group in self._groups if group.label != NOTHING]
        return Words(zh=" / ".join(one.zh for one in labels), en=" / ".join(one.en for one in labels))

    def _relevant(self, row: Row) -> Expression | None:
        rules = [group.relevant for group in self._groups] + [self._rule(row, "relevant")]
        given = [rule for rule in rules if rule is not None]
        return ["and", *given] if len(given) > 1 else next(iter(given), None)

    def _rule(self, row: Row, name: str) -> Expression | None:
        if not (text := row.get(name)):
            return None
        try:
            rule: Expression = in_words_of(parse(text), self._verdicts)
        except NotUnderstood as error:
            why = f"条件只能用题目、数字、文字的比较和 and、or、not、selected：{error}"
            raise _Refused(name, "rule_not_understood", why) from error
        return rule

    def _remark(self, row: Row, item: Item) -> None:
        if item.kind == "verdict" and set(self._verdicts[item.key]) & {"no", "n"}:
            self._say(row, "type", "no_means_failed", "“否”按不合格处理，会产生隐患")
        for name, why in (("default", "默认值"), ("appearance", "显示样式"), ("readonly", "只读"), ("trigger", "触发")):
            if row.get(name):
                self._say(row, name, "column_left_out", f"不采用{why}")
        if any(language == "other" for _, language in row.cells):
            self._say(row, "label", "language_left_out", "只采用中文和英文")

    def _say(self, row: Row, field: str, code: str, why: str) -> None:
        self.form.remarks.append(_refusal(row, field, code, why))

    def _settings(self, rows: list[Row]) -> None:
        row = rows[0] if rows else Row(0, {})
        form, title = self.form, row.get("form_title")[:120]
        form.key = re.sub(r"[^a-z0-9]+", "-", row.get("form_id").lower()).strip("-")[:60]
        form.title = Words(zh=title, en=row.get(columns.TITLE_EN)[:120] or title)
        if sector := row.get(columns.SECTOR):
            form.sector = "" if sector == columns.EVERY_SECTOR else sector.zfill(2)
            if form.sector and form.sector not in SECTORS:
                form.refused.append(_of_settings(row, columns.SECTOR, "unknown_sector", "没有这个行业领域"))
                form.sector = None
        if (tag := row.get(columns.TAG)) and tag not in tag_keys_of_plan():
            form.refused.append(_of_settings(row, columns.TAG, "unknown_tag", f"没有标签 {tag}"))
        elif tag:
            form.tag = tag


def _refusal(row: Row, field: str, code: str, why: str) -> Refusal:
    return Refusal(sheet="survey", row=row.number, name=row.get("name")[:60], field=field, code=code, why=why)


def _of_settings(row: Row, field: str, code: str, why: str) -> Refusal:
    return Refusal(sheet="settings", row=row.number, name="", field=field, code=code, why=why)


def _words(row: Row, name: str) -> Words:
    """In both languages; a form that has only one says the same in both."""
    order: dict[str, tuple[Language, ...]] = {"zh": ("zh", "", "en", "other"), "en": ("en", "", "zh", "other")}
    said = {to: next((t for language in by if (t := row.get(name, language))), "") for to, by in order.items()}
    return Words(**said)


def _choice_lists(rows: Iterable[Row]) -> dict[str, list[Row]]:
    lists: dict[str, list[Row]] = {}
    for row in rows:
        lists.setdefault(row.get("list_name"), []).append(row)
    return lists


def _verdicts(choices: list[Row]) -> dict[str, str]:
    """Answer → verdict, if the list is one of yes, no and perhaps not applicable; else empty."""
    names = [choice.get("name") for choice in choices]
    if len(names) not in (2, 3) or any(name.lower() not in columns.VERDICTS for name in names):
        return {}
    found = {name: columns.VERDICTS[name.lower()] for name in names}
    return found if len(set(found.values())) == len(names) and {"pass", "fail"} <= set(found.values()) else {}


def _choice(row: Row) -> dict[str, Any]:
    fails = row.get(columns.FAILS).lower() in YES
    try:
        made = Choice(key=row.get("name"), text=_words(row, "label"), fails=fails)
        plain: dict[str, Any] = msgspec.to_builtins(msgspec.convert(msgspec.to_builtins(made), Choice))
    except msgspec.ValidationError as error:
        raise _Refused("type", "choice_not_taken", f"choices 第 {row.number} 行的名称或文字不能用") from error
    return plain


def _in_words(error: str) -> tuple[str, str, str]:
    field = (re.search(r"`\$\.(\w+)", error) or ["", ""])[1]
    if field == "key":
        return "name", "name_not_taken", "name 要以字母开头，只用字母、数字、下划线，最多 40 个字符"
    return field, "value_not_taken", "文字太长，或含有不能用的字符"


def unplaced(form: Form) -> Iterator[str]:
    """What a form must still be told before it can be published."""
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,59}", form.key):
        yield "key"
    if not form.title.zh:
        yield "title"
    if form.sector is None:
        yield "sector"
