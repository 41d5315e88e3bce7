"""What a template may show, per kind: field → what it means. A town that changes a template writes these names.

A list holds one example of its rows. `Picture` is an image, or the words that say why there is none. Fields in HAND are not
in the data: whoever issues may write them, otherwise the paper has a blank to be filled in with a pen.
"""

from collections.abc import Mapping
from typing import Any

from backend.papers.kinds import Kind


class Picture(str):
    """The meaning of a field that is an image."""


Tree = Mapping[str, Any]  # str | Picture | [Tree]

COMMON: dict[str, Any] = {
    "number": "文书号",
    "year": "年份",
    "serial": "当年流水号",
    "title": "文书名称",
    "town": "镇名",
    "notice": "演示镇的声明，正式镇为空",
    "issued_at": "出具时刻",
    "issued_on": "出具日期（年月日）",
    "issued_by": "出具人",
    "mark": "日志印记（链头前 16 位）",
    "authority": "执法主体（委托、赋权的机关名称）",
}

_PLACE: dict[str, Any] = {
    "enterprise": "被检查单位",
    "uscc": "统一社会信用代码",
    "address": "地址",
    "principal": "主要负责人",
    "principal_phone": "联系电话",
    "sector": "行业领域",
    "grid": "所属网格",
    "department": "监管部门",
}

_PHOTO = {
    "no": "照片编号",
    "item": "隐患编号",
    "stage": "发现时、整改前、整改后、复查时",
    "taken_at": "拍摄时间",
    "picture": Picture("照片"),
}

FIELDS: dict[Kind, dict[str, Any]] = {
    Kind.RECORD: COMMON
    | _PLACE
    | {
        "enforcement": "检查人当日是否为执法人员（是，或空）",
        "task": "任务名称",
        "kind": "任务类型",
        "checklist": "检查表及版本",
        "standards": "所依据标准及版本",
        "started": "开始时间",
        "finished": "结束时间",
        "arrived": "到场时间",
        "left": "离场时间",
        "received": "系统收到时间",
        "late": "迟到结果的说明，没有则空",
        "corrects": "更正哪份记录、理由，没有则空",
        "corrected_by": "被哪份记录更正、理由，没有则空",
        "inspector": "检查人",
        "position": "签到定位",
        "items": [
            {
                "no": "序号",
                "text": "检查项",
                "verdict": "结果",
                "note": "说明",
                "clause": "条款",
                "evidence": "证据编号",
            }
        ],
        "summary": "合格、不合格、不涉及的项数",
        "photos": [{"no": "证据编号", "item": "检查项", "taken_at": "拍摄时间", "picture": Picture("照片")}],
        "inspector_signature": Picture("检查人签名"),
        "subject_signature": Picture("被检查方签名"),
        "subject_name": "被检查方签名人",
        "refusal": "拒签原因",
        "proof": "检查人签名的凭据",
        "fellows": [{"name": "同行检查人", "signature": Picture("同行检查人签名")}],
        "second_inspector": "同行检查人姓名，记录里没有则可手填",
        "certificates": "执法证号",
        "opinion": "被检查单位意见（企业确认），记录里没有则可手填",
        "witness": "见证人，记录里没有则可手填",
        "witness_signature": Picture("见证人签名"),
        "position_title": "职务",
    },
    Kind.ORDER: COMMON
    | _PLACE
    | {
        "hazards": [
            {
                "no": "序号",
                "number": "隐患编号",
                "description": "存在问题",
                "level": "等级",
                "part": "隐患部位",
                "cause": "成因类别",
                "document": "交办文件",
                "basis": "判定依据",
                "found_at": "发现时间",
                "measures": "整改要求（措施）",
                "deadline": "整改期限",
                "responsible": "整改责任人",
                "phone": "责任人电话",
                "funds": "资金",
                "emergency_plan": "应急预案",
                "interim": "临时防控措施",
                "points": "整改要点",
            }
        ],
        "photos": [_PHOTO],
        "deadline": "最后一项的整改期限（年月日）",
        "many": "问题项数",
        "consequences": "逾期后果所依据的条款",
        "review": "复议机关",
        "court": "诉讼法院",
        "certificates": "执法证号",
        "delivery": "送达方式",
    },
    Kind.RECHECK: COMMON
    | _PLACE
    | {
        "order_number": "原指令书文书号",
        "rechecked_on": "复查日期",
        "hazards": [
            {
                "no": "序号",
                "number": "隐患编号",
                "description": "原存在问题",
                "level": "等级",
                "part": "隐患部位",
                "deadline": "整改期限",
                "conclusion": "复查结论",
                "rechecked_at": "复查时间",
                "rechecked_by": "复查人",
                "why": "复查人的意见",
                "reported_done": "企业报告整改完成的时间、人、说明",
                "extensions": "延期的申请与审批",
                "reported_up": "向部门报告与回执",
                "fixed_on_spot": "立行立改，或空",
            }
        ],
        "points": [{"no": "序号", "text": "整改要点", "verdict": "结论", "note": "说明"}],
        "photos": [_PHOTO],
        "signatures": [{"number": "隐患编号", "name": "复查人", "at": "复查时间", "picture": Picture("复查人签名")}],
        "exemption": [{"number": "隐患编号", "condition": "免罚要素", "met": "是否具备", "evidence": "事实"}],
        "summary": "各结论的项数",
        "opinion": "复查意见",
        "intended": "拟处理意见",
        "certificates": "执法证号",
        "second_inspector": "第二名复查人",
    },
    Kind.TRACE: COMMON
    | {
        "subject": "倒查对象",
        "period": "期间",
        "chain": "链的核验结论",
        "used": "所用事件的编号",
        "misfit": "第一个不符的事件，没有则空",
        "inspections": [
            {
                "seq": "事件编号",
                "when": "检查时间",
                "where": "单位",
                "who": "检查人",
                "signed": "签名",
                "checklist": "检查表版本",
                "standards": "标准版本",
                "found": "发现",
                "remark": "说明",
            }
        ],
        "hazards": [
            {
                "seq": "事件编号",
                "number": "隐患编号",
                "when": "发现时间",
                "who": "发现人",
                "what": "内容",
                "state": "现状态",
            }
        ],
        "missed": [{"kind": "类别", "what": "内容", "who": "当时的责任人", "when": "时间", "seq": "事件编号"}],
        "changes": [{"seq": "事件编号", "when": "发生时间", "recorded": "入账时间", "who": "何人", "what": "改动"}],
    },
}

