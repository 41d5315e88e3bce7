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
REPORT_HAZARD = "hazard.report"
JUDGE = "hazard.judge"
JUDGE_MAJOR = "hazard.judge_major"
PLAN_RECTIFICATION = "hazard.plan"
ORDER_RECTIFICATION = "hazard.order"
RECTIFY = "hazard.rectify"
RECHECK = "hazard.recheck"
RECHECK_MAJOR = "hazard.recheck_major"
REPORT_UP = "hazard.report_up"
RECEIVE = "hazard.receive"
PROPOSE_CANCELLATION = "hazard.propose_cancellation"
DECIDE = "hazard.decide"
MERGE = "hazard.merge"

# what those may do with the hazards they answer for; how far each role reaches: hazards/permissions.py
_ENFORCING = frozenset(
    {
        REPORT_HAZARD, JUDGE, JUDGE_MAJOR, PLAN_RECTIFICATION, ORDER_RECTIFICATION, RECHECK, RECHECK_MAJOR, RECEIVE,
        PROPOSE_CANCELLATION, MERGE,
    }
)  # fmt: skip
_LEADING = _ENFORCING | {DECIDE}
_COORDINATING = _LEADING - {JUDGE_MAJOR, RECHECK_MAJOR}
_OF_ENTERPRISE = frozenset({REPORT_HAZARD, PLAN_RECTIFICATION, RECTIFY, REPORT_UP})

ACTS: dict[Role, frozenset[str]] = {
    Role.GRID_WORKER: frozenset({SEE_TERRITORY, REPORT_HAZARD, RECHECK}),
    Role.DEPARTMENT_LEAD: frozenset({SEND, SEE_DEVICES, SEE_OVERVIEW, SEE_TERRITORY}) | _LEADING,
    Role.ENFORCEMENT_OFFICER: frozenset({SEE_OVERVIEW, SEE_TERRITORY}) | _ENFORCING,
    Role.DEPARTMENT_HEAD: frozenset({SEND, SEE_DEVICES, SEE_OVERVIEW, SEE_TERRITORY}) | _LEADING,
    Role.SAFETY_OFFICE: frozenset(
        {SEND, SEE_DEVICES, SEE_OVERVIEW, SEE_TERRITORY, TEST_COMMUNICATION, VERIFY, SEE_QUARANTINE, RELEASE}
    )
    | _COORDINATING,
    Role.TOWN_LEADER: frozenset({SEE_DEVICES, SEE_OVERVIEW, SEE_TERRITORY, REPORT_HAZARD}),
    Role.ENTERPRISE_PRINCIPAL: _OF_ENTERPRISE,
    Role.ENTERPRISE_STAFF: _OF_ENTERPRISE,
    Role.EXPERT: frozenset({REPORT_HAZARD}),
    Role.CITY_SUPERVISOR: frozenset({SEE_OVERVIEW, SEE_TERRITORY}),
    Role.ADMINISTRATOR: frozenset({SEE_DEVICES, TEST_COMMUNICATION, VERIFY, SEE_QUARANTINE, RELEASE}),
}
