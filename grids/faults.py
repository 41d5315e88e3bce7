"""What is wrong with an input: said once, completely, and with the way out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn


@dataclass(frozen=True)
class Fault:
    """One thing wrong with an input.

    ``file`` is the path as the caller gave it (or the name of the argument), ``row`` counts from 1
    and is None when the whole file is meant, ``field`` is a column, ``geometry`` or an option.
    """

    file: str
    row: int | None
    field: str | None
    why: str
    remedy: str

    def __str__(self) -> str:
        place = [self.file]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.field is not None:
            place.append(f"field {self.field}")
        return f"{', '.join(place)}: {self.why}; {self.remedy}"


class InputError(ValueError):
    """The input cannot be used. ``faults`` holds every fault found; ``str()`` gives one line each."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def refuse(faults: Iterable[Fault]) -> None:
    """Raise InputError when there is at least one fault."""
    found = list(faults)
    if found:
        raise InputError(found)


def reject(file: str, row: int | None, field: str | None, why: str, remedy: str) -> NoReturn:
    """Raise InputError with this one fault."""
    raise InputError([Fault(file, row, field, why, remedy)])
