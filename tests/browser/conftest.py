"""A real server with the demo town, and a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from backend.config.scratch import DEMO_TOWN, scratch_server
from tests.browser.install import FLAGS, found


@pytest.fixture(scope="session")
def server():
    with scratch_server(DEMO_TOWN) as running:
        yield running


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found(), args=FLAGS)
        yield started
        started.close()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed browser test leaves a picture of every page that was open."""
    report = (yield).get_result()
    if report.when == "call" and report.failed and (browser := item.funcargs.get("browser")):
        folder = Path("test-results")
        folder.mkdir(exist_ok=True)
        for n, page in enumerate(page for context in browser.contexts for page in context.pages):
            page.screenshot(path=folder / f"{item.name}-{n}.png")
