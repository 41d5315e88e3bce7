from backend.foundation.problems import declare

REGISTER_FIELD_WRONG = declare(
    "register_field_wrong", 422, "登记内容有一处不对，没有保存。", "One field is wrong; nothing was saved."
)
ALREADY_REGISTERED = declare(
    "already_registered", 409, "这个单位已经在册。", "This enterprise is on the register already.", "state"
)
REGISTER_ID_REUSED = declare(
    "register_id_reused", 422, "同一编号已用于别的登记内容。", "This id was already used for other content."
)
STILL_TIED = declare(
    "still_tied", 409, "已有任务、隐患等记录，不能撤销登记；可以改为停业。",
    "It has tasks, hazards or other records and cannot be struck off; it can be closed.", "state",
)  # fmt: skip
RESPONSIBILITY_OVERLAPS = declare(
    "responsibility_overlaps", 409, "这个行业在这个地方的这段时间已经定了别的部门。",
    "Another department is already responsible for this sector and place in that time.", "state",
)  # fmt: skip
