"""The PDF of a DOCX: whatever is written in it, and however Word has wrapped it."""

import io

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from backend.foundation import clock
from backend.papers.typesetting import as_pdf
from tests.backend.papers.read_back import pdf_text


def printed(document):
    written = io.BytesIO()
    document.save(written)
    written.seek(0)
    return pdf_text(as_pdf(written, title="试印", made_at=clock.now()))


def of(text):
    document = Document()
    document.add_paragraph(text)
    return printed(document)


@pytest.mark.parametrize(
    "text",
    ['#import"x":*', "$x^2$", "*b*_i_", r"\\back\slash", '"quoted"', "@a<b>[c]{d}", "//comment", "= 标题", "~`raw`"],
)
def test_text_is_never_markup(text):
    assert of(text) == text.replace(" ", "")


def test_a_character_that_no_face_has_is_printed_as_its_code():
    assert of("𠮷野😀家") == "〔U+20BB7〕野〔U+1F600〕家"


def test_what_turns_or_hides_text_is_left_out():
    assert of("合\u202e格\u200b") == "合格"


def test_what_word_wraps_into_controls_and_links_is_printed():
    document = Document()
    body = document.element.body
    words = "<w:r><w:t>{}</w:t></w:r>"
    inside = f"<w:sdt><w:sdtContent><w:p>{words.format('控件里')}</w:p></w:sdtContent></w:sdt>"
    linked = f"<w:p><w:hyperlink>{words.format('链接里')}</w:hyperlink><w:fldSimple w:instr=' NUMPAGES '/></w:p>"
    for xml in (inside, linked):
        body.insert(0, parse_xml(xml.replace(">", f" {nsdecls('w')}>", 1)))
    assert printed(document) == "链接里1控件里"


def test_merged_cells_stay_where_they_are():
    document = Document()
    table = document.add_table(rows=3, cols=3)
    table.style = "Table Grid"
    for row in range(3):
        for column in range(3):
            table.cell(row, column).text = f"{row}{column}"
    table.cell(0, 0).merge(table.cell(1, 0)).text = "高"
    table.cell(0, 1).merge(table.cell(0, 2)).text = "宽"
    assert sorted(printed(document)) == sorted("高宽1112202122")


def test_a_long_table_repeats_its_head():
    document = Document()
    table = document.add_table(rows=90, cols=1)
    table.rows[0].cells[0].text = "表头"
    table.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
    for number, row in enumerate(table.rows[1:]):
        row.cells[0].text = f"第{number}行"
    text = printed(document)
    assert text.count("表头") > 1 and "第88行" in text
