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
