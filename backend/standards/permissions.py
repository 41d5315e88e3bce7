"""For which division a person may publish checklists."""

from backend.accounts.models import User
from backend.accounts.roles import ACTS, PUBLISH_CHECKLIST, Role
from backend.foundation.problems import NOT_FOUND
from backend.territory.models import Town


def publishing_division(user: User) -> str:
    """The widest division for which the person holds the act. not_found if there is no town in it."""
    held = sorted((h.division for h in user.held_today() if PUBLISH_CHECKLIST in ACTS[Role(h.role)]), key=len)
    if not held or not towns_below(held[0]):
        raise NOT_FOUND.because("镇")
    return held[0]


def towns_below(division: str) -> list[str]:
    return list(Town.objects.filter(code__startswith=division).order_by("code").values_list("code", flat=True))
