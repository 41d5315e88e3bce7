from backend.foundation.problems import declare

NOT_YOUR_TASK = declare("not_your_task", 404, "这项任务从未派给您。", "This task was never assigned to you.")
DEADLINE_PASSED = declare("deadline_passed", 422, "截止时间已过，请另选。", "The deadline is in the past.")
NOTHING_TO_SEND = declare(
    "nothing_to_send", 422, "所选网格里没有可下达的对象。", "The chosen grids hold nobody to send this to."
)
DISPATCH_ID_REUSED = declare(
    "dispatch_id_reused", 422, "同一编号已下达过另一内容。", "This id was already used for another dispatch."
)
NOBODY_HOLDS_GRID = declare("nobody_holds_grid", 422, "网格没有在岗网格员。", "Nobody holds the grid.", "state")
NO_FITTING_ENTERPRISE = declare(
    "no_fitting_enterprise",
    422,
    "网格里没有适用此检查表的单位。",
    "No enterprise of the grid fits the checklist.",
    "state",
)
ALL_UNDER_WAY = declare(
    "all_under_way",
    422,
    "适用的单位都已有未完成的同类任务。",
    "All fitting enterprises wait for this inspection already.",
    "state",
)
NOTHING_CHOSEN = declare(
    "nothing_chosen",
    422,
    "请至少选定一个条件：网格、村、行业、标签、风险、未检查天数或单位。",
    "Choose at least one condition.",
)
TOO_MANY_TASKS = declare(
    "too_many_tasks", 422, "一次最多下达 5000 项任务，请缩小范围。", "At most 5,000 tasks at once; narrow the choice."
)
SEVERAL_TOWNS = declare("several_towns", 422, "一次下达只能在一个镇内。", "One dispatch stays within one town.")
NO_PRINCIPAL = declare(
    "no_principal", 422, "单位的主要负责人没有账号。", "The principal of the enterprise has no account.", "state"
)
OWN_ENTERPRISE = declare(
    "own_enterprise", 422, "不能检查自己任职的单位。", "Nobody inspects an enterprise where they have a post."
)
UNKNOWN_SUBJECT = declare(
    "unknown_subject", 404, "名录里没有这个单位，或不在您的范围内。", "No such enterprise within your scope."
)
NOT_FITTING = declare("not_fitting", 422, "检查表不适用于这个单位。", "The checklist is not for this enterprise.")
ASSIGNEE_MISSING = declare(
    "assignee_missing", 422, "这类任务须指定承办人。", "This kind needs somebody named to do it."
)
ASSIGNEE_UNFIT = declare(
    "assignee_unfit",
    422,
    "这个人的岗位不能承办这类任务，或不在其范围内。",
    "No role of this person may do this kind there.",
)
ALREADY_THEIRS = declare("already_theirs", 409, "任务已在此人名下。", "The person holds the task already.", "state")
PARTICIPANTS_MISSING = declare(
    "participants_missing",
    422,
    "联合检查须有牵头部门和至少一个参与部门。",
    "A joint inspection needs a lead department and at least one other.",
)
PARTICIPANTS_UNFIT = declare(
    "participants_unfit",
    422,
    "参与部门须是本镇的其他部门，且只用于联合检查。",
    "Participants are other departments of the town, in a joint inspection only.",
)
DEPARTMENT_NOT_YOURS = declare(
    "department_not_yours", 403, "不能以其他部门的名义下达。", "Nobody sends in another department's name."
)
NOT_YOUR_DISPATCH = declare(
    "not_your_dispatch", 403, "这项任务由其他部门下达。", "The task was sent by another department."
)
NOT_A_PARTY = declare(
    "not_a_party", 403, "您所在部门不参与会签，或已会签。", "Your department has nothing to countersign here."
)
OWN_COUNTERSIGNATURE = declare(
    "own_countersignature", 403, "承办人不能为自己的检查会签。", "Whoever did it may not countersign it."
)
HANDED_OVER_MEANWHILE = declare(
    "handed_over_meanwhile", 409, "任务已移交他人。", "The task has been handed over meanwhile.", "state"
)
NOT_YOUR_TOWN = declare("not_your_town", 403, "这个镇不在您的范围内。", "The town is outside your scope.")
