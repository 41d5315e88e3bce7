"""A tiny town in a folder, and loading it."""

from io import StringIO
from pathlib import Path
from typing import Protocol

import pytest
from django.core.management import CommandError, call_command

from tests.backend.loading.tiny_town import TinyTown


class Load(Protocol):
    def __call__(self, *options: str) -> str: ...


class Refused(Protocol):
    def __call__(self) -> list[str]: ...


@pytest.fixture
def town(tmp_path: Path) -> TinyTown:
    return TinyTown(tmp_path)


@pytest.fixture
def load(town: TinyTown, db: None) -> Load:
    """Load the tiny town; what was printed."""

    def run(*options: str) -> str:
        out = StringIO()
        call_command("load_town", str(town.path), *options, stdout=out)
        return out.getvalue()

    return run


@pytest.fixture
def refused(town: TinyTown, db: None) -> Refused:
    """Try to load the tiny town; the faults that were printed, one a line."""

    def run() -> list[str]:
        errors = StringIO()
        with pytest.raises(CommandError, match="什么都没有写入"):
            call_command("load_town", str(town.path), stderr=errors)
        return errors.getvalue().splitlines()

    return run
