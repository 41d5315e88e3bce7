"""Putting the shipped standards and checklists into the database; what is already there is left as it is."""

from pathlib import Path
from typing import Any

import yaml

from backend.journal.recording import recording
from backend.standards.models import Checklist, Clause, Standard

DATA = Path(__file__).parent / "data"


def load_standards() -> None:
    """Add every standard and checklist version of `data/` that is not there yet. A published version is never edited."""
    with recording():
        for row in _read("standards.yaml"):
            clauses = row.pop("clauses")
            standard, made = Standard.objects.get_or_create(key=row["key"], defaults=row)
            if made:
                Clause.objects.bulk_create(Clause(standard=standard, **clause) for clause in clauses)
        for row in _read("checklists.yaml"):
            title = row.pop("title")
            found = {"key": row.pop("key"), "version": row.pop("version")}
            Checklist.objects.get_or_create(
                **found, defaults=row | {"title_zh": title["zh"], "title_en": title["en"], "tag": row.get("tag", "")}
            )


def _read(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load((DATA / name).read_text("utf-8"))
    return rows
