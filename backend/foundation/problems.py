"""The catalogue of everything that can go wrong in a way a person should read about (RFC 9457).

A problem has a stable code, an HTTP status, words in both languages and a fault: whose move it is now.
Each app declares its own in its `problems.py`; surfaces take the texts from GET /api/problems.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

Fault = Literal["client", "server", "state"]
CATALOGUE: dict[str, "Kind"] = {}


@dataclass(frozen=True)
class Kind:
    code: str
    status: int
    zh: str
    en: str
    fault: Fault

    def because(self, detail: str = "", **fields: Any) -> "Problem":
        return Problem(self, detail, fields)


@dataclass
class Problem(Exception):
    kind: Kind
    detail: str = ""
    fields: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.kind.code}: {self.detail or self.kind.en}"

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "type": f"/api/problems#{self.kind.code}",
            "title": self.kind.zh,
            "status": self.kind.status,
            "code": self.kind.code,
            "detail": self.detail or self.kind.zh,
        }
        return body | ({"fields": self.fields} if self.fields else {})


def declare(code: str, status: int, zh: str, en: str, fault: Fault = "client") -> Kind:
    if code in CATALOGUE:
        raise ValueError(f"problem {code} is declared twice")
    CATALOGUE[code] = Kind(code, status, zh, en, fault)
    return CATALOGUE[code]


NOT_SIGNED_IN = declare("not_signed_in", 401, "请先登录。", "Please sign in.")
NOT_ALLOWED = declare("not_allowed", 403, "您的岗位没有这项权限。", "Your role may not do this.")
NOT_FOUND = declare("not_found", 404, "没有找到，或不在您的范围内。", "Not found, or outside your scope.")
CSRF_REFUSED = declare("csrf_refused", 403, "页面已过期，请刷新后再试。", "The page has expired; reload and try again.")
UNREADABLE = declare("unreadable", 400, "提交的内容无法识别。", "The content could not be read.")
UNSTORABLE = declare(
    "unstorable", 400, "内容里有数据库无法保存的值。", "It holds a value that the database cannot keep."
)
TOO_LARGE = declare("too_large", 413, "提交的内容太大。", "The content is too large.")
ADDRESS_TOO_LONG = declare("address_too_long", 414, "请求的地址太长。", "The address of the request is too long.")
HEADERS_TOO_LARGE = declare("headers_too_large", 431, "请求的头部太大。", "The headers of the request are too large.")
TOO_OFTEN = declare("too_often", 429, "操作太频繁，请稍后再试。", "Too often; please wait a moment.", "state")
METHOD_REFUSED = declare("method_refused", 405, "这个地址不支持此操作。", "This address does not support the method.")
SOMEBODY_WAS_FASTER = declare(
    "somebody_was_faster",
    409,
    "别人刚刚改动过，请查看最新状态。",
    "Somebody changed it first; see the latest state.",
    "state",
)
FAILED = declare("failed", 500, "系统出错，已记录，您的内容没有丢。", "The system failed; it is logged.", "server")
BUSY = declare("busy", 503, "系统繁忙，请稍后自动重试。", "The system is busy; it will be tried again.", "server")
NO_SPACE = declare("no_space", 507, "服务器存储已满，请联系管理员。", "The server's storage is full.", "server")
