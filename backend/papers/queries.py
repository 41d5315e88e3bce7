"""Reading papers and templates."""

from django.db.models import Prefetch, Q, QuerySet

from backend.accounts.models import User
from backend.papers.kinds import Kind
from backend.papers.models import Paper, PaperFile, PaperSubject, Template
from backend.territory.queries import towns_visible_to
from backend.territory.scopes import scope_of


def with_all(rows: QuerySet[Paper]) -> QuerySet[Paper]:
    subjects = Prefetch("subjects", PaperSubject.objects.order_by("pk"))
    files = Prefetch("files", PaperFile.objects.order_by("pk"))
    return rows.select_related("department", "issued_by").prefetch_related(subjects, files)


def papers_visible_to(user: User) -> QuerySet[Paper]:
    """Own ones and those of the own departments; all of the town for the offices. A trace-back is only for the latter."""
    scope = scope_of(user)
    own = Q(issued_by=user, town__in=towns_visible_to(user).values("code")) | Q(department__in=scope.departments)
    return Paper.objects.filter((own & ~Q(kind=Kind.TRACE)) | scope.within("town", scope.wide))


def orders_about(subjects: list[str]) -> dict[str, str]:
    """Hazard id → number of the last rectification order about it."""
    rows = PaperSubject.objects.filter(subject__in=subjects, paper__kind=Kind.ORDER).order_by("paper_id")
    return {str(subject): number for subject, number in rows.values_list("subject", "paper__number")}


def current_template(town: str, kind: Kind) -> Template | None:
    """The town's own, newest version; None while ours is in use."""
    return Template.objects.filter(town=town, kind=kind).select_related("uploaded_by").order_by("-version").first()
