"""Derived figures are no facts: they travel as letters with a version; who misses one fetches the snapshot again."""

from backend.journal.letters import post
from backend.rollups.services import advance


def advance_and_tell(town: str) -> None:
    """Handler of every event that counts: bring the counters up to date and say that the overview has changed."""
    version = advance(town)
    post(f"o:{town}", {"k": "letter", "t": "overview", "division": town, "version": version})
