"""Reading inspections and their photos."""

from django.db.models import Prefetch, QuerySet

from backend.accounts.models import User
from backend.dispatch.queries import tasks_visible_to
from backend.hazards.models import HazardPhoto
from backend.hazards.queries import hazards_visible_to
from backend.inspections.models import Answer, Inspection, Photo, Signature


def with_all(rows: QuerySet[Inspection]) -> QuerySet[Inspection]:
    answers = Prefetch("answers", Answer.objects.order_by("pk").prefetch_related("photos"))
    signatures = Prefetch("signatures", Signature.objects.order_by("pk"))
    return rows.select_related("enterprise", "grid", "inspector").prefetch_related(answers, signatures)


def inspections_visible_to(user: User) -> QuerySet[Inspection]:
    """Own ones, and those that answer a task one may see."""
    return Inspection.objects.filter(task__in=tasks_visible_to(user)) | Inspection.objects.filter(inspector=user)


def may_see_photo(user: User, sha256: str) -> bool:
    """Whether any record that the person may see refers to this image."""
    seen = inspections_visible_to(user)
    return (
        Photo.objects.filter(sha256=sha256, inspection__in=seen).exists()
        or Signature.objects.filter(sha256=sha256, inspection__in=seen).exists()
        or HazardPhoto.objects.filter(sha256=sha256, hazard__in=hazards_visible_to(user)).exists()
    )
