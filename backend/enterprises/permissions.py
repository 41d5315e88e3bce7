"""Who may change the register of a town, and who hears of it."""

from backend.accounts.models import User
from backend.accounts.roles import ACTS, Role
from backend.enterprises.models import Enterprise
from backend.foundation.problems import NOT_FOUND
from backend.territory.models import Town


def prefixes_of(user: User, act: str) -> tuple[str, ...]:
    """The division prefixes for which the person holds the act."""
    return tuple(h.division for h in user.held_today() if act in ACTS[Role(h.role)])


def require_in_town(user: User, act: str, town: str) -> None:
    """A town outside the divisions for which the person holds the act does not exist for them: not_found."""
    prefixes = prefixes_of(user, act)
    if not (prefixes and town.startswith(prefixes) and Town.objects.filter(pk=town).exists()):
        raise NOT_FOUND.because("镇")


def audience_of(unit: Enterprise) -> list[str]:
    """The phones of its grid, which hold the enterprises they may be sent to."""
    return [f"g:{unit.grid_id}"]


def office_of(town: str) -> list[str]:
    return [f"o:{town}"]
