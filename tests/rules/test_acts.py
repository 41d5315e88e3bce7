"""docs/acts.md says what the code does. After a change of roles or addresses: `anwangge write-acts`."""

from pathlib import Path

from backend.accounts.roles import ACTS, Role
from backend.config.management.commands.write_acts import acts_document

DOCUMENT = Path(__file__).parents[2] / "docs" / "acts.md"


def rows():
    lines = [line for line in DOCUMENT.read_text("utf-8").splitlines() if line.startswith("| `")]
    return {cells[1].strip(" `"): cells[2:-2] for cells in (line.split("|") for line in lines)}


def test_it_is_up_to_date():
    assert DOCUMENT.read_text("utf-8") == acts_document()


def test_every_mark_is_a_right_and_every_right_a_mark():
    """Read from the document itself, so that a mistake in writing it cannot agree with itself."""
    marked = {
        (role, act)
        for act, cells in rows().items()
        for role, cell in zip(Role, cells, strict=True)
        if cell.strip() == "●"
    }
    assert marked == {(role, act) for role, acts in ACTS.items() for act in acts}
