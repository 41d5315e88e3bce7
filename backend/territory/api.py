"""GET /api/villages.geojson, /api/grids.geojson: RFC 7946, lon/lat."""

from typing import Any

import msgspec
from django.http import HttpResponse

from backend.accounts.requests import PersonRequest
from backend.accounts.roles import SEE_TERRITORY
from backend.foundation.endpoints import Endpoint, documented
from backend.territory import queries


class Features(msgspec.Struct):
    type: str
    features: list[dict[str, Any]]


def collection(features: list[dict[str, Any]]) -> HttpResponse:
    body = msgspec.json.encode({"type": "FeatureCollection", "features": features})
    return HttpResponse(body, content_type="application/geo+json")


class Villages(Endpoint):
    access = {"GET": SEE_TERRITORY}

    @documented(Features, kind="application/geo+json")
    def get(self, request: PersonRequest) -> HttpResponse:
        return collection([queries.village_feature(v) for v in queries.villages_visible_to(request.user)])


class Grids(Endpoint):
    access = {"GET": SEE_TERRITORY}

    @documented(Features, kind="application/geo+json")
    def get(self, request: PersonRequest) -> HttpResponse:
        shapes = queries.shapes_of(queries.grids_visible_to(request.user))
        return collection([queries.grid_feature(shape) for shape in shapes])
