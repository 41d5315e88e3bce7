"""town.yaml: which town, its ancestors, its maps' notice, and how it is divided."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import yaml

from backend.config.loading.faults import Faults
from backend.territory.dividing import is_crs

FILE = "town.yaml"
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Code12 = Annotated[str, msgspec.Meta(pattern=r"^\d{12}$")]


class Ancestor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: Code12
    name: Name
    level: Literal["province", "city", "county"]


class Notice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    zh: Annotated[str, msgspec.Meta(max_length=200)] = ""
    en: Annotated[str, msgspec.Meta(max_length=200)] = ""


class Divide(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Either `count` with its `seed`, or a `file` with grids that somebody has drawn."""

    count: Annotated[int, msgspec.Meta(ge=1)] | None = None
    seed: int = 0
    file: str | None = None


class Columns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What villages.geojson calls its properties."""

    code: str = "code"
    name: str = "name"


class TownSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    code: Annotated[str, msgspec.Meta(pattern=r"^\d{9}$")]
    name: Name
    ancestors: list[Ancestor]
    crs: str
    grids: Divide
    demo: bool = False
    illustrative: bool = False
    provisional_codes: bool = False
    notice: Notice = Notice()
    fields: Columns = Columns()
    credits: list[str] = []


def read_settings(folder: Path, faults: Faults) -> TownSettings | None:
    """None, with the faults named, when town.yaml cannot be used."""
    before = len(faults.found)
    raw = _read_mapping(folder / FILE, faults)
    if raw is None:
        return None
    given = _convert_fields(raw, faults)
    _check(given, folder, faults)
    return TownSettings(**given) if len(faults.found) == before else None


def _read_mapping(path: Path, faults: Faults) -> dict[str, Any] | None:
    try:
        raw = yaml.safe_load(path.read_bytes())
    except FileNotFoundError:
        faults.add(FILE, None, None, "没有这个文件", "给出含 town.yaml 的镇文件夹")
        return None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        faults.add(FILE, mark.line + 1 if mark else None, None, "不是 UTF-8 的 YAML", "改正这一行的缩进、引号或编码")
        return None
    if isinstance(raw, dict):
        return raw
    faults.add(FILE, None, None, "内容不是“名称: 值”", "参照 towns/jinji/town.yaml")
    return None


def _convert_fields(raw: dict[str, Any], faults: Faults) -> dict[str, Any]:
    """Field by field, so that one fault does not hide the next."""
    known = {field.name: field for field in msgspec.structs.fields(TownSettings)}
    for name in raw.keys() - known.keys():
        faults.add(FILE, None, str(name), "不认识这一项", f"删去，或用：{'、'.join(known)}")
    given = {}
    for name, field in known.items():
        if name not in raw:
            if field.required:
                faults.add(FILE, None, name, "缺这一项", "补上，参照 towns/jinji/town.yaml")
            continue
        try:
            given[name] = msgspec.convert(raw[name], field.type)
        except msgspec.ValidationError as error:
            faults.add(FILE, None, name, f"内容不对（{error}）", "改正；代码要加引号，否则会被当作数字")
    return given


def _check(given: dict[str, Any], folder: Path, faults: Faults) -> None:
    if "crs" in given and not is_crs(given["crs"]):
        faults.add(FILE, None, "crs", f"“{given['crs']}”不是坐标系", "写 EPSG 代码，例如 EPSG:4490 或 EPSG:4546")
    code = given.get("code", "")
    for ancestor in given.get("ancestors", []) if code else []:
        if not code.startswith(ancestor.code.rstrip("0")):
            faults.add(FILE, None, "ancestors", f"{ancestor.name} {ancestor.code} 不是 {code} 的上级", "改正代码")
    if "grids" in given:
        _check_grids(given["grids"], folder, faults)


def _check_grids(grids: Divide, folder: Path, faults: Faults) -> None:
    if (grids.count is None) == (grids.file is None):
        faults.add(
            FILE, None, "grids", "count 和 file 要有且只有一个", "写 {count: 24, seed: 1} 或 {file: grids.geojson}"
        )
    elif grids.file is not None and not (folder / grids.file).is_file():
        faults.add(FILE, None, "grids", f"没有文件 {grids.file}", "改正文件名，或改用 count")
