"""A town may put its own template in place of ours; a bad one is refused with what is wrong with it."""

import io
from zipfile import ZipFile

import pytest
from docx import Document

from backend.journal.models import Event
from backend.papers.filling import shipped
from backend.papers.forms import building
from backend.papers.kinds import MEDIA, TEMPLATED, Form, Kind
from backend.papers.services import replace_template
from tests.backend.papers.read_back import content, docx_text, issue, pdf_text
from tests.cast import TOWN

ADDRESS = "/api/papers/templates/inspection_record"


def changed(**replaced):
    """Our template of the record with some words replaced, as Word would save it."""
    document = Document(io.BytesIO(shipped(Kind.RECORD)))
    for old, new in replaced.pop("words", {}).items():
        paragraph = next(p for p in every_paragraph(document) if old in p.text)
        run = next(run for run in paragraph.runs if old in run.text)
        run.text = run.text.replace(old, new)
    for text in replaced.pop("added", ()):
        document.add_paragraph(text)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def every_paragraph(document):
    yield from document.paragraphs
    for table in document.tables:
        for row in table.rows:
            for cell in row.cells:
                yield from cell.paragraphs


def put(phone, raw):
    return phone._send("put", ADDRESS, raw, MEDIA[Form.DOCX])


def refused(phone, raw):
    answered = put(phone, raw)
    assert answered.status_code == 422, answered.content
    return answered.json()


def test_the_shipped_templates_are_what_the_script_builds(tmp_path, monkeypatch):
    monkeypatch.setattr(building, "HERE", tmp_path)
    for kind, sheet in building.sheets().items():
        sheet.save(kind)
        assert docx_text((tmp_path / f"{kind}.docx").read_bytes()) == docx_text(shipped(kind))


def test_every_shipped_template_would_be_accepted(cast):
    for kind in TEMPLATED:
        assert replace_template(TOWN, kind, shipped(kind), acting_user=cast.office).version == 1


def test_the_towns_own_template_is_used_from_then_on(inspected, office):
    raw = changed(words={"被检查单位意见": "受检单位意见"}, added=["石桥镇安委办监制"])
    assert put(office, raw).json()["version"] == 1
    record = issue(office, "inspection-record", inspection_id=inspected.pk)
    assert "石桥镇安委办监制" in docx_text(content(office, record, "docx"))
    assert "石桥镇安委办监制" in pdf_text(content(office, record, "pdf"))
    assert docx_text(office.get(ADDRESS).content) == docx_text(raw)


def test_versions_are_kept_and_named_by_the_papers_made_from_them(inspected, office):
    first = put(office, changed(added=["第一稿"])).json()
    record = issue(office, "inspection-record", inspection_id=inspected.pk)
    second = put(office, changed(added=["第二稿"])).json()
    assert (first["version"], second["version"]) == (1, 2)
    assert record["template_sha256"] == first["sha256"]
    assert Event.objects.filter(type="template.replaced").count() == 2
    kinds = {one["kind"]: one for one in office.get("/api/papers/templates").json()}
    assert kinds["inspection_record"]["own"]["version"] == 2
    assert kinds["rectification_order"]["own"] is None


def test_the_list_says_which_fields_there_are(cast, office):
    kinds = {one["kind"]: one for one in office.get("/api/papers/templates").json()}
    fields = {field["name"]: field for field in kinds["rectification_order"]["fields"]}
    assert fields["hazards.deadline"]["required"]
    assert fields["authority"]["by_hand"] and not fields["enterprise"]["by_hand"]


def test_an_unknown_field_is_named(cast, office):
    found = refused(office, changed(added=["{{ enterprize }} {% for row in items %}{{ row.sum }}{% endfor %}"]))
    assert (found["code"], found["fields"]["unknown"]) == ("template_fields", ["enterprize", "items.sum"])
    assert "enterprize" in found["detail"]


def test_a_missing_field_is_named(cast, office):
    found = refused(office, changed(words={"{{ row.verdict }}": "合格"}))
    assert found["fields"] == {"unknown": [], "missing": ["items.verdict"]}


@pytest.mark.parametrize(
    "written",
    [
        "{{ enterprise.__class__ }}", "{{ enterprise.__class__.__mro__ }}", "{{ cycler.__init__.__globals__ }}",
        "{% set x = 1 %}", "{% include 'secrets' %}", "{{ range(9) }}", "{{ enterprise|attr('x') }}", "{{ 9 ** 9 }}",
        "{% for row in items %}{% for other in items %}{% endfor %}{% endfor %}", "{% for row in items[1:] %}{% endfor %}",
        "{{ enterprise", "{% for row in items %}",
    ],
)  # fmt: skip
def test_what_does_more_than_show_fields_is_refused(cast, office, written):
    assert refused(office, changed(added=[written]))["code"] in ("template_syntax", "template_fields")


def zipped(added=(), replaced=()):
    raw, written = shipped(Kind.RECORD), io.BytesIO()
    with ZipFile(io.BytesIO(raw)) as old, ZipFile(written, "w") as new:
        for part in old.infolist():
            body = old.read(part)
            for name, before, after in replaced:
                body = body.replace(before, after) if part.filename == name else body
            new.writestr(part.filename, body)
        for name, body in added:
            new.writestr(name, body)
    return written.getvalue()


BODY = "word/document.xml"
BAD_FILES = {
    "no zip": b"%PDF-1.7",
    "empty": b"",
    "a zip of something else": b"PK\x05\x06" + b"\0" * 18,
    "macros": zipped(added=[("word/vbaProject.bin", b"x")]),
    "outside": zipped(added=[("word/_rels/x.rels", b'<Relationship TargetMode="External"/>')]),
    "a picture no printer knows": zipped(added=[("word/media/image9.emf", b"x")]),
    "not well-formed": zipped(replaced=[(BODY, b"</w:body>", b"")]),
}


@pytest.mark.parametrize("what", BAD_FILES)
def test_a_file_that_is_no_template_is_refused(cast, office, what):
    assert refused(office, BAD_FILES[what])["code"] == "template_unreadable"


@pytest.mark.parametrize(
    ("xml", "name"),
    [
        (b"<w:p><w:r><w:pict/></w:r></w:p>", "文本框"),
        (b'<w:p><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:p>', "自动编号"),
        (b'<w:p><w:r><w:footnoteReference w:id="1"/></w:r></w:p>', "脚注"),
    ],
)
def test_what_the_pdf_could_not_show_is_refused_by_name(cast, office, xml, name):
    raw = zipped(replaced=[(BODY, b"<w:sectPr", xml + b"<w:sectPr")])
    found = refused(office, raw)
    assert (found["code"], found["fields"]["found"]) == ("template_beyond_pdf", [name])


def test_a_refused_template_changes_nothing(inspected, office):
    refused(office, b"nonsense")
    assert not Event.objects.filter(type="template.replaced").exists()
    issue(office, "inspection-record", inspection_id=inspected.pk)
