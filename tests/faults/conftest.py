"""Every test here breaks something on purpose. One healthy town for a module whose scenarios do not spoil it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.install import FLAGS, found
from tests.faults.phones import Office
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


@pytest.fixture(scope="module")
def office(running: Town) -> Office:
    return Office(running)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed after the module: Playwright's loop must not run under tests that start one of their own."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found(), args=FLAGS)
        yield started
        started.close()
