"""One scratch server and one browser for the phones of these tests."""

import pytest
from playwright.sync_api import sync_playwright

from backend.config.scratch import scratch_server
from tests.browser.install import FLAGS, found
from tests.faults.phones import Office


@pytest.fixture(scope="session")
def phone_server():
    with scratch_server() as running:
        yield running


@pytest.fixture(scope="session")
def office(phone_server):
    return Office(phone_server)


@pytest.fixture(scope="module")
def browser():
    """Closed after the module: Playwright's loop must not run under tests that start one of their own."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found(), args=FLAGS)
        yield started
        started.close()