# not in the data, or not in every record; who issues may give what is missing
HAND: dict[Kind, frozenset[str]] = {
    Kind.RECORD: frozenset({"authority", "second_inspector", "certificates", "opinion", "witness", "position_title"}),
    Kind.ORDER: frozenset({"authority", "consequences", "review", "court", "certificates", "delivery"}),
    Kind.RECHECK: frozenset({"authority", "opinion", "intended", "certificates", "second_inspector"}),
    Kind.TRACE: frozenset({"authority"}),
}

_ALWAYS = ("number", "mark", "issued_at", "notice", "enterprise")
# without these a paper says less than it must
REQUIRED: dict[Kind, tuple[str, ...]] = {
    Kind.RECORD: (
        *_ALWAYS,
        "items",
        "items.text",
        "items.verdict",
        "photos",
        "photos.picture",
        "started",
        "finished",
        "inspector",
        "inspector_signature",
        "subject_signature",
        "refusal",
        "witness",
        "fellows",
        "checklist",
        "late",
        "corrects",
        "corrected_by",
    ),
    Kind.ORDER: (*_ALWAYS, "hazards", "hazards.description", "hazards.deadline", "deadline", "authority"),
    Kind.RECHECK: (
        *_ALWAYS,
        "hazards",
        "hazards.conclusion",
        "points",
        "points.verdict",
        "signatures",
        "order_number",
        "authority",
    ),
    Kind.TRACE: (
        "number",
        "mark",
        "issued_at",
        "notice",
        "subject",
        "period",
        "chain",
        "used",
        "misfit",
        "inspections",
        "missed",
        "changes",
        "hazards",
    ),
}


def example(fields: Tree) -> dict[str, Any]:
    """A value for every field: its meaning; a list has one row."""
    return {name: [example(one[0])] if isinstance(one, list) else str(one) for name, one in fields.items()}
