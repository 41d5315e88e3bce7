"""The office at its console: whose phone is in trouble, and a communication test that a phone answers while it looks on."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import expect

from backend.config.scratch import DEMO_PASSWORD
from tests.browser.people import CONSOLE, marked, opened


class Worker:
    """A phone without a screen: it signs in, tells how it is, answers."""

    def __init__(self, url, number):
        self.client = httpx.Client(base_url=url)
        self.client.get("/api/session")
        body = {"phone": number, "password": DEMO_PASSWORD, "device": {"id": str(uuid4()), "name": "Android · Chrome"}}
        self.me = self._send("POST", "/api/session", body).json()

    def _send(self, method, path, body):
        headers = {"X-CSRFToken": self.client.cookies["csrftoken"]}
        return self.client.request(method, path, json=body, headers=headers).raise_for_status()

    def tell(self, **health):
        self._send("PUT", "/api/device", health)

    def send(self, *, op_id, kind, body):
        """The status that the server answers."""
        now = datetime.now(UTC).isoformat()
        op = {"op_id": op_id, "n": 1, "type": kind, "client_time": now, "body": body}
        sent = self._send("POST", "/api/ops", {"v": 1, "epoch": self.me["epoch"], "ops": [op]})
        return sent.json()["results"][0]["status"]

    def answer(self, test):
        heard = {"test_id": test, "heard_at": datetime.now(UTC).isoformat(), "way": "live"}
        assert self.send(op_id=str(uuid4()), kind="communication_test.answer", body=heard) == "applied"

    def dismiss(self, op, reason):
        self._send("POST", f"/api/quarantine/{op}/dismiss", {"reason": reason})


@pytest.fixture
def console(server, place, browser):
    context, page = opened(browser, server.url, "/console", place.office, CONSOLE)
    yield page
    context.close()


@pytest.fixture(scope="module")
def worker(server, place):
    office = Worker(server.url, place.office)
    features = office.client.get("/api/grids.geojson").json()["features"]
    office.client.close()
    number = next(w["phone"] for f in features for w in f["properties"]["workers"] if w["main"])
    phone = Worker(server.url, number)
    yield phone
    phone.client.close()


def test_a_phone_that_holds_work_stands_first(console, worker):
    now = datetime.now(UTC)
    worker.tell(unsent=3, oldest=(now - timedelta(days=4)).isoformat(), app="0.0.1", at=now.isoformat())
    marked(console, "tab-phones").click()
    first = marked(console, "device-row").first
    expect(first).to_have_attribute("data-verdict", "holding")
    expect(first).to_contain_text(worker.me["user"]["phone"])
    marked(console, "verdict-holding").click()
    expect(marked(console, "device-row")).to_have_count(1)


def test_a_test_is_started_and_its_answer_comes_in_by_itself(console, worker):
    """Seen failing with a pace that was settled before the test began: the console looked again after half a minute."""
    marked(console, "tab-phones").click()
    marked(console, "view-tests").click()
    marked(console, "start-test").click()
    marked(console, "confirm-test").click()
    waiting = marked(console, "outcome-waiting")
    expect(waiting).to_contain_text(worker.me["user"]["phone"])
    worker.answer(marked(console, "test-row").first.get_attribute("data-test-id"))
    reached = marked(console, "outcome-reached")
    expect(reached).to_contain_text(worker.me["user"]["phone"], timeout=15_000)
    expect(waiting).not_to_contain_text(worker.me["user"]["phone"])
