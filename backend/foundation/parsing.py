"""DRF reads no bodies here: `shapes.read` does, against a shape."""

from typing import Any

from rest_framework.parsers import BaseParser


class Unread(BaseParser):
    """Leaves the body where it is. DRF's own JSON parser would turn deep nesting into a server error."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        return {}
