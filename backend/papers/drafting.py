"""From what was asked for to a draft: the rows a person may see, and their facts."""

from collections.abc import Sequence
from uuid import UUID

from backend.accounts.models import User
from backend.foundation.pagination import one
from backend.foundation.problems import NOT_FOUND
from backend.hazards.models import Hazard
from backend.hazards.queries import hazards_visible_to
from backend.hazards.queries import with_all as hazards_with_all
from backend.inspections.queries import inspections_visible_to
from backend.inspections.queries import with_all as inspections_with_all
from backend.papers.facts import order, recheck, record
from backend.papers.kinds import Kind
from backend.papers.problems import SUBJECTS_DIFFER
from backend.papers.services import Draft

_FACTS = {Kind.ORDER: order.facts_of, Kind.RECHECK: recheck.facts_of}


def record_draft(user: User, inspection: UUID) -> Draft:
    """Raises not_found for a record outside the person's scope."""
    rows = inspections_with_all(inspections_visible_to(user)).select_related(
        "checklist", "task__dispatch", "enterprise__grid", "enterprise__department", "inspector", "grid", "corrects"
    )
    row = one(rows, inspection, "检查记录")
    return Draft(
        Kind.RECORD, row.task.dispatch.town, record.title_of(row), record.facts_of(row), row.enterprise, (row.pk,)
    )


def hazards_draft(user: User, kind: Kind, hazards: Sequence[UUID]) -> Draft:
    """Raises not_found (one of them is outside the person's scope), subjects_differ, not_ordered, not_rechecked."""
    rows = hazards_with_all(hazards_visible_to(user)).select_related(
        "enterprise__grid",
        "enterprise__department",
        "clause__standard",
        "grid",
        "department",
        "found_by",
        "task__dispatch",
    )
    found: list[Hazard] = list(rows.filter(pk__in=hazards).order_by("number"))
    if missing := set(hazards) - {hazard.pk for hazard in found}:
        raise NOT_FOUND.because("隐患", hazards=sorted(map(str, missing)))
    if len({hazard.enterprise_id for hazard in found}) > 1:
        raise SUBJECTS_DIFFER.because(enterprises=sorted({hazard.enterprise.name for hazard in found}))
    first = found[0]
    subjects = tuple(hazard.pk for hazard in found)
    return Draft(kind, first.town, kind.label, _FACTS[kind](found), first.enterprise, subjects)
