"""Who hears about a hazard, and who may do what with it: the act, held in a role that reaches as far as the hazard."""

from uuid import UUID

from backend.accounts.models import RoleHeld, User
from backend.accounts.roles import (
    ACTS,
    DEPARTMENTAL,
    JUDGE_MAJOR,
    OF_ENTERPRISE,
    RECHECK_MAJOR,
    RECTIFY,
    REPORT_HAZARD,
    Role,
)
from backend.enterprises.models import Enterprise
from backend.foundation.problems import NOT_ALLOWED, NOT_FOUND
from backend.hazards.models import Hazard, Rectification, RectificationReport, Source
from backend.hazards.problems import MAJOR_NEEDS_RIGHT, NOT_RECTIFIER, NOT_YOUR_HAZARD, OWN_RECHECK, SOURCE_NOT_YOURS
from backend.hazards.states import Level
from backend.territory.scopes import scope_of

# whose word it can be that a hazard was found this way; a tip is recorded by an official, and the ledger knows no tipster
SOURCES: dict[Source, frozenset[Role]] = {
    Source.SELF_CHECK: OF_ENTERPRISE,
    Source.DEPARTMENT: DEPARTMENTAL,
    Source.PATROL: frozenset({Role.GRID_WORKER}),
    Source.LEADER: frozenset({Role.TOWN_LEADER, Role.SAFETY_OFFICE, Role.DEPARTMENT_HEAD}),
    Source.EXPERT: DEPARTMENTAL | {Role.EXPERT},
    Source.HANDED_DOWN: frozenset({Role.SAFETY_OFFICE, Role.DEPARTMENT_HEAD, Role.DEPARTMENT_LEAD}),
    Source.TIP: DEPARTMENTAL | {Role.SAFETY_OFFICE},
    Source.ACCIDENT: DEPARTMENTAL | {Role.SAFETY_OFFICE},
}
_MAJOR = frozenset({JUDGE_MAJOR, RECHECK_MAJOR})


def audience_of(hazard: Hazard) -> list[str]:
    """The grid it lies in, the town's operations picture, the department responsible and the one that sent the inspection."""
    return [f"g:{hazard.grid_id}", f"o:{hazard.town}", *(f"d:{department}" for department in departments_of(hazard))]


def departments_of(hazard: Hazard) -> list[UUID]:
    sender = hazard.task.dispatch.department_id if hazard.task else None
    return list(dict.fromkeys(filter(None, (hazard.department_id, sender))))


def require_may(act: str, hazard: Hazard, user: User) -> None:
    """Raises not_allowed (no role of theirs may), major_needs_right, not_your_hazard (their role ends elsewhere)."""
    holding = [held for held in user.held_today() if act in ACTS[Role(held.role)]]
    if not holding:
        raise (MAJOR_NEEDS_RIGHT if act in _MAJOR else NOT_ALLOWED).because(act=act)
    if not any(_reaches(held, hazard, user) for held in holding):
        raise NOT_YOUR_HAZARD.because(act=act)


def _reaches(held: RoleHeld, hazard: Hazard, user: User) -> bool:
    """An enforcement officer of the town enforces for all its departments; everybody else of a department for their own."""
    if held.role in OF_ENTERPRISE:
        return held.enterprise_id == hazard.enterprise_id
    if not hazard.grid.code.startswith(held.division):
        return False
    if held.role == Role.GRID_WORKER:
        return hazard.grid_id in scope_of(user).grids
    if held.role in DEPARTMENTAL - {Role.ENFORCEMENT_OFFICER}:
        return held.department_id in departments_of(hazard)
    return True


def require_department(hazard: Hazard, department: UUID | None, user: User) -> None:
    """That the person belongs to this very department; where there is none, that they see the whole town."""
    for held in user.held_today():
        inside = hazard.grid.code.startswith(held.division)
        if inside and (held.department_id == department if department else held.role == Role.SAFETY_OFFICE):
            return
    raise NOT_YOUR_HAZARD.because(department_id=str(department) if department else None)


def reads_as_enterprise(user: User) -> bool:
    """Who holds a post at an enterprise reads hazards as its people do, whatever else they hold: no tip is told to them.
    Every view, filter, count and paper asks here."""
    return any(held.role in OF_ENTERPRISE for held in user.held_today())


def require_rectifier(hazard: Hazard, user: User) -> None:
    """People of the enterprise, and who was named as rectifier. Raises not_rectifier."""
    named = Rectification.objects.filter(hazard=hazard, rectifier=user).exists()
    if not named and not _of_enterprise(hazard, user):
        raise NOT_RECTIFIER.because()


def require_another_than_rectifier(hazard: Hazard, user: User) -> None:
    """Neither who was ordered to rectify it, nor who ever said that it was done. Raises own_recheck."""
    ordered = Rectification.objects.filter(hazard=hazard).values_list("rectifier", flat=True)
    said_done = RectificationReport.objects.filter(hazard=hazard).values_list("by", flat=True)
    if user.id in {*ordered, *said_done}:
        raise OWN_RECHECK.because()


def enterprise_can_report(hazard: Hazard) -> bool:
    """Whether somebody of the enterprise has an account, and so can say that it is done."""
    own = RoleHeld.objects.current().filter(role__in=OF_ENTERPRISE, enterprise_id=hazard.enterprise_id)
    return own.filter(user__is_active=True).exists()


def require_on_the_spot(hazard: Hazard, user: User) -> None:
    """People of the enterprise, and who found it. Raises not_rectifier."""
    if hazard.found_by_id != user.id and not _of_enterprise(hazard, user):
        raise NOT_RECTIFIER.because()


def _of_enterprise(hazard: Hazard, user: User) -> bool:
    held = [h for h in user.held_today() if RECTIFY in ACTS[Role(h.role)]]
    return any(h.enterprise_id == hazard.enterprise_id for h in held)


def require_may_report(place: Enterprise, source: Source, user: User) -> None:
    """Raises not_allowed, not_found (the place lies beyond all roles of theirs), source_not_yours."""
    holding = [held for held in user.held_today() if REPORT_HAZARD in ACTS[Role(held.role)]]
    if not holding:
        raise NOT_ALLOWED.because(act=REPORT_HAZARD)
    there = [Role(held.role) for held in holding if _reaches_place(held, place, user)]
    if not there:
        raise NOT_FOUND.because("单位")
    if not SOURCES[source].intersection(there):
        raise SOURCE_NOT_YOURS.because(source=source)


def _reaches_place(held: RoleHeld, place: Enterprise, user: User) -> bool:
    if held.role in OF_ENTERPRISE:
        return held.enterprise_id == place.pk
    if held.role == Role.GRID_WORKER:
        return place.grid_id in scope_of(user).grids
    return place.grid.code.startswith(held.division)


def act_on(level: str, general: str, major: str) -> str:
    """The act that is needed for a hazard of this level."""
    return major if level == Level.MAJOR else general
