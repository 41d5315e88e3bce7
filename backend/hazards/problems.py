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
NOT_YOUR_HAZARD = declare(
    "not_your_hazard",
    403,
    "这条隐患不归您的部门、网格或单位办理。",
    "Another department, grid or enterprise deals with it.",
)
SOURCE_NOT_YOURS = declare(
    "source_not_yours", 403, "您的岗位不能登记这种来源的隐患。", "Your role may not record a hazard from this source."
)
SOURCE_DOCUMENT_MISSING = declare(
    "source_document_missing",
    422,
    "上级交办的隐患须登记交办文件：文号、发文单位、日期。",
    "A hazard that was handed down needs its document: number, issuer, date.",
)
HAZARD_ID_REUSED = declare(
    "hazard_id_reused", 422, "同一编号已登记过另一条隐患。", "This id was already used for another hazard."
)
MAJOR_NEEDS_RIGHT = declare(
    "major_needs_right",
    403,
    "重大隐患只能由有权限的执法人员、牵头人或部门负责人办理。",
    "Only an officer, lead or head with the right may do this with a major hazard.",
)
BEFORE_AFTER_MISSING = declare(
    "before_after_missing",
    422,
    "立行立改须有整改前和整改后的照片。",
    "What was fixed on the spot needs photos from before and after.",
)
AFTER_PHOTO_MISSING = declare(
    "after_photo_missing", 422, "请附整改后的照片。", "A photo of how it is afterwards is missing."
)
NOBODY_TO_RECTIFY = declare(
    "nobody_to_rectify",
    422,
    "该单位没有账号，请指定整改人。",
    "Nobody of the enterprise has an account: name who rectifies.",
)
NOT_RECTIFIER = declare(
    "not_rectifier",
    403,
    "只有该单位的人员或指定的整改人可以这样做。",
    "Only people of the enterprise or the rectifier may do this.",
)
REPORT_SUPERSEDED = declare(
    "report_superseded",
    409,
    "整改情况已重新上报，请按最新一次复查。",
    "It was reported done anew; re-check the latest report.",
    "state",
)
POINTS_INCOMPLETE = declare(
    "points_incomplete", 422, "复查须逐条给出结论。", "The re-check must answer each point once."
)
RECHECK_UNSIGNED = declare(
    "recheck_unsigned", 422, "复查须有复查人姓名和签名。", "The re-check needs its author's name and signature."
)
SIGNATURE_NOT_OWN = declare(
    "signature_not_own", 403, "签名人须为复查人本人。", "The re-check must be signed by who makes it."
)
NOT_RECTIFYING = declare("not_rectifying", 409, "隐患不在整改中。", "The hazard is not being rectified.", "state")
EXTENSION_TOO_LATE = declare(
    "extension_too_late",
    422,
    "整改期限已过，不能再申请延期。",
    "The deadline has passed; asking for more time is too late.",
)
EXTENSION_NOT_LATER = declare(
    "extension_not_later", 422, "申请的期限须晚于现期限。", "The deadline asked for is not later than the present one."
)
PETITION_OPEN = declare(
    "petition_open", 409, "已有一份同类申请等待审批。", "A petition of this kind is waiting already.", "state"
)
PETITION_DECIDED = declare("petition_decided", 409, "这份申请已经审批。", "The petition is decided already.", "state")
OWN_DECISION = declare("own_decision", 403, "申请人不能审批自己的申请。", "Whoever asked may not decide.")
NOT_MAJOR = declare(
    "not_major", 422, "只有重大隐患或疑似重大隐患须向部门报告。", "Only a major hazard is reported to the department."
)
ALREADY_REPORTED = declare(
    "already_reported", 409, "这条隐患已向部门报告。", "It has been reported to the department already.", "state"
)
NOT_REPORTED = declare(
    "not_reported", 409, "这条隐患还没有向部门报告。", "It has not been reported to the department.", "state"
)
ALREADY_RECEIVED = declare(
    "already_received", 409, "这份报告已有人签收。", "Somebody has confirmed this report already.", "state"
)
HAZARD_MERGED = declare(
    "hazard_merged",
    409,
    "这条隐患已并入另一条，请在那一条上办理。",
    "It is merged into another; act on that one.",
    "state",
)
HAZARD_FINAL = declare("hazard_final", 409, "这条隐患已办结。", "The hazard is finished.", "state")
MERGE_REFUSED = declare("merge_refused", 422, "这两条隐患不能合并。", "These two hazards cannot be merged.")
