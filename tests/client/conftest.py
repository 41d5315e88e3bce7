"""A running server for the client, and one of a stranger that says what ours seldom or never says."""

from collections.abc import Iterator

import pytest

from tests.client.stranger import Stranger
from tests.faults.town import Town, running_town


@pytest.fixture(scope="module")
def running() -> Iterator[Town]:
    with running_town() as town:
        yield town


@pytest.fixture
async def town(running: Town) -> Town:  # type: ignore[misc]
    """The module's town with no phone left over from another test."""
    yield running
    await running.close()


@pytest.fixture
async def stranger() -> Stranger:  # type: ignore[misc]
    async with Stranger().serving() as server:
        yield server
