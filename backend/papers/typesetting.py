"""The PDF of a DOCX: the same paragraphs, tables and pictures, set by Typst with the faces that are installed with us.

Read from the filled DOCX, so that a town that changes its template changes both. What this does not know (text boxes, floating
pictures …) a template may not hold: checking.py. Everything that is text reaches Typst as a string, never as markup.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unicodedata import category

import pylopdf_fonts_zh_cn as faces
import typst
from docx import Document
from docx.document import Document as Docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run
from fontTools.ttLib import TTFont

SERIF, SANS = "Noto Serif SC", "Noto Sans SC"
# names of faces that mean an upright, even stroke (黑体)
SANS_NAMES = ("黑", "hei", "sans", "gothic", "arial", "等线", "微软雅黑")
ALIGN = {WD_ALIGN_PARAGRAPH.CENTER: "center", WD_ALIGN_PARAGRAPH.RIGHT: "right"}
DEFAULT_PT = 10.5
EMU_PT = 12700
# a face of one weight: what shall be bold gets a thin outline
BOLD = "0.025em"
SINGLE = 1.3
# a line to write on is not torn in two
_PIECES = re.compile("(＿+)")
# what has no space for so long may be broken, or it would run into the next cell
_LONG, BREAK = re.compile("[!-~]{25}"), "\\g<0>\u200b"


@dataclass
class Setting:
    """One paper on its way to Typst; `files` are its pictures."""

    document: Docx
    files: dict[str, bytes] = field(default_factory=dict)


@cache
def _faces() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(faces.serif_path().parent)]
    )


def as_pdf(docx: Any, *, title: str, made_at: datetime) -> bytes:
    """`docx`: a file object. PDF/A-2b, which archives take; `made_at` stands in its metadata."""
    setting, made_at = Setting(Document(docx)), made_at.replace(microsecond=0)
    source = "\n".join([_head(setting, title), *_blocks(setting, setting.document.element.body, setting.document)])
    with TemporaryDirectory(prefix="paper-") as root:
        for name, content in {"main.typ": source.encode(), **setting.files}.items():
            (Path(root) / name).write_bytes(content)
        made = typst.compile(
            str(Path(root) / "main.typ"), root=root, font_paths=_faces(), ignore_system_fonts=True, format="pdf",
            pdf_standards="a-2b", timestamp=made_at,
        )  # fmt: skip
    assert isinstance(made, bytes)
    return made


@cache
def _printable() -> frozenset[int]:
    """The characters that one of our faces has."""
    return frozenset(code for path in (faces.serif_path(), faces.sans_path()) for code in TTFont(path).getBestCmap())


def _head(setting: Setting, title: str) -> str:
    section = setting.document.sections[0]
    margins = {
        "left": section.left_margin, "right": section.right_margin, "top": section.top_margin, "bottom": section.bottom_margin,
    }  # fmt: skip
    sides = ", ".join(f"{side}: {_pt(width)}" for side, width in margins.items())
    header, footer = (_edge(setting, part) for part in (section.header, section.footer))
    return (
        f"#set document(title: {_text(title)})\n"
        f"#set page(width: {_pt(section.page_width)}, height: {_pt(section.page_height)}, margin: ({sides}),"
        f" header: {header}, footer: {footer})\n"
        f'#set text(font: ("{SERIF}", "{SANS}"), size: {DEFAULT_PT}pt, lang: "zh", region: "cn")\n'
        "#set par(spacing: 0pt, leading: 0pt)\n"
    )


def _edge(setting: Setting, part: Any) -> str:
    if part.is_linked_to_previous:
        return "none"
    return f"[{''.join(_blocks(setting, part._element, part))}]"


def _blocks(setting: Setting, container: Any, parent: Any) -> Iterator[str]:
    for child in container.iterchildren():
        if child.tag == qn("w:sdt"):
            yield from _blocks(setting, child.find(qn("w:sdtContent")), parent)
        elif child.tag == qn("w:p"):
            yield _paragraph(setting, Paragraph(child, parent))
        elif child.tag == qn("w:tbl"):
            yield _table(setting, Table(child, parent))


def _paragraph(setting: Setting, paragraph: Paragraph) -> str:
    style = paragraph.paragraph_format
    lines = _line_height(style.line_spacing if _is_many(style.line_spacing) else 1)
    inside = "".join(_runs(setting, paragraph)) or f"#text(size: {DEFAULT_PT}pt, [~])"
    if style.first_line_indent:
        # beside a line to write on, spreading the rest would tear it apart
        even = str("＿" not in paragraph.text).lower()
        inside = f"#set par(justify: {even})\n#h({_pt(style.first_line_indent)}){inside}"
    align = ALIGN.get(paragraph.alignment, "left")  # type: ignore[arg-type]
    space = f"above: {_pt(style.space_before)}, below: {_pt(style.space_after)}"
    broken = "#pagebreak(weak: true)\n" if style.page_break_before else ""
    sticky = ", sticky: true" if style.keep_with_next else ""
    return f"{broken}#block(width: 100%, {space}{sticky})[{lines}#align({align})[{inside}]]\n"


def _is_many(spacing: Any) -> bool:
    return isinstance(spacing, float) and spacing >= 1


def _line_height(lines: float) -> str:
    """As word processors count: a line of text is 1.3 times its size, what is over is half above and half below."""
    over = (SINGLE * lines - 1) / 2
    return f"#set text(top-edge: {0.88 + over:.3f}em, bottom-edge: -{0.12 + over:.3f}em)\n"


def _runs(setting: Setting, paragraph: Paragraph) -> Iterator[str]:
    field_code = ""
    for run in _flat(paragraph._p, paragraph):
        if isinstance(run, str):
            yield run
            continue
        code = "".join(element.text or "" for element in run._element.iter(qn("w:instrText")))
        begins = [element.get(qn("w:fldCharType")) for element in run._element.iter(qn("w:fldChar"))]
        field_code = code.strip() or field_code
        if "end" in begins:
            yield _styled(run, paragraph, _page_number(field_code))
            field_code = ""
        elif not field_code and "begin" not in begins:
            yield from _run(setting, run, paragraph)


def _flat(container: Any, paragraph: Paragraph) -> Iterator[Run | str]:
    """The runs of a paragraph, also those inside links and controls; a short field as what it stands for."""
    for child in container.iterchildren():
        if child.tag == qn("w:r"):
            yield Run(child, paragraph)
        elif child.tag == qn("w:fldSimple"):
            yield _page_number((child.get(qn("w:instr")) or "").strip())
        elif child.tag in (qn("w:hyperlink"), qn("w:smartTag"), qn("w:sdt"), qn("w:sdtContent")):
            yield from _flat(child, paragraph)


def _page_number(code: str) -> str:
    """PAGE and NUMPAGES are what a footer counts with; other fields have no meaning on paper."""
    known = {"PAGE": "counter(page).get().first()", "NUMPAGES": "counter(page).final().first()"}
    return f"#context str({known[code.split()[0]]})" if code and code.split()[0] in known else ""


def _run(setting: Setting, run: Run, paragraph: Paragraph) -> Iterator[str]:
    for child in run._element.iterchildren():
        if child.tag == qn("w:t"):
            pieces = filter(None, _PIECES.split(child.text or ""))
            yield _styled(
                run, paragraph, "".join(f"#box({_text(p)})" if p[0] == "＿" else f"#{_text(p)}" for p in pieces)
            )
        elif child.tag == qn("w:tab"):
            yield "#h(2em)"
        elif child.tag in (qn("w:br"), qn("w:cr")):
            yield "#pagebreak(weak: true)" if child.get(qn("w:type")) == "page" else "#linebreak()"
        elif child.tag == qn("w:drawing"):
            yield from _pictures(setting, child, run)


def _styled(run: Run, paragraph: Paragraph, inside: str) -> str:
    size = run.font.size or (paragraph.style.font.size if paragraph.style else None)
    told = [f"size: {size.pt if size else DEFAULT_PT}pt", f'font: ("{_face(run, paragraph)}", "{SERIF}")']
    if run.bold:
        told.append(f"stroke: {BOLD} + black")
    colour = run.font.color.rgb if run.font.color is not None else None
    if colour is not None:
        told.append(f'fill: rgb("#{colour}")')
    text = f"#text({', '.join(told)})[{inside}]"
    return f"#underline[{text}]" if run.underline else text


def _face(run: Run, paragraph: Paragraph) -> str:
    for holder in (run._element, paragraph.style.element if paragraph.style else None):
        fonts = holder.find(f".//{qn('w:rFonts')}") if holder is not None else None
        name = fonts.get(qn("w:eastAsia")) if fonts is not None else None
        if name:
            return SANS if any(part in name.lower() for part in SANS_NAMES) else SERIF
    return SERIF


def _pictures(setting: Setting, drawing: Any, run: Run) -> Iterator[str]:
    for inline in drawing.iter(qn("wp:inline")):
        extent, blip = inline.find(qn("wp:extent")), inline.find(f".//{qn('a:blip')}")
        part = run.part.related_parts[blip.get(qn("r:embed"))]
        name = f"{len(setting.files)}.{part.partname.ext}"
        setting.files[name] = part.blob
        yield f'#box(baseline: 40%, image("{name}", width: {_pt(int(extent.get("cx")))}, height: {_pt(int(extent.get("cy")))}))'


def _table(setting: Setting, table: Table) -> str:
    widths = [
        f"{int(column.get(qn('w:w')) or 1000) / 20:.2f}fr"
        for column in table._tbl.tblGrid.iterchildren(qn("w:gridCol"))
    ]
    heads: list[str] = []
    rows: list[str] = []
    for number, row in enumerate(table._tbl.tr_lst):
        cells = "".join(_cells(setting, table, number, row.trHeight_val))
        is_head = row.trPr is not None and row.trPr.find(qn("w:tblHeader")) is not None
        (heads if is_head and not rows else rows).append(cells)
    head = f"table.header(repeat: true, {''.join(heads)})," if heads else ""
    stroke = "none" if _is_bare(table) else "0.5pt + black"
    broken = str(not _is_kept(table)).lower()
    return (
        f"#block(width: 100%, breakable: {broken})[#table(columns: ({', '.join(widths)},), stroke: {stroke},"
        f" inset: (x: 4pt, y: 4pt), align: horizon + left, {head}{''.join(rows)})]\n"
    )


def _is_kept(table: Table) -> bool:
    """Every row stays with the next: as word processors have it, the table is on one page."""
    return all(Paragraph(p, table).paragraph_format.keep_with_next for p in table._tbl.iter(qn("w:p")))


def _is_bare(table: Table) -> bool:
    """Without lines: said of the table itself, or by a style that has none."""
    borders = table._tbl.tblPr.find(qn("w:tblBorders"))
    if borders is not None:
        return all(side.get(qn("w:val")) in ("nil", "none") for side in borders)
    return table.style is None or "grid" not in (table.style.name or "").lower()


def _cells(setting: Setting, table: Table, number: int, least: int | None) -> Iterator[str]:
    """`least`: how high the row must be at least, for what is written into it by hand."""
    column = 0
    for tc in table._tbl.tr_lst[number].tc_lst:
        span = tc.grid_span
        if tc.vMerge != "continue":
            inside = "".join(_blocks(setting, tc, _Cell(tc, table)))
            height = _merged_rows(table, number, column) if tc.vMerge == "restart" else 1
            if least and column == 0:
                inside = f"#grid(columns: (0pt, 1fr), align: horizon, box(height: {_pt(least)}), [{inside}])"
            yield f"table.cell(colspan: {span}, rowspan: {height}{_shade(tc)})[{inside}],"
        column += span


def _merged_rows(table: Table, number: int, column: int) -> int:
    """Rows that a cell reaches down from row `number` at grid column `column`."""
    reach = 1
    for row in table._tbl.tr_lst[number + 1 :]:
        if not any(at == column and tc.vMerge == "continue" for at, tc in _placed(row.tc_lst)):
            break
        reach += 1
    return reach


def _placed(cells: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    column = 0
    for tc in cells:
        yield column, tc
        column += tc.grid_span


def _shade(tc: Any) -> str:
    shade = tc.tcPr.find(qn("w:shd")) if tc.tcPr is not None else None
    colour = shade.get(qn("w:fill")) if shade is not None else None
    return f', fill: rgb("#{colour}")' if colour and colour != "auto" else ""


def _pt(length: int | None) -> str:
    return f"{(length or 0) / EMU_PT:.2f}pt"


def _text(value: str) -> str:
    """A Typst string, which is JSON's. A character that no face has (an emoji, a rare one of a name) is printed as its code:
    never a box that could be anything. What is not seen but turns or joins what stands beside it is left out."""
    seen = (letter for letter in value if category(letter) not in ("Cc", "Cf", "Mn") or ord(letter) in _printable())
    printed = (letter if ord(letter) in _printable() else f"〔U+{ord(letter):04X}〕" for letter in seen)
    return json.dumps(_LONG.sub(BREAK, "".join(printed)), ensure_ascii=False)
