"""The OpenAPI schema and its page: readable by anyone, since they say nothing that the source does not."""

from typing import Any

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from backend.foundation.access import PUBLIC, MayCall
from backend.foundation.shapes import document
from backend.journal.events import EVENT_TYPES
from backend.sync.registry import OPERATIONS


class Schema(SpectacularAPIView):
    access = {"GET": PUBLIC}
    permission_classes = [MayCall]


class Docs(SpectacularSwaggerView):
    access = {"GET": PUBLIC}
    permission_classes = [MayCall]


def add_protocol(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The bodies of events and operations belong to the contract too, though no REST address carries them alone."""
    for shape in [*EVENT_TYPES.values(), *{kind.body for kind in OPERATIONS.values()}]:
        document(shape)
    return result
