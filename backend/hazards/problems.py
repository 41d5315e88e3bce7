from backend.foundation.problems import declare

FIVE_ELEMENTS_MISSING = declare(
    "five_elements_missing",
    422,
    "五落实不全：责任人、措施、资金、期限、应急预案缺一不可。",
    "The five elements are not complete.",
)
OWN_RECHECK = declare("own_recheck", 403, "整改人不能复查自己的整改。", "Whoever rectified may not re-check.")
CLAUSE_NOT_IN_FORCE = declare(
    "clause_not_in_force", 422, "所引条款在发现日不在有效期内。", "The clause was not in force on the day of finding."
)
REASON_MISSING = declare("reason_missing", 422, "请写明理由。", "A reason is required.")
