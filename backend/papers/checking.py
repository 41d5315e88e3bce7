"""Whether a DOCX may serve as a template: readable, without anything that runs or calls outside, only with fields there are.

The tags are read, never tried out: a template may loop over our lists, ask whether a field is empty and show fields, and
nothing else, so that it can neither reach into the server nor keep it busy.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any
from zipfile import BadZipFile, ZipFile

from docx.opc.exceptions import OpcError
from docxtpl import DocxTemplate
from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml.etree import XMLSyntaxError

from backend.papers import problems
from backend.papers.fields import FIELDS, REQUIRED, Tree
from backend.papers.kinds import Kind

LARGEST = 1 << 20
LARGEST_UNPACKED = 16 << 20
MOST_PARTS = 500
PICTURES = (".png", ".jpg", ".jpeg", ".gif")
# plain reading of fields; everything else of the language is refused
ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.For, nodes.If, nodes.Filter,
    nodes.Const, nodes.Not, nodes.And, nodes.Or, nodes.Compare, nodes.Operand,
)  # fmt: skip
LOOP = {"loop": {"index": "序号", "first": "第一行", "last": "最后一行", "length": "行数"}}
# drawn outside the text flow, or run by the word processor: the PDF would be another paper
BEYOND_PDF = {
    "文本框": ("txbxContent", "pict"), "浮动图片": ("anchor",), "嵌入对象": ("object",), "脚注": ("footnoteReference",),
    "尾注": ("endnoteReference",), "修订痕迹": ("ins", "del"), "自动编号": ("numPr",), "不同的首页": ("titlePg",),
}  # fmt: skip
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def environment() -> Environment:
    """`x|line(12)`: the field, or a line of that many places to write on by hand."""
    environment = ImmutableSandboxedEnvironment(autoescape=True)
    environment.filters = {"line": line}
    return environment


def line(value: Any, places: int = 10) -> Any:
    return value or "＿" * min(int(places), 60)


def check_template(content: bytes, kind: Kind) -> None:
    """Raises template_unreadable, template_syntax, template_beyond_pdf, template_fields (which are unknown or missing)."""
    template = _opened(content)
    if beyond := sorted(_beyond_pdf(template)):
        raise problems.TEMPLATE_BEYOND_PDF.because("、".join(beyond), found=beyond)
    unknown, used = _fields_of(template, FIELDS[kind])
    missing = [name for name in REQUIRED[kind] if name in _names(FIELDS[kind]) and name not in used]
    if unknown or missing:
        said = [f"没有的字段：{'、'.join(unknown)}"] * bool(unknown) + [f"缺少的字段：{'、'.join(missing)}"] * bool(
            missing
        )
        raise problems.TEMPLATE_FIELDS.because("；".join(said), unknown=unknown, missing=missing)


def _opened(content: bytes) -> DocxTemplate:
    if len(content) > LARGEST:
        raise problems.TEMPLATE_UNREADABLE.because(f"文件大于 {LARGEST >> 20} MB", largest=LARGEST)
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            _refuse_dangerous(archive)
        template = DocxTemplate(io.BytesIO(content))
        template.init_docx()
    except (
        BadZipFile,
        OpcError,
        XMLSyntaxError,
        KeyError,
        ValueError,
        NotImplementedError,
        zipfile.LargeZipFile,
    ) as error:
        raise problems.TEMPLATE_UNREADABLE.because(f"打不开：{str(error)[:200]}") from error
    return template


def _refuse_dangerous(archive: ZipFile) -> None:
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise problems.TEMPLATE_UNREADABLE.because("解压后过大")
    for part in parts:
        if part.filename.startswith("word/media/") and not part.filename.lower().endswith(PICTURES):
            raise problems.TEMPLATE_UNREADABLE.because("图片只能是 PNG、JPEG、GIF", part=part.filename)
        if "vbaproject" in part.filename.lower():
            raise problems.TEMPLATE_UNREADABLE.because("含有宏，请另存为不含宏的 DOCX", part=part.filename)
        if part.filename.endswith(".rels") and b'TargetMode="External"' in archive.read(part):
            raise problems.TEMPLATE_UNREADABLE.because("引用了外部文件或网址，请改为嵌入", part=part.filename)


def _beyond_pdf(template: DocxTemplate) -> Iterator[str]:
    parts = [template.get_docx().element.body, *(part.element for part in _edges(template))]
    here = {element.tag.rpartition("}")[2] for part in parts for element in part.iter() if isinstance(element.tag, str)}
    for name, tags in BEYOND_PDF.items():
        if here & set(tags):
            yield name
    if len(template.get_docx().sections) > 1:
        yield "分节"


def _edges(template: DocxTemplate) -> Iterable[Any]:
    """The parts that are headers and footers."""
    for uri in (template.HEADER_URI, template.FOOTER_URI):
        yield from (part for _, part in template.get_headers_footers(uri))


def _fields_of(template: DocxTemplate, fields: Tree) -> tuple[list[str], set[str]]:
    """(names that do not exist, names that are used), lists as `items.text`."""
    reading = _Reading(fields)
    sources = [template.get_xml(), *(template.get_part_xml(part) for part in _edges(template))]
    properties = template.get_docx().core_properties
    sources += [
        str(getattr(properties, name)) for name in ("author", "title", "subject", "comments", "keywords", "category")
    ]
    for source in sources:
        try:
            parsed = environment().parse(template.patch_xml(source))
        except TemplateSyntaxError as error:
            raise problems.TEMPLATE_SYNTAX.because(error.message or "", line=error.lineno) from error
        reading.read(parsed, {})
    return sorted(reading.unknown), reading.used


def _names(fields: Tree, before: str = "") -> set[str]:
    found = set()
    for name, meaning in fields.items():
        found.add(before + name)
        if isinstance(meaning, list):
            found |= _names(meaning[0], f"{before}{name}.")
    return found


class _Reading:
    """Walks the tags with the names that are known at each place."""

    def __init__(self, fields: Tree) -> None:
        self.fields, self.unknown, self.used = fields, set[str](), set[str]()

    def read(self, node: nodes.Node, rows: dict[str, tuple[str, Tree]]) -> None:
        """`rows`: loop variable → (list it runs over, its fields)."""
        if not isinstance(node, ALLOWED) or (isinstance(node, nodes.Filter) and node.name != "line"):
            raise problems.TEMPLATE_SYNTAX.because(f"不允许的写法：{_called(node)}", line=node.lineno)
        if isinstance(node, nodes.For):
            self._loop(node, rows)
        elif isinstance(node, nodes.Getattr):
            self._member(node, rows)
        elif isinstance(node, nodes.Name):
            self._note(node.name, node.name in self.fields or node.name in rows)
        else:
            for child in node.iter_child_nodes():
                self.read(child, rows)

    def _loop(self, node: nodes.For, rows: dict[str, tuple[str, Tree]]) -> None:
        over, row = node.iter, node.target
        if "loop" in rows:
            raise problems.TEMPLATE_SYNTAX.because("循环里不能再有循环", line=node.lineno)
        plain = isinstance(over, nodes.Name) and isinstance(row, nodes.Name) and not (node.recursive or node.test)
        if not plain:
            raise problems.TEMPLATE_SYNTAX.because("循环只能写成 for 行 in 列表", line=node.lineno)
        assert isinstance(over, nodes.Name) and isinstance(row, nodes.Name)
        shape = self.fields.get(over.name)
        self._note(over.name, isinstance(shape, list))
        inside = (
            rows
            | {row.name: (over.name, shape[0] if isinstance(shape, list) else {})}
            | {"loop": ("loop", LOOP["loop"])}
        )
        for child in (*node.body, *node.else_):
            self.read(child, inside)

    def _member(self, node: nodes.Getattr, rows: dict[str, tuple[str, Tree]]) -> None:
        if not isinstance(node.node, nodes.Name):
            raise problems.TEMPLATE_SYNTAX.because(f"不允许的写法：{_called(node)}", line=node.lineno)
        whole, fields = rows.get(node.node.name, (node.node.name, {}))
        self._note(f"{whole}.{node.attr}", node.attr in fields)

    def _note(self, name: str, known: bool) -> None:
        (self.used if known else self.unknown).add(name)


def _called(node: nodes.Node) -> str:
    names = [getattr(one, "name", None) or getattr(one, "attr", None) for one in (node, *node.find_all(nodes.Node))]
    return f"{type(node).__name__.lower()} {'.'.join(str(name) for name in reversed(names) if name)}".strip()
