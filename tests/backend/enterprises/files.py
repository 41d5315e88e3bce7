"""Made-up register files for the town of the cast: 石桥村 between 110.00 and 110.02 E, 河口村 east of it, 22.00 to 22.01 N."""

import csv
import io
from typing import Any
from uuid import uuid4

from backend.enterprises.importing import steps
from backend.enterprises.models import ImportRow, RegisterImport
from tests.cast import TOWN

HEADINGS = {
    "name": "单位名称", "uscc": "统一社会信用代码", "kind": "单位类型", "sectors": "行业领域", "tags": "高危标签",
    "risk": "风险等级", "village": "所属村", "address": "地址", "lon": "经度", "lat": "纬度", "principal": "主要负责人",
    "principal_phone": "联系电话", "safety_manager": "安全员", "safety_manager_phone": "安全员电话", "workers": "从业人数",
    "department": "主管部门", "opened_on": "成立日期", "park": "所属园区",
}  # fmt: skip
SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def uscc(serial: int) -> str:
    """A code of an enterprise whose last sign fits, worked out as GB 32100-2015 writes it: 31 less the weighted sum."""
    body = f"91900000{serial:09d}"
    weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
    rest = 31 - sum(SIGNS.index(sign) * weight for sign, weight in zip(body, weights, strict=True)) % 31
    return body + SIGNS[rest % 31]


def unit(n: int, **changes: Any) -> dict[str, Any]:
    """A sound row; `changes` spoil or spell it differently."""
    return {
        "name": f"演示单位{n}", "uscc": uscc(n), "kind": "企业", "sectors": "工贸、消防", "tags": "", "risk": "黄",
        "village": "石桥村", "address": f"石桥村{n}号", "lon": "110.0051", "lat": "22.0052", "principal": "演示人",
        "principal_phone": f"1000001{n % 10000:04d}", "safety_manager": "", "safety_manager_phone": "", "workers": "12",
        "department": "应急管理办公室", "opened_on": "2019-03-01", "park": "",
    } | changes  # fmt: skip


def table(rows: list[dict[str, Any]], columns: list[str] | None = None) -> list[list[Any]]:
    columns = columns or list(HEADINGS)
    return [[HEADINGS[c] for c in columns], *([row[c] for c in columns] for row in rows)]


def as_csv(rows: list[list[Any]], encoding: str = "gb18030") -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written).writerows(rows)
    return written.getvalue().encode(encoding)


def checked(content: bytes, *, by: Any = None, crs: str = "EPSG:4490", name: str = "名录.csv") -> RegisterImport:
    """Sent and looked into; nothing is on the register yet."""
    wanted = steps.NewImport(id=uuid4(), town=TOWN, file_name=name, crs=crs)
    return finished(steps.take(wanted, content, acting_user=by))


def imported(content: bytes, **sent: Any) -> RegisterImport:
    return finished(steps.carry_out(checked(content, **sent), acting_user=None))


def finished(found: RegisterImport) -> RegisterImport:
    return steps.finish(found, lambda _: None)


def verdicts(found: RegisterImport) -> list[str]:
    return list(found.rows.order_by("number").values_list("verdict", flat=True))


def only_row(content: bytes, **sent: Any) -> ImportRow:
    return checked(content, **sent).rows.get()


def codes(row: ImportRow) -> list[str]:
    return [fault["code"] for fault in row.faults]
