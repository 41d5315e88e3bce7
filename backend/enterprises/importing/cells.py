"""One cell as an office wrote it → the value it means. What cannot be told raises CellFault with why and what to do."""

import re
import unicodedata
from datetime import date, datetime, timedelta

from backend.enterprises import credit_code
from backend.foundation.spreadsheets import Cell

_UNSEEN = re.compile("[\u200b-\u200f\u2028-\u202e\u2060\ufeff\x00-\x08\x0b-\x1f\x7f]")
_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!")
_PARTS = re.compile(r"[、;；,，/|\s]+")
_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?")
_CHINESE_DATE = re.compile(
    r"([〇零○一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日?"
)
# ordinary width makes two ′ of one ″
_DMS = re.compile(
    r"[东北EN]?(?:经|纬)?:?(\d{1,3})[°度](\d{1,2})['′’分](\d{1,2}(?:\.\d+)?)(?:[\"″”秒]|['′’]{2})?[EN]?", re.IGNORECASE
)
# what a spreadsheet counts days from; it believes that 1900 was a leap year
_DAY_ZERO = date(1899, 12, 30)
_EXCEL_DAYS = range(20_000, 80_000)  # 1954 to 2119: a smaller number is no date, a greater one is 20230615
_PHONES = re.compile(r"1[0-9]{10}|0[0-9]{9,11}|[2-9][0-9]{6,7}|[48]00[0-9]{7}")


class CellFault(Exception):
    def __init__(self, code: str, why: str, todo: str) -> None:
        super().__init__(why)
        self.code, self.why, self.todo = code, why, todo


def text_of(cell: Cell) -> str:
    """A name or an address: as written, without what cannot be seen. Raises for what a spreadsheet failed at."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = " ".join(_UNSEEN.sub("", "" if cell is None else str(cell)).split()).removeprefix("'")
    if text in _ERRORS:
        raise CellFault("cell_error", f"是表格的公式错误 {text}", "把公式改成内容再导入")
    if "\ufffd" in text:
        raise CellFault("broken_characters", "有无法识别的字符", "对照原件重新填写这一格")
    return text


def plain_text_of(cell: Cell) -> str:
    """A code or a number: digits and letters of ordinary width, without spaces."""
    return "".join(unicodedata.normalize("NFKC", text_of(cell)).split())


def parts_of(cell: Cell) -> list[str]:
    """The parts of a cell with a list, each once."""
    parts = _PARTS.split(unicodedata.normalize("NFKC", text_of(cell)))
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))


def uscc_of(cell: Cell) -> str:
    """GB 32100-2015, with its check sign right; blank stays blank."""
    code = plain_text_of(cell).replace("-", "").upper()
    if isinstance(cell, int | float) or re.fullmatch(r"[\d.]+E\+?\d+", code):
        raise CellFault(
            "uscc_lost_digits",
            "统一社会信用代码被表格当成了数字，末几位已经丢失",
            "把这一列设为文本，对照营业执照重新填写",
        )
    if why := credit_code.why_wrong(code) if code else None:
        hint = "15 位的是旧注册号；" if len(code) == 15 else ""
        raise CellFault("uscc_wrong", f"统一社会信用代码{why}", f"{hint}对照营业执照改正；没有代码的留空")
    return code


def phone_of(cell: Cell) -> str:
    number = re.sub(r"[-()（）—–]", "", plain_text_of(cell)).removeprefix("+86")
    if number.startswith("86") and len(number) == 13:
        number = number[2:]
    if number and not _PHONES.fullmatch(number):
        raise CellFault("phone_wrong", f"“{text_of(cell)}”不是一个电话号码", "填一个 11 位手机号，或带区号的座机")
    return number


def count_of(cell: Cell) -> int:
    text = plain_text_of(cell).removesuffix("人").removesuffix("名").replace(",", "")
    if not text:
        return 0
    if not re.fullmatch(r"[0-9]{1,6}(\.0+)?", text):
        raise CellFault("count_wrong", f"“{text_of(cell)}”不是人数", "写一个整数；不知道的留空")
    return int(float(text))


def date_of(cell: Cell) -> date | None:
    """2023-06-15, 2023/6/15, 2023.6.15, 2023年6月15日, 20230615, 二〇二三年六月十五日, or a spreadsheet's own."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = unicodedata.normalize("NFKC", text_of(cell)).strip()
    if not text:
        return None
    try:
        found = _spelt_date(text)
    except ValueError:
        found = None
    if found is None or not 1900 <= found.year <= 2200:
        raise CellFault("date_wrong", f"“{text}”不是日期", "写成 2023-06-15 这样的年月日")
    return found


def _spelt_date(text: str) -> date | None:
    if spelt := _CHINESE_DATE.fullmatch(text):
        year, month, day = spelt.groups()
        return date(int(year.translate(_DIGITS)), _chinese_number(month), _chinese_number(day))
    if text.isascii() and text.isdigit():
        if len(text) == 8:
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
        return _DAY_ZERO + timedelta(days=int(text)) if len(text) == 5 and int(text) in _EXCEL_DAYS else None
    written = _DATE.fullmatch(text.replace(" 年", "年"))
    return date(*map(int, written.groups())) if written else None


def _chinese_number(text: str) -> int:
    """一 to 三十一."""
    tens, ten, ones = text.rpartition("十")
    digit = int(ones.translate(_DIGITS)) if ones else 0
    return digit if not ten else 10 * (int(tens.translate(_DIGITS)) if tens else 1) + digit


def coordinate_of(cell: Cell) -> float | None:
    """Degrees, as a decimal or as 112°28′35.8″; metres where the file's coordinate system has them."""
    text = plain_text_of(cell).rstrip("°度")
    if not text:
        return None
    if parts := _DMS.fullmatch(text):
        degrees, minutes, seconds = parts.groups()
        return int(degrees) + int(minutes) / 60 + float(seconds) / 3600
    number = re.sub(r"^[东北]?[经纬]?[EN]?:?|[EN]$", "", text, flags=re.IGNORECASE)
    if not re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,16})?", number):
        raise CellFault("position_unreadable", f"“{text_of(cell)}”不是经纬度", "写小数，例如 112.476612")
    return float(number)
