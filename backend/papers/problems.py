from backend.foundation.problems import declare

TEMPLATE_UNREADABLE = declare(
    "template_unreadable", 422, "模板不是可以使用的 DOCX 文件。", "The template is no DOCX file that can be used."
)
TEMPLATE_SYNTAX = declare(
    "template_syntax", 422, "模板里的标记写错了，请按所列位置修改。", "A tag in the template is written wrongly."
)
TEMPLATE_FIELDS = declare(
    "template_fields",
    422,
    "模板用了没有的字段，或缺少必须有的字段，请按所列名称修改。",
    "The template uses fields that do not exist or lacks required ones; they are named.",
)
TEMPLATE_BEYOND_PDF = declare(
    "template_beyond_pdf",
    422,
    "模板里有 PDF 版印不出的内容，请改用段落、表格和图片。",
    "The template holds what the PDF cannot show; use paragraphs, tables and pictures.",
)
HAND_FIELD_UNKNOWN = declare(
    "hand_field_unknown", 422, "这种文书没有这个手填项。", "This kind of paper has no such field to fill in by hand."
)
SUBJECTS_DIFFER = declare(
    "subjects_differ",
    422,
    "一份文书只写一个单位，请按单位分开出具。",
    "A paper is about one enterprise; issue one for each.",
)
NOT_ORDERED = declare(
    "not_ordered",
    409,
    "隐患还没有整改期限，请先下达整改要求，再出具指令书。",
    "The hazard has no deadline yet; order its rectification first.",
    "state",
)
NOT_RECHECKED = declare(
    "not_rechecked", 409, "隐患还没有复查结论。", "The hazard has not been re-checked yet.", "state"
)
WHICH_TOWN = declare(
    "which_town", 422, "您可以看到不止一个镇，请写明是哪个镇。", "You see more than one town; say which one."
)
PERIOD_REVERSED = declare("period_reversed", 422, "期间的终点早于起点。", "The period ends before it begins.")
PLACE_UNCLEAR = declare(
    "place_unclear",
    422,
    "请只写一种对象：单位、网格、区划，或位置加半径。",
    "Name exactly one: an enterprise, a grid, a division, or a position with a radius.",
)
TOO_MUCH_TO_TRACE = declare(
    "too_much_to_trace",
    422,
    "范围内的记录太多，请缩短期间或缩小地点。",
    "Too much was recorded there; choose a shorter period or a smaller place.",
)
WHICH_PAPER = declare(
    "which_paper", 422, "请写文书号或文件的 SHA-256。", "Give the number of the paper or the SHA-256 of the file."
)
