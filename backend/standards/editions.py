"""Editions of one standard: gb35181-2017 and gb35181-2025 are both of the family gb35181. Pure."""

from datetime import date
from typing import Protocol


class Edition(Protocol):
    effective_from: date
    effective_to: date | None


def family(standard_key: str) -> str:
    stem, _, edition = standard_key.rpartition("-")
    return stem if edition.isdigit() and len(edition) == 4 else standard_key


def in_force(edition: Edition, day: date) -> bool:
    """First and last day included."""
    return edition.effective_from <= day and (edition.effective_to is None or day <= edition.effective_to)


def overlap(one: Edition, other: Edition) -> bool:
    return in_force(one, other.effective_from) or in_force(other, one.effective_from)
