"""Reading operations that were not simply applied. `…_visible_to` is the only door."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from backend.accounts.models import RoleHeld, User
from backend.accounts.roles import ACTS, SEE_QUARANTINE, Role
from backend.foundation.pagination import one
from backend.foundation.problems import NOT_FOUND
from backend.sync.models import ContestedOperation, Operation, Status
from backend.territory.scopes import NOTHING

SET_ASIDE = (Status.QUARANTINED, Status.REJECTED, Status.CONFLICT)


def set_aside_visible_to(user: User) -> QuerySet[Operation]:
    """Operations with an act beside them or not in force, of people of the divisions whose quarantine the user may see."""
    seen = Q(status__in=SET_ASIDE) | Q(moves__isnull=False)
    rows = Operation.objects.filter(seen, _sent_within(user)).distinct()
    return rows.select_related("user").prefetch_related("moves")


def contested_visible_to(user: User) -> QuerySet[ContestedOperation]:
    return ContestedOperation.objects.filter(_sent_within(user)).select_related("user")


def one_set_aside(user: User, key: UUID) -> Operation | ContestedOperation:
    """Raises not_found."""
    found = set_aside_visible_to(user).filter(pk=key).first() or contested_visible_to(user).filter(pk=key).first()
    if found is None:
        contested = contested_visible_to(user).filter(op_id=key).exists()
        if not contested:
            raise NOT_FOUND.because("记录")
        # applied as it stands, and asked for because something else came under its id
        return one(Operation.objects.filter(_sent_within(user)).select_related("user"), key, "记录")
    return found


def others_under(user: User, row: Operation | ContestedOperation) -> list[Operation | ContestedOperation]:
    """What else came under the same op_id, as far as the user may see it."""
    first = Operation.objects.filter(_sent_within(user), pk=row.op_id).exclude(pk=row.pk).select_related("user")
    return [*first, *contested_visible_to(user).filter(op_id=row.op_id).exclude(pk=row.pk).order_by("pk")]


def _sent_within(user: User) -> Q:
    """By a person who holds, or once held, a role below the prefixes of those roles that let the user see the quarantine."""
    prefixes = [held.division for held in user.held_today() if SEE_QUARANTINE in ACTS[Role(held.role)]]
    within = NOTHING
    for prefix in prefixes:
        within |= Q(division__startswith=prefix)
    return Q(Exists(RoleHeld.objects.filter(within, user=OuterRef("user"))))
