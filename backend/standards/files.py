"""The shipped standards and checklists as files: one per sector or subject under data/. Every fault is named by file and key."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
import yaml

from backend.enterprises.sectors import SECTORS
from backend.enterprises.tags import tag_keys_of_plan
from backend.standards.editions import family, overlap
from backend.standards.expressions import NotUnderstood, parse
from backend.standards.items import RULES, Item, Plain, Words, faults_of

DATA = Path(__file__).parent / "data"
Key = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{1,59}$")]
ClauseKey = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Confidence = Literal["verified", "known", "likely", "unsure"]
CERTAIN = ("verified", "known")
Place = Literal["crowded", "flammable", "important", "other"]
ANY_GROUP, EVERY_SECTOR = "*", "*"


class _File(msgspec.Struct, forbid_unknown_fields=True):
    pass


class ClauseFile(_File, kw_only=True):
    """In our own words. `confidence` and `source` are those of the standard unless given; `groups` count for composite rules."""

    key: ClauseKey
    text: Annotated[Plain, msgspec.Meta(min_length=4, max_length=1000)]
    number: Annotated[str, msgspec.Meta(max_length=20)] = ""
    method: Literal["direct", "composite"] = "direct"
    level_hint: Literal["general", "major"] | None = None
    groups: list[ClauseKey] = []
    confidence: Confidence | None = None
    source: Annotated[Plain, msgspec.Meta(max_length=200)] = ""


class NeedFile(_File, kw_only=True):
    """At least so many clauses out of these groups together."""

    groups: Annotated[list[str], msgspec.Meta(min_length=1)]
    at_least: Annotated[int, msgspec.Meta(ge=1)]


class RuleFile(_File, kw_only=True):
    """Composite judgement: all `needs` met at a place of this kind (none given: any place) → a major hazard is proposed."""

    key: ClauseKey
    text: Annotated[Plain, msgspec.Meta(min_length=4, max_length=1000)]
    places: list[Place] = []
    needs: Annotated[list[NeedFile], msgspec.Meta(min_length=1)]


class StandardFile(_File, kw_only=True):
    """One edition. `kind`: standard, key_items (where no standard exists) or town_supplement."""

    key: Key
    title: Annotated[Plain, msgspec.Meta(max_length=200)]
    number: Annotated[Plain, msgspec.Meta(max_length=60)]
    body: Annotated[Plain, msgspec.Meta(max_length=120)]
    kind: Literal["standard", "key_items", "town_supplement"]
    sectors: list[str]
    tags: list[str] = []
    applies_to: Annotated[Plain, msgspec.Meta(max_length=200)] = ""
    effective_from: date
    effective_to: date | None = None
    date_note: Annotated[Plain, msgspec.Meta(max_length=200)] = ""
    replaced_by: str = ""
    confidence: Confidence
    source: Annotated[Plain, msgspec.Meta(min_length=2, max_length=200)]
    composite: list[RuleFile] = []
    clauses: Annotated[list[ClauseFile], msgspec.Meta(min_length=1)]


class ChecklistFile(_File, kw_only=True):
    key: Key
    version: Annotated[int, msgspec.Meta(ge=1)]
    title: Words
    sector: str
    tag: str = ""
    items: Annotated[list[Item], msgspec.Meta(min_length=1)]


class Fault(NamedTuple):
    file: str
    key: str
    why: str


class Library(NamedTuple):
    standards: list[StandardFile]
    checklists: list[ChecklistFile]
    faults: list[Fault]


@cache
def shipped() -> Library:
    return read_library(DATA)


def read_library(folder: Path) -> Library:
    """Everything that can be read, and every fault. A file that cannot be read costs no other."""
    found = Library([], [], [])
    origin: dict[int, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        for row in _rows(path, found.faults):
            origin[id(row)] = path.name
            if isinstance(row, StandardFile):
                found.standards.append(row)
            else:
                found.checklists.append(row)
    found.faults.extend(_across(found, origin))
    return found


def _rows(path: Path, faults: list[Fault]) -> Iterator[StandardFile | ChecklistFile]:
    try:
        loaded = yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        faults.append(Fault(path.name, "", f"不是可读的 YAML：{str(error)[:200]}"))
        return
    if not isinstance(loaded, dict) or set(loaded) - {"standards", "checklists"}:
        faults.append(Fault(path.name, "", "只能有 standards 和 checklists 两部分"))
        return
    for part, shape in (("standards", StandardFile), ("checklists", ChecklistFile)):
        for raw in loaded.get(part) or []:
            row = _converted(raw, shape, path.name, faults)
            if row is not None:
                yield row


def _converted(raw: Any, shape: Any, file: str, faults: list[Fault]) -> Any:
    key = raw.get("key", "?") if isinstance(raw, dict) else "?"
    try:
        _parse_rules(raw)
        return msgspec.convert(raw, shape)
    except NotUnderstood as error:
        faults.append(Fault(file, str(key), str(error)))
    except msgspec.ValidationError as error:
        faults.append(Fault(file, _named(raw, str(error)), str(error)))
    return None


def _parse_rules(raw: Any) -> None:
    """Conditions stand in the files as XLSForm writes them."""
    for item in raw.get("items") or [] if isinstance(raw, dict) else []:
        for rule in RULES:
            if isinstance(item, dict) and isinstance(item.get(rule), str):
                try:
                    item[rule] = parse(item[rule])
                except NotUnderstood as error:
                    raise NotUnderstood(f"{item.get('key')} {rule}：{error}") from error


def _named(raw: Any, error: str) -> str:
    """`gb35181-2017/clauses/exits` for an error at `$.clauses[1].text`."""
    found = re.search(r"`\$\.?([^`]*)`", error)
    names = [str(raw.get("key", "?"))] if isinstance(raw, dict) else ["?"]
    at = raw
    for field, index in re.findall(r"(\w+)(?:\[(\d+)\])?", found[1] if found else ""):
        at = at.get(field) if isinstance(at, dict) else None
        names.append(field)
        if index and isinstance(at, list):
            at = at[int(index)]
            names.append(str(at.get("key", index)) if isinstance(at, dict) else index)
    return "/".join(names)


def _across(library: Library, origin: dict[int, str]) -> Iterator[Fault]:
    """What no row can tell of itself: doubles, references that lead nowhere, editions that overlap."""
    known = {f"{family(s.key)}/{c.key}" for s in library.standards for c in s.clauses}
    by_key = {s.key: s for s in library.standards}
    rows: list[StandardFile | ChecklistFile] = [*library.standards, *library.checklists]
    for row in rows:
        file = origin[id(row)]
        faults = (
            _faults_of_standard(row, by_key, library.standards)
            if isinstance(row, StandardFile)
            else _faults_of_checklist(row, known.__contains__, library.checklists)
        )
        yield from (Fault(file, key, why) for key, why in faults)


def _faults_of_standard(
    row: StandardFile, by_key: dict[str, StandardFile], everybody: list[StandardFile]
) -> Iterator[tuple[str, str]]:
    if by_key[row.key] is not row:
        yield row.key, "编号重复"
    yield from ((row.key, f"没有行业领域 {code}") for code in row.sectors if code not in (*SECTORS, EVERY_SECTOR))
    yield from ((row.key, f"没有标签 {tag}") for tag in row.tags if tag not in tag_keys_of_plan())
    if not row.sectors and not row.tags:
        yield row.key, "没有行业领域，也没有标签"
    if row.effective_to and row.effective_to < row.effective_from:
        yield row.key, "失效日早于生效日"
    if row.replaced_by:
        later = by_key.get(row.replaced_by)
        if later is None or not row.effective_to or later.effective_from <= row.effective_to:
            yield row.key, f"replaced_by {row.replaced_by} 不存在，或在本版失效前已生效"
    for other in everybody:
        if other is not row and family(other.key) == family(row.key) and overlap(row, other):
            yield row.key, f"与 {other.key} 的有效期重叠"
    yield from _faults_of_clauses(row)


def _faults_of_clauses(row: StandardFile) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for clause in row.clauses:
        where = f"{row.key}/clauses/{clause.key}"
        if clause.key in seen:
            yield where, "条款重复"
        seen.add(clause.key)
        if clause.number and (clause.confidence or row.confidence) not in CERTAIN:
            yield where, "没有把握的条款不能写条款号"
        if level_of(row, clause) == "major" and (row.kind != "standard" or clause.method == "composite"):
            yield where, "只有判定标准的直接判定条款才能提示为重大"
        if (clause.method == "composite") != bool(clause.groups):
            yield where, "综合判定的要素要写 groups，直接判定的不写"
    grouped = {group for clause in row.clauses for group in clause.groups}
    for rule in row.composite:
        for group in {group for need in rule.needs for group in need.groups} - grouped - {ANY_GROUP}:
            yield f"{row.key}/composite/{rule.key}", f"没有一条要素属于 {group}"
    if bool(grouped) != bool(row.composite):
        yield row.key, "综合判定的要素和规则缺一"


def _faults_of_checklist(
    row: ChecklistFile, known: Callable[[str], bool], everybody: list[ChecklistFile]
) -> Iterator[tuple[str, str]]:
    if sum((other.key, other.version) == (row.key, row.version) for other in everybody) > 1:
        yield row.key, f"第 {row.version} 版重复"
    if row.sector and row.sector not in SECTORS:
        yield row.key, f"没有行业领域 {row.sector}"
    if row.tag and row.tag not in tag_keys_of_plan():
        yield row.key, f"没有标签 {row.tag}"
    yield from ((f"{row.key}/items/{unsound.key}", unsound.why) for unsound in faults_of(row.items))
    for item in row.items:
        if item.kind == "verdict" and not item.clauses:
            yield f"{row.key}/items/{item.key}", "检查项没有引用条款"
        for clause in item.clauses:
            if not known(clause):
                yield f"{row.key}/items/{item.key}", f"没有条款 {clause}"


def level_of(standard: StandardFile, clause: ClauseFile) -> str:
    """What a clause hints at where the file does not say: a direct clause of a standard is a major hazard."""
    if clause.level_hint:
        return clause.level_hint
    return "major" if standard.kind == "standard" and clause.method == "direct" else "general"
