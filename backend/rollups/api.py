"""GET /api/overview?division=<town code>."""

from django.http import HttpResponse

from backend.accounts.requests import PersonRequest
from backend.accounts.roles import SEE_OVERVIEW
from backend.foundation.endpoints import Endpoint, documented
from backend.foundation.problems import NOT_FOUND
from backend.foundation.shapes import answer
from backend.rollups.overview import Overview, overview
from backend.territory.queries import towns_visible_to


class TownOverview(Endpoint):
    access = {"GET": SEE_OVERVIEW}

    @documented(Overview, query={"division": str})
    def get(self, request: PersonRequest) -> HttpResponse:
        towns = towns_visible_to(request.user).select_related("division")
        wanted = request.query_params.get("division")
        town = (towns.filter(code=wanted) if wanted else towns).first()
        if town is None:
            raise NOT_FOUND.because("镇")
        return answer(overview(request.user, town))
