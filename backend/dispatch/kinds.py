"""The kinds of tasks: who may do one, how many must go, who signs beside them, and who must not know beforehand."""

from dataclasses import dataclass
from enum import Enum

from django.db.models import TextChoices

from backend.accounts.roles import DEPARTMENTAL, OF_ENTERPRISE, Role


class Kind(TextChoices):
    INSPECTION = "inspection", "检查"
    PATROL = "patrol", "巡查"
    RECHECK = "recheck", "复查"
    DRILL = "drill", "应急演练"
    TRAINING = "training", "培训"
    VERIFICATION = "verification", "核查"
    SELF_INSPECTION = "self_inspection", "企业自查"
    LEADER_LED = "leader_led", "领导带队检查"
    JOINT = "joint", "联合检查"
    UNANNOUNCED = "unannounced", "四不两直暗查"


class Goes(Enum):
    """Who gets a task if nobody is named."""

    HOLDER = "the main holder of the grid"
    PRINCIPAL = "the principal of the enterprise"
    NAMED = "nobody: somebody must be named"


@dataclass(frozen=True)
class Rule:
    goes: Goes
    may: frozenset[Role]  # who may be given one
    inspectors: int = 1  # how many must sign its result; two where the law lets nobody enforce alone
    countersigned: bool = False  # complete only when every participating department has signed
    hidden: bool = False  # the inspected must not know before the result is in


_ENFORCING = DEPARTMENTAL
_LOOKING = _ENFORCING | {Role.GRID_WORKER, Role.EXPERT, Role.TOWN_LEADER, Role.SAFETY_OFFICE}
_LEADING = frozenset({Role.TOWN_LEADER, Role.DEPARTMENT_HEAD})

RULES: dict[Kind, Rule] = {
    Kind.INSPECTION: Rule(Goes.HOLDER, _LOOKING),
    Kind.PATROL: Rule(Goes.HOLDER, _LOOKING),
    Kind.RECHECK: Rule(Goes.HOLDER, _LOOKING),
    Kind.VERIFICATION: Rule(Goes.HOLDER, _LOOKING),
    Kind.DRILL: Rule(Goes.PRINCIPAL, OF_ENTERPRISE),
    Kind.TRAINING: Rule(Goes.PRINCIPAL, OF_ENTERPRISE),
    Kind.SELF_INSPECTION: Rule(Goes.PRINCIPAL, OF_ENTERPRISE),
    Kind.LEADER_LED: Rule(Goes.NAMED, _LEADING, inspectors=2),
    Kind.JOINT: Rule(Goes.NAMED, _ENFORCING, inspectors=2, countersigned=True),
    Kind.UNANNOUNCED: Rule(Goes.NAMED, _ENFORCING | {Role.TOWN_LEADER}, inspectors=2, hidden=True),
}

# who can be one of the two: whoever may enforce, and a leader who leads
MAY_ENFORCE = _ENFORCING | {Role.TOWN_LEADER}
HIDDEN = frozenset(kind for kind, rule in RULES.items() if rule.hidden)
COUNTERSIGNED = frozenset(kind for kind, rule in RULES.items() if rule.countersigned)
OWN_WORK = frozenset(kind for kind, rule in RULES.items() if rule.may == OF_ENTERPRISE)
