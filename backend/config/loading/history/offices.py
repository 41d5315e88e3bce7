"""Who does what in the invented past, found by the roles people really hold in the town."""

from __future__ import annotations

from collections import defaultdict
from random import Random
from uuid import UUID

from backend.accounts.models import RoleHeld, User
from backend.accounts.roles import Role
from backend.enterprises.models import Enterprise
from backend.hazards.models import Hazard, Source
from backend.hazards.states import Level


class Offices:
    def __init__(self, town: str, rng: Random) -> None:
        self._rng = rng
        self._by_role: dict[str, list[User]] = defaultdict(list)
        self._by_department: dict[tuple[str, UUID], list[User]] = defaultdict(list)
        self._principals: dict[UUID, User] = {}
        held = RoleHeld.objects.current().filter(division__startswith=town).select_related("user")
        for row in held.order_by("user__phone"):
            self._by_role[row.role].append(row.user)
            if row.department_id:
                self._by_department[row.role, row.department_id].append(row.user)
            if row.role == Role.ENTERPRISE_PRINCIPAL and row.enterprise_id:
                self._principals[row.enterprise_id] = row.user

    @property
    def senders(self) -> list[User]:
        return self._by_role[Role.DEPARTMENT_LEAD] or self._by_role[Role.SAFETY_OFFICE]

    def lead_of(self, department: UUID | None) -> User:
        """The department's lead, else the safety office. Only where there are `senders`."""
        own = self._by_department[Role.DEPARTMENT_LEAD, department] if department else []
        return (own or self._by_role[Role.SAFETY_OFFICE] or self.senders)[0]

    def judge_of(self, hazard: Hazard, level: Level) -> User | None:
        """Who may judge it and order its rectification: the lead of its department, else who enforces in the town, else, for
        a general one, the safety office."""
        return next(iter(self._able(hazard, level, [Role.DEPARTMENT_LEAD, Role.DEPARTMENT_HEAD])), None)

    def rechecker(self, hazard: Hazard, rectifier: User) -> User | None:
        """Who may re-check it: an officer of its department, else of the town, else its lead; never the one who rectified."""
        own = self._by_department[Role.ENFORCEMENT_OFFICER, hazard.department_id] if hazard.department_id else []
        able = (
            own
            or self._by_role[Role.ENFORCEMENT_OFFICER]
            or self._able(hazard, Level(hazard.level), [Role.DEPARTMENT_LEAD])
        )
        others = [user for user in able if user.pk != rectifier.pk]
        return self._rng.choice(others) if others else None

    def _able(self, hazard: Hazard, level: Level, roles: list[Role]) -> list[User]:
        department = hazard.department_id
        own = [user for role in roles if department for user in self._by_department[role, department]]
        office = self._by_role[Role.SAFETY_OFFICE] if level == Level.GENERAL else []
        return own + self._by_role[Role.ENFORCEMENT_OFFICER] + office

    def principal_of(self, enterprise: Enterprise) -> User | None:
        return self._principals.get(enterprise.pk)

    def finder(self, source: Source, enterprise: Enterprise) -> tuple[Source, User]:
        """Who reports from this source; where nobody in the town can, the department does."""
        leaders, experts = self._by_role[Role.TOWN_LEADER], self._by_role[Role.EXPERT]
        principal = self.principal_of(enterprise)
        if source == Source.SELF_CHECK and principal:
            return source, principal
        if source == Source.LEADER and leaders:
            return source, self._rng.choice(leaders)
        if source == Source.EXPERT and experts:
            return source, self._rng.choice(experts)
        officers = self._by_role[Role.ENFORCEMENT_OFFICER]
        return Source.DEPARTMENT, self._rng.choice(officers) if officers else self.lead_of(enterprise.department_id)
