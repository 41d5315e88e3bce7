"""The words of an XLSForm that we write and read. What is only ours begins with `anwangge_`; other tools pass over it."""

import re
from typing import Literal

ZH, EN = "中文 (zh)", "English (en)"
CLAUSES, PHOTO, UNIT, FAILS_WHEN = (
    "anwangge_clauses",
    "anwangge_photo_when_failed",
    "anwangge_unit",
    "anwangge_fails_when",
)
FAILS, TITLE_EN, SECTOR, TAG = "anwangge_fails", "anwangge_title_en", "anwangge_sector", "anwangge_tag"
EVERY_SECTOR = "*"
VERDICT, VERDICT_OF_TWO = "anwangge_verdict", "anwangge_verdict_of_two"
Language = Literal["", "zh", "en", "other"]

# the answer of a form → our verdict
VERDICTS = {
    "yes": "pass", "y": "pass", "pass": "pass", "no": "fail", "n": "fail", "fail": "fail",
    "na": "na", "n_a": "na", "n-a": "na", "not_applicable": "na",
}  # fmt: skip
TYPES = {
    "string": "text", "text": "text", "int": "integer", "integer": "integer", "decimal": "decimal", "image": "image",
    "photo": "image", "note": "note", "begin group": "begin group", "begin_group": "begin group", "end group": "end group",
    "end_group": "end group", "begin repeat": "begin repeat", "begin_repeat": "begin repeat", "end repeat": "end repeat",
    "end_repeat": "end repeat",
}  # fmt: skip
SELECT_ONE = re.compile(
    r"^select[_ ]one(?:[_ ]from)?[_ ]+(?P<list>\S+)(?P<more>.*)$|^select1[_ ]+(?P<old>\S+)(?P<rest>.*)$"
)
# a phone notes these by itself with every inspection
NOTED_ANYWAY = {
    "start", "end", "today", "deviceid", "username", "phonenumber", "email", "subscriberid", "simserial", "audit",
    "start-geopoint", "device id", "start time", "end time", "get today", "imei",
}  # fmt: skip
REASONS = {
    "select_multiple": "没有多选题，请把每个选项写成一项", "select all that apply": "没有多选题，请把每个选项写成一项",
    "rank": "没有排序题", "date": "没有日期题，可改成文字", "time": "没有时间题，可改成文字",
    "datetime": "没有日期时间题，可改成文字",
    "geopoint": "位置由到场签到记录", "geotrace": "没有画线题", "geoshape": "没有画面题", "barcode": "没有扫码题，可改成文字",
    "audio": "没有录音题", "video": "没有录像题", "file": "没有附件题", "calculate": "没有计算题", "hidden": "没有隐藏题",
    "acknowledge": "没有确认题，可改成 select_one yes_no", "trigger": "没有确认题，可改成 select_one yes_no",
    "range": "没有滑块题，可改成 integer", "begin repeat": "没有重复组，里面的题都不采用", "xml-external": "没有外部数据",
    "select_one_from_file": "没有外部选项表",
}  # fmt: skip

_ALIASES = {
    "relevance": "relevant", "calculate": "calculation", "constraint message": "constraint_message", "read_only": "readonly",
    "jr:constraintmsg": "constraint_message", "list name": "list_name", "id_string": "form_id", "title": "form_title",
    "set form id": "form_id", "set form title": "form_title", "value": "name", "command": "type", "caption": "label",
}  # fmt: skip
_TRANSLATED = re.compile(r"^(label|hint|constraint_message)\s*::?\s*(.+)$")


def column(header: str) -> tuple[str, Language]:
    """`label::English (en)` → ("label", "en"); old spellings (`bind:relevant`) under their present name."""
    name = re.sub(r"^(bind|control|body)::?", "", " ".join(header.split()).lower())
    name = _ALIASES.get(name, name)
    if not (found := _TRANSLATED.match(name)):
        return name, ""
    return found[1], _language(found[2])


def _language(name: str) -> Language:
    if re.search(r"中文|汉语|chinese|^zh|\(zh", name):
        return "zh"
    return "en" if re.search(r"english|英文|^en\b|\(en\b", name) else "other"


def reason(kind: str) -> tuple[str, str] | None:
    """(code, why) for a type that cannot be taken; None for one that can."""
    if kind in NOTED_ANYWAY:
        return "noted_anyway", "系统自己会记录，不用放进检查表"
    for word, why in REASONS.items():
        if kind == word or kind.startswith((f"{word} ", f"{word}_")):
            return "type_not_taken", why
    return None
