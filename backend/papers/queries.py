"""Reading papers and templates."""

from django.db.models import Prefetch, Q, QuerySet

from backend.accounts.models import User
from backend.inspections.models import Inspection
from backend.inspections.queries import still_secret
from backend.papers.kinds import WHOLE, Kind
from backend.papers.models import Paper, PaperFile, PaperSubject, Template
from backend.territory.queries import towns_visible_to
from backend.territory.scopes import scope_of


def with_all(rows: QuerySet[Paper]) -> QuerySet[Paper]:
    subjects = Prefetch("subjects", PaperSubject.objects.order_by("pk"))
    files = Prefetch("files", PaperFile.objects.order_by("pk"))
    return rows.select_related("department", "issued_by").prefetch_related(subjects, files)


def papers_visible_to(user: User) -> QuerySet[Paper]:
    """Own ones and those of the own departments; all of the town for the offices. A trace-back is only for the latter.

    Who also holds a post at an enterprise reads of ledgers and trace-backs only those made for them: others name tips and
    unannounced tasks; and no record of an unannounced task of that enterprise which is still to be done."""
    scope = scope_of(user)
    own = Q(issued_by=user, town__in=towns_visible_to(user).values("code")) | Q(department__in=scope.departments)
    found = Paper.objects.filter((own & ~Q(kind=Kind.TRACE)) | scope.within("town", scope.wide))
    if not scope.enterprises:
        return found
    secret = Inspection.objects.filter(still_secret(), enterprise__in=scope.enterprises).values("pk")
    of_secrets = PaperSubject.objects.filter(subject__in=secret).values("paper")
    return found.filter(~Q(kind__in=WHOLE) | Q(issued_by=user)).exclude(pk__in=of_secrets)


def orders_about(subjects: list[str]) -> dict[str, str]:
    """Hazard id → number of the last rectification order about it."""
    rows = PaperSubject.objects.filter(subject__in=subjects, paper__kind=Kind.ORDER).order_by("paper_id")
    return {str(subject): number for subject, number in rows.values_list("subject", "paper__number")}


def records_about(inspection: str) -> list[str]:
    """Numbers of the papers that were issued of a record, the oldest first."""
    rows = PaperSubject.objects.filter(subject=inspection, paper__kind=Kind.RECORD).order_by("paper_id")
    return list(rows.values_list("paper__number", flat=True))


def current_template(town: str, kind: Kind) -> Template | None:
    """The town's own, newest version; None while ours is in use."""
    return Template.objects.filter(town=town, kind=kind).select_related("uploaded_by").order_by("-version").first()
