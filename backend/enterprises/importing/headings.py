"""Where the table begins in a file, and which column is what: offices call the same thing by many names.

Above the headings there may be titles; headings may stand in two rows, the upper one merged ("负责人" over "姓名" and "电话").
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from backend.foundation.spreadsheets import Cell
from backend.territory.shifted import BD09, GCJ02

FIELDS: dict[str, list[str]] = yaml.safe_load((Path(__file__).parents[1] / "data" / "headings.yaml").read_text("utf-8"))
# the heading that the export writes for each field, in its order
EXPORTED = {field: names[0] for field, names in FIELDS.items()}
LOOKED_AT = 15
_DATUMS = (
    (BD09, ("bd09", "bd-09", "百度")),
    (GCJ02, ("gcj02", "gcj-02", "gcj", "火星", "高德", "腾讯")),
    ("EPSG:4326", ("wgs84", "wgs-84", "gps")),
    ("EPSG:4490", ("cgcs2000", "2000", "天地图")),
)
_SPOKEN = {BD09: "BD-09", GCJ02: "GCJ-02", "EPSG:4326": "WGS-84", "EPSG:4490": "CGCS2000"}
_ASIDE = re.compile(r"[（(【\[].*?[)）】\]]")
_NOISE = re.compile(r"[\s*＊：:，,、/_\-.。()（）【】\[\]]+")


def plain(text: str) -> str:
    """A heading without spaces, marks and widths."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text)).lower()


_KNOWN = {plain(name): field for field, names in FIELDS.items() for name in (*names, field)}
# one that stands alone over several columns says nothing of each
_DATUM_WORDS = re.compile("百度|高德|腾讯|火星|gps|wgs84|cgcs2000|gcj02|bd09|天地图|坐标")


@dataclass(frozen=True)
class Headings:
    first: int
    last: int
    """indexes of the rows of headings"""
    columns: dict[str, int]
    """field → index of its column"""
    labels: list[str]
    """of every column, as it stands in the file"""
    datum: str | None
    """coordinate system that the heading of the position names"""

    @property
    def reimportable(self) -> list[str]:
        """A label for every column in one row, under which the columns that were read are found again."""
        labels = list(self.labels)
        for name, n in self.columns.items():
            of_position = self.datum and name in ("lon", "lat")
            labels[n] = f"{EXPORTED[name]}（{_SPOKEN[self.datum]}）" if of_position and self.datum else EXPORTED[name]
        return labels

    @property
    def ignored(self) -> list[str]:
        used = set(self.columns.values())
        return [label for n, label in enumerate(self.labels) if label and n not in used]


def find_headings(rows: Sequence[Sequence[Cell]]) -> Headings | None:
    """The headings that name most fields, a name of the unit among them; None if no row among the first looks like it."""
    tried = [h for n in range(min(LOOKED_AT, len(rows))) for h in (_single(rows, n), _double(rows, n)) if h]
    fitting = [h for h in tried if "name" in h.columns and len(h.columns) >= 3]
    return max(fitting, key=lambda h: (len(h.columns), -h.last, -h.first), default=None)


def _single(rows: Sequence[Sequence[Cell]], n: int) -> Headings:
    texts = [_text(cell) for cell in rows[n]]
    return _headings(n, n, texts, [(text,) for text in texts])


def _double(rows: Sequence[Sequence[Cell]], n: int) -> Headings | None:
    if n + 1 >= len(rows):
        return None
    upper, lower = _spread([_text(c) for c in rows[n]], rows[n + 1]), [_text(c) for c in rows[n + 1]]
    width = max(len(upper), len(lower))
    upper, lower = upper + [""] * (width - len(upper)), lower + [""] * (width - len(lower))
    pairs = list(zip(upper, lower, strict=True))
    labels = [above if below in ("", above) else f"{above}{below}" for above, below in pairs]
    names = [
        (label,) if below in ("", above) else (label, below)
        for label, (above, below) in zip(labels, pairs, strict=True)
    ]
    return _headings(n, n + 1, labels, names)


def _spread(upper: list[str], lower: Sequence[Cell]) -> list[str]:
    """In CSV a merged cell is its text and then blanks: they belong to it where the row below says something."""
    spread: list[str] = []
    for n, text in enumerate(upper):
        below = _text(lower[n]) if n < len(lower) else ""
        spread.append(text if text or not below or not spread else spread[-1])
    return spread


def _headings(first: int, last: int, labels: list[str], names: Sequence[tuple[str, ...]]) -> Headings:
    columns: dict[str, int] = {}
    for n, candidates in enumerate(names):
        field = next((f for f in map(_field_of, candidates) if f), None)
        if field and field not in columns:
            columns[field] = n
    of_position = [labels[columns[f]] for f in ("lon", "lat") if f in columns]
    return Headings(first, last, columns, labels, next((d for d in map(_datum_in, of_position) if d), None))


def _field_of(label: str) -> str | None:
    shortened = _ASIDE.sub("", unicodedata.normalize("NFKC", label))
    tried = (plain(label), plain(shortened), _DATUM_WORDS.sub("", plain(shortened)))
    return next((_KNOWN[name] for name in tried if name in _KNOWN), None)


def _datum_in(label: str) -> str | None:
    text = unicodedata.normalize("NFKC", label).lower()
    return next((datum for datum, words in _DATUMS if any(word in text for word in words)), None)


def _text(cell: Cell) -> str:
    return " ".join(str(cell).split()) if cell is not None else ""
