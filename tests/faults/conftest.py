"""Every test here breaks something on purpose. One healthy town for a module whose scenarios do not spoil it."""

from collections.abc import Iterator

import pytest

from tests.faults.town import Town, running_town


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/faults" in item.nodeid:
            item.add_marker(pytest.mark.fault)


@pytest.fixture(scope="module")
def running() -> Iterator[Town]:
    """A server of this module's own."""
    with running_town() as town:
        yield town


@pytest.fixture
async def town(running: Town) -> Town:  # type: ignore[misc]
    """The module's town with no phone left over from another test and a whole connection."""
    running.proxy.refuse = running.proxy.frozen = False
    running.proxy.latency_s, running.proxy.down_bytes_s = 0.0, None
    running.proxy.cut_after.update(up=None, down=None)
    yield running
    await running.close()
