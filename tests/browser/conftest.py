"""A real server with the demo town, and a real browser."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from backend.config.scratch import DEMO_TOWN, scratch_server
from tests.browser.install import FLAGS, found


@dataclass(frozen=True)
class Place:
    """A town folder and who plays in it, by phone number."""

    folder: Path
    lead: str
    leader: str
    office: str


PLACES = [
    Place(DEMO_TOWN, lead="10000000201", leader="10000000501", office="10000000401"),
    Place(DEMO_TOWN.parent / "tiswadi", lead="10000020141", leader="10000020151", office="10000020149"),
]


@pytest.fixture(scope="module", params=PLACES, ids=lambda place: place.folder.name)
def place(request):
    return request.param


@pytest.fixture(scope="module")
def server(place):
    with scratch_server(place.folder) as running:
        yield running


@pytest.fixture(scope="module")
def browser():
    """Closed after the module: Playwright's loop must not run under tests that start one of their own."""
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
