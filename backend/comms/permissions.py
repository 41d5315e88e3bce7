"""Who may test a town."""

from backend.accounts.models import User
from backend.accounts.roles import ACTS, TEST_COMMUNICATION, Role
from backend.foundation.problems import NOT_FOUND
from backend.territory.models import Town


def require_may_test(user: User, town: str) -> None:
    """A town outside the division for which the person holds the act does not exist for them: not_found."""
    prefixes = tuple(h.division for h in user.held_today() if TEST_COMMUNICATION in ACTS[Role(h.role)])
    if not (prefixes and town.startswith(prefixes) and Town.objects.filter(pk=town).exists()):
        raise NOT_FOUND.because("镇")
