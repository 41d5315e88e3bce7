"""The register as a file that the import takes back unchanged, and the refused rows of an import to be put right."""

from collections import Counter
from collections.abc import Iterable, Iterator

from django.db.models import QuerySet

from backend.enterprises.importing.headings import EXPORTED
from backend.enterprises.importing.judging import registered_value
from backend.enterprises.models import Enterprise, Kind, RegisterImport, Risk, Verdict
from backend.enterprises.queries import with_staff
from backend.enterprises.sectors import SECTORS
from backend.enterprises.services import POSITION_DECIMALS
from backend.enterprises.tags import tags_known_in
from backend.foundation.spreadsheets import Cell
from backend.territory.models import TOWN_PREFIX

# stored positions are CGCS2000, and a file must say so
_HEADINGS = {**EXPORTED, "lon": "经度（CGCS2000）", "lat": "纬度（CGCS2000）"}
_REASONS = ("原行号", "问题", "怎么办")


def register_rows(units: QuerySet[Enterprise]) -> Iterator[list[Cell]]:
    """Headings, then a row per unit in the order of registration; with codes of villages where two have one name."""
    rows = list(with_staff(units.order_by("pk")))
    names = Counter(name for _, name in {(unit.village_id, unit.village.name) for unit in rows})
    tags = {town: _tag_names(town) for town in {unit.village_id[:TOWN_PREFIX] for unit in rows}}
    yield list(_HEADINGS.values())
    for unit in rows:
        written: dict[str, Cell] = {
            "kind": Kind(unit.kind).label, "risk": Risk(unit.risk).label,
            "sectors": "、".join(SECTORS[code][0] for code in unit.sectors),
            "tags": "、".join(tags[unit.town_code].get(key, key) for key in unit.tags),
            "village": unit.village.name if names[unit.village.name] == 1 else unit.village_id,
            "department": unit.department.name if unit.department else "",
            "lon": round(unit.lon, POSITION_DECIMALS), "lat": round(unit.lat, POSITION_DECIMALS),
            "opened_on": unit.opened_on.isoformat() if unit.opened_on else "",
        }  # fmt: skip
        yield [written[name] if name in written else registered_value(unit, name) for name in _HEADINGS]


def refused_rows(found: RegisterImport) -> Iterable[list[Cell]]:
    """As they arrived, under headings that the import knows, each with its reasons: put right, the file can be sent again."""
    yield [*found.labels, *_REASONS]
    for row in found.rows.filter(verdict__in=(Verdict.REFUSED, Verdict.KEPT)):
        cells = [*row.cells, *[""] * (len(found.labels) - len(row.cells))]
        why = "；".join(
            f"{fault['column']}：{fault['why']}" if fault["column"] else fault["why"] for fault in row.faults
        )
        yield [*cells[: len(found.labels)], row.number, why, "；".join(dict.fromkeys(f["todo"] for f in row.faults))]


def _tag_names(town: str) -> dict[str, str]:
    return {tag.key: tag.zh for tag in tags_known_in(town)}
