"""What each of the 23 sectors has of its own on a day; what is for every sector does not count."""

from datetime import date
from typing import NamedTuple

from backend.enterprises.sectors import SECTORS
from backend.standards.editions import in_force
from backend.standards.files import Library, StandardFile
from backend.standards.models import StandardKind

OTHER = "99"


class Covered(NamedTuple):
    code: str
    standards: list[StandardFile]
    checklists: list[str]

    @staticmethod
    def label(row: StandardFile) -> str:
        return StandardKind(row.kind).label


def coverage(library: Library, day: date) -> list[Covered]:
    return [
        Covered(
            code,
            [row for row in library.standards if code in row.sectors and in_force(row, day)],
            [row.key for row in library.checklists if row.sector == code],
        )
        for code in SECTORS
        if code != OTHER
    ]
