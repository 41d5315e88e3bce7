"""Builds the shipped templates: `python -m backend.papers.forms.building`. A town edits its copy in Word or WPS instead."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as Docx
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from backend.papers.kinds import Kind

HERE = Path(__file__).parent
SONG, HEI = "宋体", "黑体"
TITLE_PT, TEXT_PT, CELL_PT, SMALL_PT, FOOT_PT = 22, 14, 10.5, 9, 8
CENTER, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
GREY = "F2F2F2"


class Sheet:
    """An A4 sheet with 公文 margins on which a template is written from top to bottom."""

    def __init__(self) -> None:
        self.document: Docx = Document()
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin, section.right_margin, section.top_margin, section.bottom_margin = (
            Mm(24),
            Mm(20),
            Mm(25),
            Mm(22),
        )
        normal = self.document.styles["Normal"]
        normal.font.size = Pt(CELL_PT)
        normal.paragraph_format.space_after = Pt(0)
        _face(normal.element.get_or_add_rPr(), SONG)
        self.document.core_properties.author = ""
        self.document.core_properties.comments = ""
        self._footer(section.footer)

    def line(self, text: str, size: float = TEXT_PT, face: str = SONG, *, align: Any = None, indent: bool = False,
             before: float = 0, after: float = 0, keep: bool = False, bold: bool = False) -> Paragraph:  # fmt: skip
        paragraph = self.document.add_paragraph()
        _write(paragraph, text, size, face, bold=bold)
        style = paragraph.paragraph_format
        paragraph.alignment, style.space_before, style.space_after = align, Pt(before), Pt(after)
        style.keep_with_next = keep
        if size == TEXT_PT:
            style.line_spacing = 1.35
        if indent:
            style.first_line_indent = Pt(2 * size)
        return paragraph

    def tag(self, text: str) -> None:
        """A paragraph that only holds a tag of the template and is not there afterwards."""
        _write(self.document.add_paragraph(), text, CELL_PT, SONG)

    def head(self, *titles: str) -> None:
        self.line("{{ notice }}", SMALL_PT, HEI, align=CENTER, after=2)
        for number, title in enumerate(titles):
            self.line(title, TITLE_PT, SONG if number == 0 and len(titles) > 1 else HEI, align=CENTER, after=6)
        self.line("文书号：{{ number }}", 12, align=RIGHT, after=6)

    def grid(self, widths_mm: Sequence[float], rows: Sequence[Sequence[str]]) -> Table:
        """A table with thin lines; "" in a row widens the cell before it; a label ends with no tag and is shaded."""
        table: Table = self.document.add_table(rows=0, cols=len(widths_mm))
        table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
        for column, width in zip(table.columns, widths_mm, strict=True):
            column.width = Mm(width)
        for texts in rows:
            _fill_row(table, texts, widths_mm)
        return table

    def listing(self, widths_mm: Sequence[float], heads: Sequence[str], over: str, cells: Sequence[str],
                centred: Sequence[int] = (0,)) -> None:  # fmt: skip
        """A table with a row for each of a list; its head is repeated on every page. `centred`: columns of short words."""
        table = self.grid(widths_mm, [heads, [f"{{%tr for row in {over} %}}"], cells, ["{%tr endfor %}"]])
        mark = OxmlElement("w:tblHeader")
        table.rows[0]._tr.get_or_add_trPr().append(mark)
        for cell in table.rows[0].cells:
            _shade(cell)
            cell.paragraphs[0].alignment = CENTER
        for column in centred:
            table.rows[2].cells[column].paragraphs[0].alignment = CENTER

    def seal(self, *, signatory: str = "{{ authority|line(14) }}") -> None:
        self.line("", CELL_PT)
        self.line(f"{signatory}（盖章处）", TEXT_PT, align=RIGHT, before=24, keep=True)
        self.line("{{ issued_on }}", TEXT_PT, align=RIGHT)

    def save(self, kind: Kind) -> None:
        self.document.save(str(HERE / f"{kind}.docx"))

    def _footer(self, footer: Any) -> None:
        paragraph = footer.paragraphs[0]
        paragraph.alignment = CENTER
        _write(paragraph, "{{ number }}　日志印记 {{ mark }}　出具 {{ issued_at }}　第 ", FOOT_PT, SONG)
        _page_field(paragraph, "PAGE")
        _write(paragraph, " 页　共 ", FOOT_PT, SONG)
        _page_field(paragraph, "NUMPAGES")
        _write(paragraph, " 页", FOOT_PT, SONG)


def record() -> Sheet:
    sheet = Sheet()
    sheet.head("{{ title }}")
    sheet.grid((28, 55, 28, 55), [
        ("被检查单位", "{{ enterprise }}", "统一社会信用代码", "{{ uscc }}"),
        ("地址", "{{ address }}", "所属网格", "{{ grid }}"),
        ("主要负责人", "{{ principal }}", "职务、电话",
         "{% if position_title %}{{ position_title }}　{% endif %}{{ principal_phone }}"),
        ("检查任务", "{{ task }}（{{ kind }}）", "行业领域", "{{ sector }}"),
        ("检查时间", "{{ started }} 至 {{ finished }}", "", ""),
        ("到场、离场", "{% if arrived or left %}{{ arrived|line(6) }} 至 {{ left|line(6) }}{% endif %}", "", ""),
        ("签到定位", "{{ position }}", "系统收到时间", "{{ received }}"),
        ("检查人", "{{ inspector }}　{{ second_inspector }}", "执法证号", "{{ certificates }}"),
        ("检查表", "{{ checklist }}", "", ""),
        ("所依据标准", "{{ standards }}", "", ""),
    ])  # fmt: skip
    sheet.tag("{%p if enforcement %}")
    sheet.line("告知：我们是{{ authority|line(12) }}的执法人员{{ inspector }}、{{ second_inspector|line(6) }}，证件号码"
               "{{ certificates|line(16) }}，这是我们的证件，请确认。现依法进行现场检查，请予配合。您认为检查人员与本案有直接利害"
               "关系的，有权申请回避。是否申请回避：＿＿＿＿＿＿", CELL_PT, before=6, indent=True)  # fmt: skip
    sheet.tag("{%p endif %}")
    for remark in ("late", "corrects", "corrected_by"):
        sheet.tag(f"{{%p if {remark} %}}")
        sheet.line(f"{{{{ {remark} }}}}", CELL_PT, HEI, before=4)
        sheet.tag("{%p endif %}")
    sheet.line("检查情况：{{ summary }}", CELL_PT, HEI, before=8, after=3, keep=True)
    sheet.listing((13, 60, 16, 45, 32), ("序号", "检查项", "结果", "说明与条款", "证据编号"), "items",
                  ("{{ row.no }}", "{{ row.text }}", "{{ row.verdict }}",
                   "{{ row.note }}{% if row.clause %}【{{ row.clause }}】{% endif %}", "{{ row.evidence }}"),
                  centred=(0, 2, 4))  # fmt: skip
    sheet.tag("{%p if photos %}")
    sheet.line("现场证据（照片）", CELL_PT, HEI, before=8, after=3, keep=True)
    sheet.listing((16, 70, 80), ("编号", "检查项、拍摄时间", "照片"), "photos",
                  ("{{ row.no }}", "{{ row.item }}\n{{ row.taken_at }}", "{{ row.picture }}"))  # fmt: skip
    sheet.tag("{%p endif %}")
    sheet.line("", CELL_PT)
    sheet.grid((36, 130), [("被检查单位意见", "{{ opinion }}")]).rows[0].height = Mm(14)
    sheet.line("", SMALL_PT, keep=True)
    signing = sheet.grid((36, 130), [
        ("被检查单位签名", "{{ subject_name }} {{ subject_signature }}{% if refusal %}拒签：{{ refusal }}{% endif %}"),
        ("见证人（拒签时）", "{{ witness }} {{ witness_signature }}"),
        ("检查人签名", "{{ inspector }} {{ inspector_signature }}{% if proof %}（凭{{ proof }}）{% endif %}"),
        ("{%tr for row in fellows %}",),
        ("同行检查人签名", "{{ row.name }} {{ row.signature }}"),
        ("{%tr endfor %}",),
    ])  # fmt: skip
    for row in signing.rows:
        row.height = Mm(14)
        _keep_together(row)
    return sheet


def order() -> Sheet:
    sheet = Sheet()
    sheet.head("{{ authority|line(14) }}", "责令限期整改指令书")
    sheet.line("{{ enterprise }}：", TEXT_PT)
    sheet.line("经查，你单位存在下列 {{ many }} 项问题：", TEXT_PT, indent=True, after=4)
    sheet.listing((13, 56, 38, 33, 26), ("序号", "存在问题", "判定依据", "整改要求", "整改期限"), "hazards",
                  ("{{ row.no }}", "{% if row.part %}{{ row.part }}：{% endif %}{{ row.description }}（{{ row.level }}，"
                   "{{ row.number }}）{% if row.document %}交办文件：{{ row.document }}{% endif %}", "{{ row.basis }}",
                   "{{ row.measures }}{% if row.interim %}\n整改前的防控：{{ row.interim }}{% endif %}"
                   "{% if row.points %}\n复查要点：{{ row.points }}{% endif %}", "{{ row.deadline }}"))  # fmt: skip
    sheet.line("现责令你单位对上述问题按所列期限整改，最迟于{{ deadline }}前整改完毕，达到有关法律、法规、规章和标准规定的"
               "要求。整改期间应当采取措施，防止事故发生。由此造成事故的，依法追究有关人员的责任。", TEXT_PT,
               indent=True, before=6)  # fmt: skip
    sheet.line("逾期不整改或者整改不合格的，将依据{{ consequences|line(10) }}处理。", TEXT_PT, indent=True)
    sheet.line("如不服本指令，可以在收到本指令书之日起六十日内向{{ review|line(8) }}申请行政复议，或者在六个月内向"
               "{{ court|line(8) }}提起行政诉讼，但本指令不停止执行，法律另有规定的除外。", TEXT_PT, indent=True)  # fmt: skip
    sheet.line("执法人员（签名）：＿＿＿＿＿＿　＿＿＿＿＿＿", TEXT_PT, before=10, keep=True)
    sheet.line("执法证号：{{ certificates|line(18) }}", TEXT_PT, keep=True)
    sheet.line("被检查单位签收人：＿＿＿＿＿＿　签收时间：＿＿＿＿年＿＿月＿＿日", TEXT_PT, keep=True)
    sheet.line("送达方式：{{ delivery|line(8) }}", TEXT_PT, keep=True)
    sheet.seal()
    sheet.line("本指令书一式两份，一份由出具机关存档，一份交被检查单位。", SMALL_PT, before=10)
    _photos(sheet, "附：隐患照片")
    return sheet


def recheck() -> Sheet:
    sheet = Sheet()
    sheet.head("{{ authority|line(14) }}", "整改复查意见书")
    sheet.line("{{ enterprise }}：", TEXT_PT)
    sheet.line("根据责令限期整改指令书（文书号：{{ order_number|line(12) }}），于{{ rechecked_on }}对你单位下列问题的整改情况"
               "进行了复查。复查结论：{{ summary }}。", TEXT_PT, indent=True, after=4)  # fmt: skip
    sheet.listing((13, 50, 25, 20, 58), ("序号", "原存在问题", "整改期限", "结论", "复查时间、复查人、说明"), "hazards",
                  ("{{ row.no }}", "{% if row.part %}{{ row.part }}：{% endif %}{{ row.description }}（{{ row.level }}，"
                   "{{ row.number }}）", "{{ row.deadline }}",
                   "{{ row.conclusion }}",
                   "{{ row.rechecked_at }} {{ row.rechecked_by }}{% if row.why %}\n{{ row.why }}{% endif %}"
                   "{% if row.reported_done %}\n报告整改完成：{{ row.reported_done }}{% endif %}"
                   "{% if row.fixed_on_spot %}\n{{ row.fixed_on_spot }}{% endif %}"
                   "{% if row.reported_up %}\n{{ row.reported_up }}{% endif %}"
                   "{% if row.extensions %}\n{{ row.extensions }}{% endif %}"), centred=(0, 3))  # fmt: skip
    sheet.line("逐条复查", CELL_PT, HEI, before=8, after=3, keep=True)
    sheet.listing((13, 73, 26, 54), ("序号", "整改要点", "结论", "说明"), "points",
                  ("{{ row.no }}", "{{ row.text }}", "{{ row.verdict }}", "{{ row.note }}"), centred=(0, 2))  # fmt: skip
    sheet.line("复查意见：{{ opinion|line(26) }}", TEXT_PT, before=6)
    sheet.line("拟处理意见：{{ intended|line(25) }}", TEXT_PT)
    sheet.line("复查人员签名", CELL_PT, HEI, before=8, after=3, keep=True)
    sheet.listing((50, 30, 46, 40), ("隐患编号", "复查人", "时间", "签名"), "signatures",
                  ("{{ row.number }}", "{{ row.name }}", "{{ row.at }}", "{{ row.picture }}"), centred=(0, 1, 2))  # fmt: skip
    sheet.line("第二名复查人员（签名）：{{ second_inspector|line(6) }}", TEXT_PT, before=8, keep=True)
    sheet.line("执法证号：{{ certificates|line(18) }}", TEXT_PT, keep=True)
    sheet.line("被检查单位签收人：＿＿＿＿＿＿　签收时间：＿＿＿＿年＿＿月＿＿日", TEXT_PT, keep=True)
    sheet.seal()
    sheet.tag("{%p if exemption %}")
    sheet.line(
        "附：免罚三要素的事实（只列事实，是否不予处罚由执法人员依法决定）", CELL_PT, HEI, before=10, after=3, keep=True
    )
    sheet.listing((40, 32, 22, 72), ("隐患编号", "要素", "是否具备", "事实"), "exemption",
                  ("{{ row.number }}", "{{ row.condition }}", "{{ row.met }}", "{{ row.evidence }}"), centred=(0, 2))  # fmt: skip
    sheet.tag("{%p endif %}")
    _photos(sheet, "附：隐患照片（发现时、整改前后、复查时）")
    return sheet


def _photos(sheet: Sheet, title: str) -> None:
    sheet.tag("{%p if photos %}")
    sheet.line(title, CELL_PT, HEI, before=10, after=3, keep=True)
    sheet.listing((16, 70, 80), ("编号", "隐患编号、阶段、拍摄时间", "照片"), "photos",
                  ("{{ row.no }}", "{{ row.item }}\n{{ row.stage }} {{ row.taken_at }}", "{{ row.picture }}"))  # fmt: skip
    sheet.tag("{%p endif %}")


def traceback() -> Sheet:
    sheet = Sheet()
    sheet.head("责任倒查报告")
    sheet.grid((30, 136), [
        ("倒查对象", "{{ subject }}"), ("期间", "{{ period }}"), ("日志核验", "{{ chain }}"), ("所用事件", "{{ used }}"),
        ("不符之处", "{% if misfit %}{{ misfit }}{% else %}无{% endif %}"),
    ])  # fmt: skip
    sections = (
        ("一、谁检查、谁签名、查出什么", "inspections", (16, 25, 25, 30, 40, 30),
         ("事件", "时间", "单位", "检查人与签名", "检查表、标准版本", "结果"),
         ("{{ row.seq }}", "{{ row.when }}", "{{ row.where }}", "{{ row.who }}\n{{ row.signed }}",
          "{{ row.checklist }}\n{{ row.standards }}",
          "{{ row.found }}{% if row.remark %}\n{{ row.remark }}{% endif %}")),
        ("二、隐患", "hazards", (15, 42, 27, 18, 44, 20), ("事件", "隐患编号", "发现时间", "发现人", "内容", "现状态"),
         ("{{ row.seq }}", "{{ row.number }}", "{{ row.when }}", "{{ row.who }}", "{{ row.what }}", "{{ row.state }}")),
        ("三、漏查与逾期线索（是否失职由人认定）", "missed", (26, 66, 22, 32, 20), ("类别", "内容", "当时责任人", "时间", "事件"),
         ("{{ row.kind }}", "{{ row.what }}", "{{ row.who }}", "{{ row.when }}", "{{ row.seq }}")),
        ("四、谁改动了什么", "changes", (16, 30, 30, 22, 68), ("事件", "发生时间", "入账时间", "何人", "改动"),
         ("{{ row.seq }}", "{{ row.when }}", "{{ row.recorded }}", "{{ row.who }}", "{{ row.what }}")),
    )  # fmt: skip
    for title, over, widths, heads, cells in sections:
        sheet.line(title, 12, HEI, before=10, after=3, keep=True)
        sheet.tag(f"{{%p if {over} %}}")
        sheet.listing(widths, heads, over, cells)
        sheet.tag("{%p else %}")
        sheet.line("期间内没有记录。", CELL_PT)
        sheet.tag("{%p endif %}")
    sheet.line("出具人：{{ issued_by }}", CELL_PT, before=12)
    return sheet


def _fill_row(table: Table, texts: Sequence[str], widths_mm: Sequence[float]) -> None:
    cells = table.add_row().cells  # type: ignore[no-untyped-call]
    for cell, width in zip(cells, widths_mm, strict=True):
        cell.width, cell.vertical_alignment = Mm(width), WD_ALIGN_VERTICAL.CENTER
    start = 0
    for number, text in enumerate([*texts, *[""] * (len(cells) - len(texts))]):
        if text:
            start = number
            _write(cells[number].paragraphs[0], text, CELL_PT, SONG)
            if "{" not in text:
                _shade(cells[number])
        elif number:
            cells[start].merge(cells[number])


def _keep_together(row: _Row) -> None:
    """With the row after it, on the same page."""
    for cell in row.cells:
        for paragraph in cell.paragraphs:
            paragraph.paragraph_format.keep_with_next = True


def _shade(cell: _Cell) -> None:
    properties = cell._tc.get_or_add_tcPr()
    if properties.find(qn("w:shd")) is None:
        shade = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", GREY)):
            shade.set(qn(f"w:{name}"), value)
        properties.append(shade)


def _write(paragraph: Paragraph, text: str, size: float, face: str, *, bold: bool = False) -> None:
    run = paragraph.add_run(text)
    run.font.size, run.bold = Pt(size), bold or None
    _face(run._element.get_or_add_rPr(), face)


def _face(properties: Any, face: str) -> None:
    fonts = properties.get_or_add_rFonts()
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), face)


def _page_field(paragraph: Paragraph, code: str) -> None:
    for kind in ("begin", "instr", "end"):
        run = paragraph.add_run()
        run.font.size = Pt(FOOT_PT)
        if kind == "instr":
            element = OxmlElement("w:instrText")
            element.text = f" {code} "
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        run._element.append(element)


def sheets() -> dict[Kind, Sheet]:
    return {Kind.RECORD: record(), Kind.ORDER: order(), Kind.RECHECK: recheck(), Kind.TRACE: traceback()}


if __name__ == "__main__":
    for kind, sheet in sheets().items():
        sheet.save(kind)
