"""The roles people hold, and which named acts each may do. An act that is not named here is refused."""

from django.db.models import TextChoices


class Role(TextChoices):
    GRID_WORKER = "grid_worker", "网格员"
    DEPARTMENT_LEAD = "department_lead", "部门牵头人"
    ENFORCEMENT_OFFICER = "enforcement_officer", "执法人员"
    DEPARTMENT_HEAD = "department_head", "部门主要负责人"
    SAFETY_OFFICE = "safety_office", "安委办"
    TOWN_LEADER = "town_leader", "镇领导"
    ENTERPRISE_PRINCIPAL = "enterprise_principal", "企业主要负责人"
    ENTERPRISE_STAFF = "enterprise_staff", "企业安管人员"
    EXPERT = "expert", "专家"
    CITY_SUPERVISOR = "city_supervisor", "上级督导"
    ADMINISTRATOR = "administrator", "系统管理员"


# sees everything below the division prefix of the role
WIDE = frozenset({Role.SAFETY_OFFICE, Role.TOWN_LEADER, Role.CITY_SUPERVISOR})
# sees what belongs to the department of the role
DEPARTMENTAL = frozenset({Role.DEPARTMENT_LEAD, Role.ENFORCEMENT_OFFICER, Role.DEPARTMENT_HEAD})
OF_ENTERPRISE = frozenset({Role.ENTERPRISE_PRINCIPAL, Role.ENTERPRISE_STAFF})

SEND = "dispatch.send"
SEE_OVERVIEW = "overview.see"
SEE_TERRITORY = "territory.see"
VERIFY = "journal.verify"
SEE_QUARANTINE = "quarantine.see"
RELEASE = "quarantine.release"
SEE_DEVICES = "devices.see"
TEST_COMMUNICATION = "comms.test"
HAND_OVER = "task.hand_over"
WITHDRAW = "task.withdraw"
RETURN = "task.return"
COUNTERSIGN = "task.countersign"
SET_REMINDERS = "reminders.set"
ACKNOWLEDGE = "inspection.acknowledge"

# what who sends work may do with it afterwards; how far: dispatch/permissions.py
_STEERING = frozenset({SEND, HAND_OVER, WITHDRAW, RETURN})
_OF_ENTERPRISE_WORK = frozenset({ACKNOWLEDGE})

ACTS: dict[Role, frozenset[str]] = {
    Role.GRID_WORKER: frozenset({SEE_TERRITORY}),
    Role.DEPARTMENT_LEAD: frozenset({SEE_DEVICES, SEE_OVERVIEW, SEE_TERRITORY}) | _STEERING | {COUNTERSIGN},
    Role.ENFORCEMENT_OFFICER: frozenset({SEE_OVERVIEW, SEE_TERRITORY}),
    Role.DEPARTMENT_HEAD: frozenset({SEE_DEVICES, SEE_OVERVIEW, SEE_TERRITORY}) | _STEERING | {COUNTERSIGN},
    Role.SAFETY_OFFICE: frozenset(
        {SEE_DEVICES, SEE_OVERVIEW, SEE_TERRITORY, TEST_COMMUNICATION, VERIFY, SEE_QUARANTINE, RELEASE, SET_REMINDERS}
    )
    | _STEERING,
    Role.TOWN_LEADER: frozenset({SEE_DEVICES, SEE_OVERVIEW, SEE_TERRITORY}),
    Role.ENTERPRISE_PRINCIPAL: _OF_ENTERPRISE_WORK,
    Role.ENTERPRISE_STAFF: _OF_ENTERPRISE_WORK,
    Role.EXPERT: frozenset(),
    Role.CITY_SUPERVISOR: frozenset({SEE_OVERVIEW, SEE_TERRITORY}),
    Role.ADMINISTRATOR: frozenset({SEE_DEVICES, TEST_COMMUNICATION, VERIFY, SEE_QUARANTINE, RELEASE}),
}
