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
