"""Who is responsible for which sector where, the units without anybody, and tags, over REST."""

from collections import Counter
from datetime import date
from uuid import UUID

from django.http import HttpResponse

from backend.accounts.requests import PersonRequest
from backend.accounts.roles import ASSIGN_SECTORS, SEE_TERRITORY
from backend.enterprises import responsibilities, tagging
from backend.enterprises.models import Responsibility, TownTag
from backend.enterprises.tags import Tag, tags_of_plan
from backend.enterprises.views_of_duty import (
    BlindSpotView,
    ResponsibilityView,
    ResponsibleView,
    TagView,
    blind_spot_view,
    responsibility_view,
    town_tag_view,
)
from backend.foundation import clock
from backend.foundation.endpoints import Endpoint, documented
from backend.foundation.pagination import narrowed, one, page, page_in_order
from backend.foundation.problems import NOT_FOUND, UNREADABLE
from backend.foundation.shapes import View, answer, read
from backend.territory.queries import towns_visible_to


class ResponsibilityPage(View):
    results: list[ResponsibilityView]
    next: str | None


class BlindSpotPage(View):
    """`total` units in all; `by_sector`: sector → units that have nobody for it."""

    results: list[BlindSpotView]
    next: str | None
    total: int
    by_sector: dict[str, int]


class Tags(View):
    results: list[TagView]


class Responsibilities(Endpoint):
    access = {"GET": SEE_TERRITORY, "POST": ASSIGN_SECTORS}

    @documented(
        ResponsibilityPage,
        query={"sector": str, "division": str, "department": str, "day": date, "cursor": str, "limit": int},
    )
    def get(self, request: PersonRequest) -> HttpResponse:
        """The whole table with what has ended; with `day` only what is in force on it."""
        rows = narrowed(
            responsibilities.responsibilities_visible_to(request.user), request, words=("sector", "division"),
            ids={"department": "department"},
        )  # fmt: skip
        if request.query_params.get("day"):
            rows = rows.filter(pk__in=Responsibility.objects.on(_day(request)))
        return answer(page(rows, request, responsibility_view))

    @documented(ResponsibilityView, takes=responsibilities.NewResponsibility, status=201)
    def post(self, request: PersonRequest) -> HttpResponse:
        wanted = read(request, responsibilities.NewResponsibility)
        return answer(responsibility_view(responsibilities.assign(wanted, acting_user=request.user)), 201)


class EndOfOne(Endpoint):
    access = {"POST": ASSIGN_SECTORS}

    @documented(ResponsibilityView, takes=responsibilities.EndOfResponsibility)
    def post(self, request: PersonRequest, responsibility: UUID) -> HttpResponse:
        wanted = read(request, responsibilities.EndOfResponsibility)
        row = one(responsibilities.responsibilities_visible_to(request.user), responsibility, "分工")
        return answer(responsibility_view(responsibilities.end(row, wanted, acting_user=request.user)))


class Responsible(Endpoint):
    access = {"GET": SEE_TERRITORY}

    @documented(ResponsibleView, query={"sector": str, "division": str, "day": date})
    def get(self, request: PersonRequest) -> HttpResponse:
        """Who is responsible for `sector` in `division` (town or village) on `day` (today)."""
        sector, division = (request.query_params.get(name, "") for name in ("sector", "division"))
        day, town = _day(request), division[:9]
        if not towns_visible_to(request.user).filter(pk=town).exists():
            raise NOT_FOUND.because("镇")
        line = responsibilities.in_force_on(day, town).line_for(sector, division)
        found = responsibility_view(line) if line else None
        return answer(ResponsibleView(sector=sector, division=division, day=day, responsibility=found))


class BlindSpots(Endpoint):
    access = {"GET": SEE_TERRITORY}

    @documented(BlindSpotPage, query={"day": date, "cursor": str, "limit": int})
    def get(self, request: PersonRequest) -> HttpResponse:
        """Listed units of which some sector has no department on `day` (today)."""
        found = responsibilities.blind_spots_visible_to(request.user, _day(request))
        shown = page_in_order(found, request, lambda spot: str(spot[0].pk), lambda spot: blind_spot_view(*spot))
        counted = Counter(sector for _, uncovered in found for sector in uncovered)
        return answer(BlindSpotPage(**shown, total=len(found), by_sector=dict(sorted(counted.items()))))


class RegisterTags(Endpoint):
    access = {"GET": SEE_TERRITORY, "POST": ASSIGN_SECTORS}

    @documented(Tags)
    def get(self, request: PersonRequest) -> HttpResponse:
        """Those of the plan, then what one's towns have added."""
        added = TownTag.objects.filter(town__in=towns_visible_to(request.user))
        return answer(Tags(results=[*map(_plan_tag_view, tags_of_plan()), *map(town_tag_view, added)]))

    @documented(TagView, takes=tagging.NewTag, status=201)
    def post(self, request: PersonRequest) -> HttpResponse:
        made = tagging.add_tag(read(request, tagging.NewTag), acting_user=request.user)
        return answer(town_tag_view(made), 201)


def _plan_tag_view(tag: Tag) -> TagView:
    return TagView(id=None, version=1, key=tag.key, zh=tag.zh, en=tag.en, lists=list(tag.lists))


def _day(request: PersonRequest) -> date:
    text = request.query_params.get("day")
    try:
        return date.fromisoformat(text) if text else clock.today()
    except ValueError as error:
        raise UNREADABLE.because("day 应为 2023-06-15 这样的日期", field="day") from error
