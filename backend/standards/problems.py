from backend.foundation.problems import declare

ANSWERS_INVALID = declare(
    "answers_invalid", 422, "有检查项没有填对，请按提示改正。", "Some items are not answered as they should be."
)
NOT_AN_XLSFORM = declare(
    "not_an_xlsform", 422, "这不是可以读取的 XLSForm（.xlsx）文件。", "This is not an XLSForm (.xlsx) that can be read."
)
XLSFORM_INVALID = declare(
    "xlsform_invalid", 422, "XLSForm 没有通过 pyxform 的检查，请按提示修改后再上传。",
    "pyxform finds the XLSForm invalid; correct it and upload it again.",
)  # fmt: skip
ROWS_REFUSED = declare(
    "rows_refused", 422, "有几行不能采用。改正后再上传，或选择略过这些行。",
    "Some rows cannot be taken. Correct them, or choose to leave them out.",
)  # fmt: skip
CHECKLIST_INCOMPLETE = declare(
    "checklist_incomplete", 422, "检查表缺少名称、编号或行业领域。", "The checklist lacks its title, key or sector."
)
CHECKLIST_IN_USE = declare(
    "checklist_in_use", 409, "检查表已经用于任务，不能再改；请发布下一版。",
    "The checklist has been used for tasks and cannot be changed; publish the next version.", "state",
)  # fmt: skip
NOT_YOUR_CHECKLIST = declare(
    "not_your_checklist", 409, "这份检查表随系统提供，或属于别处，不能改；请发布本镇的下一版。",
    "The checklist is shipped or belongs elsewhere; publish your own next version.", "state",
)  # fmt: skip
NOTHING_CHANGED = declare(
    "nothing_changed", 409, "内容与现行版本完全一样，没有发布。", "It is the same as the current version.", "state"
)
UNKNOWN_ITEMS = declare("unknown_items", 422, "检查表里没有这些项。", "The checklist has no such items.")
