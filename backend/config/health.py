"""GET /api/health: is it alive, and do its stores answer. GET /api/problems: the catalogue. GET /api/journal/verify, anchors."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from redis.exceptions import RedisError
from rest_framework.request import Request

from backend.accounts.requests import PersonRequest
from backend.accounts.roles import VERIFY
from backend.foundation.access import PUBLIC
from backend.foundation.endpoints import Endpoint, documented, problem_response
from backend.foundation.problems import CATALOGUE, FAILED, NOT_ALLOWED, NOT_FOUND, UNREADABLE
from backend.foundation.shapes import View, answer
from backend.journal.anchors import AnchorView, last_anchors
from backend.journal.chain import verify_chain
from backend.journal.letters import store
from backend.journal.queries import current_epoch
from backend.journal.signing import public_key
from backend.territory.models import Town
from backend.territory.queries import towns_visible_to


class Health(View):
    status: str
    version: str
    epoch: str
    store: bool
    demo: bool


class ProblemWords(View):
    status: int
    zh: str
    en: str
    fault: str


class ChainVerdict(View):
    town: str
    events: int
    ok: bool
    first_bad: int | None
    head: str
    why: str | None = None


class Anchors(View):
    """With the key that they are signed by today."""

    public_key: str
    anchors: list[AnchorView]


class HealthCheck(Endpoint):
    access = {"GET": PUBLIC}
    authentication_classes = []

    @documented(Health)
    def get(self, request: Request) -> HttpResponse:
        """503 when the database does not answer; a store that is down makes things slower, not wrong."""
        demo = Town.objects.filter(demo=True).exists()
        return answer(
            Health(status="ok", version=settings.VERSION, epoch=current_epoch(), store=_store_answers(), demo=demo)
        )


def _store_answers() -> bool:
    try:
        return bool(store().ping())
    except RedisError:
        return False


class Problems(Endpoint):
    access = {"GET": PUBLIC}
    authentication_classes = []

    @documented(dict[str, ProblemWords])
    def get(self, request: Request) -> HttpResponse:
        return answer(catalogue())


def catalogue() -> dict[str, ProblemWords]:
    return {k.code: ProblemWords(status=k.status, zh=k.zh, en=k.en, fault=k.fault) for k in CATALOGUE.values()}


class VerifyChain(Endpoint):
    access = {"GET": VERIFY}

    @documented(ChainVerdict)
    def get(self, request: PersonRequest) -> HttpResponse:
        town = towns_visible_to(request.user).first()
        if town is None:
            raise NOT_FOUND.because("镇")
        found = verify_chain(town.code)
        return answer(
            ChainVerdict(
                town=found.town, events=found.events, ok=found.ok, first_bad=found.first_bad, head=found.head,
                why=f"{found.why.zh} / {found.why.en}" if found.why else None,
            )
        )  # fmt: skip


class LastAnchors(Endpoint):
    access = {"GET": VERIFY}

    @documented(Anchors)
    def get(self, request: PersonRequest) -> HttpResponse:
        """The last thirty, of the towns the person sees: to be compared with copies kept elsewhere."""
        towns = towns_visible_to(request.user).values_list("code", flat=True)
        return answer(Anchors(public_key=public_key(), anchors=last_anchors(towns)))


def failed(request: HttpRequest) -> HttpResponse:
    """What a bug looks like from outside: the catalogue's words and nothing of the inside."""
    return problem_response(FAILED.because())


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem_response(UNREADABLE.because())


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem_response(NOT_ALLOWED.because())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem_response(NOT_FOUND.because())
