from backend.foundation.problems import declare

ANSWERS_INCOMPLETE = declare("answers_incomplete", 422, "检查项没有答完。", "Not every item is answered.")
UNKNOWN_ITEM = declare("unknown_item", 422, "检查表里没有这一项。", "The checklist has no such item.")
PHOTO_MISSING = declare("photo_missing", 422, "不合格项需要照片。", "A failed item needs a photo.")
SIGNATURE_MISSING = declare(
    "signature_missing", 422, "缺少签名，拒签须写原因。", "A signature, or the reason of its refusal, is missing."
)
WRONG_CHECKLIST = declare("wrong_checklist", 422, "与任务指定的检查表不符。", "Not the checklist of the task.")
UNKNOWN_CLAUSE = declare("unknown_clause", 422, "引用了不存在的条款。", "It cites a clause that does not exist.")
SIGNED_TWICE = declare("signed_twice", 422, "同一方签了两次名。", "The same side has signed twice.")
UNKNOWN_INSPECTOR = declare(
    "unknown_inspector",
    422,
    "同行检查人不存在、重复或就是本人。",
    "A fellow inspector is unknown, named twice or oneself.",
)
INSPECTORS_MISSING = declare(
    "inspectors_missing",
    422,
    "执法检查须有两名以上有执法权限的人员。",
    "An enforcement visit needs two people who may enforce.",
)
WITNESS_MISSING = declare("witness_missing", 422, "拒签须有见证人。", "A refusal to sign needs a witness.")
PROOF_MISSING = declare(
    "proof_missing",
    422,
    "这类检查须输入签名 PIN，或用本机密钥签名。",
    "This kind of record must be signed with the PIN or the device's key.",
)
DEVICE_SIGNATURE_WRONG = declare(
    "device_signature_wrong", 422, "设备签名与记录不符。", "The device's signature does not fit the record."
)
DEVICE_SIGNATURE_MISSING = declare(
    "device_signature_missing",
    422,
    "本机已登记签名密钥，记录须由它签名。",
    "The device has a key; the record must be signed with it.",
)
LEFT_BEFORE_ARRIVAL = declare("left_before_arrival", 422, "离开时间早于到达时间。", "They left before they arrived.")
NOT_YOUR_RECORD = declare(
    "not_your_record", 403, "只有检查人本人可以更正这份记录。", "Only its own inspectors may correct a record."
)
ALREADY_CORRECTED = declare(
    "already_corrected",
    409,
    "这份记录已被更正，请针对最新的一份。",
    "It has been corrected; refer to the latest.",
    "state",
)
CORRECTION_UNFIT = declare(
    "correction_unfit", 422, "更正须写明理由，并属于同一任务。", "A correction needs a reason and the same task."
)
RECORD_ID_USED = declare(
    "record_id_used",
    409,
    "这个编号的记录已签名锁定，只能另行更正。",
    "The record is locked; send a correction.",
    "state",
)
NOT_YOUR_ENTERPRISE = declare(
    "not_your_enterprise", 403, "只有被检查单位的人员可以确认。", "Only the enterprise's own people acknowledge."
)
ALREADY_ACKNOWLEDGED = declare(
    "already_acknowledged", 409, "这份记录已经确认过。", "The record has been acknowledged.", "state"
)
OBJECTION_UNEXPLAINED = declare("objection_unexplained", 422, "有异议请写明理由。", "An objection needs its reason.")
