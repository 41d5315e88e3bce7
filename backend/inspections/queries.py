"""Reading inspections and their photos."""

from django.db.models import Prefetch, Q, QuerySet

from backend.accounts.models import User
from backend.dispatch.kinds import HIDDEN
from backend.dispatch.queries import tasks_visible_to
from backend.dispatch.states import ANSWERED
from backend.hazards.models import HazardPhoto
from backend.hazards.queries import hazards_visible_to
from backend.inspections.models import Answer, Fellow, Inspection, Photo, Signature
from backend.territory.scopes import scope_of


def with_all(rows: QuerySet[Inspection]) -> QuerySet[Inspection]:
    answers = Prefetch("answers", Answer.objects.order_by("pk").prefetch_related("photos"))
    signatures = Prefetch("signatures", Signature.objects.order_by("pk"))
    fellows = Prefetch("fellows", Fellow.objects.select_related("user").order_by("pk"))
    one_each = ("enterprise", "grid", "inspector", "correction", "acknowledgement__user")
    return rows.select_related(*one_each).prefetch_related(answers, signatures, fellows)


def inspections_visible_to(user: User) -> QuerySet[Inspection]:
    """Own ones, also as a fellow; those that answer a task one may see; those of the own enterprise, but none that would tell
    of an unannounced task which is still to be done."""
    rows = Inspection.objects.filter(task__in=tasks_visible_to(user)) | Inspection.objects.filter(inspector=user)
    found = rows | Inspection.objects.filter(pk__in=Fellow.objects.filter(user=user).values("inspection"))
    if enterprises := scope_of(user).enterprises:
        found |= Inspection.objects.filter(Q(enterprise__in=enterprises) & ~still_secret())
    return found


def still_secret() -> Q:
    """A result from a former assignment of an unannounced task that another one has now."""
    return Q(late=True, task__dispatch__kind__in=HIDDEN) & ~Q(task__state__in=ANSWERED)


def may_see_photo(user: User, sha256: str) -> bool:
    """Whether any record that the person may see refers to this image."""
    seen = inspections_visible_to(user)
    return (
        Photo.objects.filter(sha256=sha256, inspection__in=seen).exists()
        or Signature.objects.filter(Q(sha256=sha256) | Q(witness_sha256=sha256), inspection__in=seen).exists()
        or Fellow.objects.filter(sha256=sha256, inspection__in=seen).exists()
        or HazardPhoto.objects.filter(sha256=sha256, hazard__in=hazards_visible_to(user)).exists()
    )
