"""A worker's phone in a real browser, the office that gives it work, and a look at what the server has stored."""

import contextlib
import io
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import shapely
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from backend.config.scratch import DEMO_PASSWORD
from tests.browser.people import PHONE, draw_signature, marked, sign_in
from tests.faults.town import OFFICE, Town

ITEMS = (
    "exits_clear", "windows", "lights", "charging", "wiring", "gas", "kitchen", "living", "flammables", "flame",
    "extinguishers", "people",
)  # fmt: skip
Json = dict[str, Any]


@dataclass(frozen=True)
class Worker:
    """Who mainly holds a grid with enough small venues to be sent to."""

    phone: str
    name: str
    grid: str
    lon: float
    lat: float


class Office:
    """The safety office over REST: gives work, and judges what has come of it."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.client = desk(town, OFFICE)
        self.checklist = next(c for c in self.get("/api/checklists") if c["key"] == "small-venue-fire")
        self._free = self._workers(venues=5)

    def get(self, path: str, **query: str) -> Any:
        return self.client.get(path, params=query).raise_for_status().json()

    def post(self, path: str, body: Json) -> Any:
        headers = {"X-CSRFToken": self.client.cookies["csrftoken"]}
        return self.client.post(path, json=body, headers=headers).raise_for_status().json()

    def _workers(self, venues: int) -> list[Worker]:
        found = {}
        for feature in self.get("/api/grids.geojson")["features"]:
            near = self.get("/api/enterprises", grid=feature["id"], limit="200")["results"]
            holder = next((w for w in feature["properties"]["workers"] if w["main"]), None)
            if holder and sum("small_venue" in e["tags"] for e in near) >= venues:
                inside = shapely.from_geojson(json.dumps(feature["geometry"])).representative_point()
                worker = Worker(holder["phone"], holder["name"], feature["id"], inside.x, inside.y)
                found.setdefault(worker.phone, worker)
        return list(found.values())

    def somebody(self) -> Worker:
        """A worker whom no other test has sent anywhere."""
        return self._free.pop()

    def send(self, worker: Worker, count: int, deadline: str) -> list[str]:
        """Ids of the tasks."""
        sent = self.post("/api/dispatches", {
            "id": str(uuid4()), "title": "九小场所检查", "deadline": deadline, "grid_uids": [worker.grid],
            "checklist_id": self.checklist["id"], "per_grid": count,
        })  # fmt: skip
        tasks = self.get("/api/tasks", dispatch=sent["dispatch"]["id"])["results"]
        assert len(tasks) == count
        return [task["id"] for task in tasks]

    def inspections(self, task: str) -> list[Json]:
        found: list[Json] = self.get("/api/inspections", task=task)["results"]
        return found


def desk(town: Town, number: str) -> httpx.Client:
    """Somebody signed in over REST, without a browser."""
    client = httpx.Client(base_url=town.url, timeout=30)
    client.get("/api/session")
    body, token = {"phone": number, "password": DEMO_PASSWORD}, client.cookies["csrftoken"]
    client.post("/api/session", json=body, headers={"X-CSRFToken": token}).raise_for_status()
    return client


def phone_of(
    browser: Browser,
    office: Office,
    worker: Worker,
    *,
    clock: datetime | None = None,
    script: str = "",
    url: str = "",
    seen: Callable[[Page], Any] = lambda page: None,
    **options: Any,
) -> tuple[BrowserContext, Page]:
    """A phone on which the worker is signed in; its clock says what is given. `url`: by which way it reaches the server;
    `seen`: who looks on from the beginning."""
    context = new_phone(browser, worker, **options)
    if clock:
        context.clock.install(time=clock)
    if script:
        context.add_init_script(script)
    page = context.new_page()
    seen(page)
    page.goto(url or office.town.url)
    sign_in(page, worker.phone)
    return context, page


def new_phone(browser: Browser, worker: Worker, **options: Any) -> BrowserContext:
    """Somewhere in the worker's grid."""
    return browser.new_context(
        viewport=PHONE, locale="zh-CN", timezone_id="Asia/Shanghai", has_touch=True, permissions=["geolocation"],
        geolocation={"longitude": worker.lon, "latitude": worker.lat, "accuracy": 12}, **options,
    )  # fmt: skip


def begin(page: Page, task: str) -> None:
    """From the list to the open form."""
    go(page, f"/task/{task}")
    marked(page, "accept").click()
    marked(page, "check-in").click()
    marked(page, "start").click()  # a good fix inside the grid needs no second tap
    marked(page, "item-exits_clear-pass").wait_for()


def photo() -> Json:
    """A small one, no two alike."""
    image = Image.new("RGB", (640, 480), "#b5651d")
    ImageDraw.Draw(image).text((20, 20), str(uuid4()), font_size=30)
    written = io.BytesIO()
    image.save(written, "JPEG")
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}


def fill_form(page: Page) -> None:
    """Everything in order but the charging, of which there is a photo."""
    for item in ITEMS:
        marked(page, f"item-{item}-{'fail' if item == 'charging' else 'pass'}").click()
    add_photo(page)
    marked(page, "clause-charging-0").click()


def add_photo(page: Page, *, item: str = "charging", kept: int = 1) -> None:
    marked(page, f"add-photo-{item}").set_input_files([photo()])
    expect(marked(page, "photo")).to_have_count(kept, timeout=15_000)


def sign_and_submit(page: Page) -> None:
    marked(page, "to-review").click()
    marked(page, "refuse").click()
    marked(page, "refused-absent").click()
    draw_signature(page, "sign-inspector")
    marked(page, "submit").click()
    marked(page, "submitted").wait_for()


def inspect(page: Page, task: str) -> None:
    begin(page, task)
    fill_form(page)
    sign_and_submit(page)


def go(page: Page, where: str) -> None:
    page.evaluate("where => { location.hash = '#' + where }", where)


def network(context: BrowserContext, *, on: bool) -> None:
    context.set_offline(not on)
    if on:
        for page in context.pages:
            page.evaluate("window.dispatchEvent(new Event('online'))")


def unsent(page: Page, count: int, timeout: float = 30_000) -> None:
    expect(marked(page, "unsent").first).to_have_attribute("data-count", str(count), timeout=timeout)


def loaded(page: Page) -> None:
    """Everything a day without network needs is in this page: it is fetched a moment after the first screen."""
    comes_true(page, "performance.now() > 1600")
    page.wait_for_load_state("networkidle")


def comes_true(page: Page, script: str, seconds: float = 20) -> None:
    """By asking again: the page's policy forbids a waiting evaluation. The page may be reloaded meanwhile."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(Error):
            if page.evaluate(script):
                return
        page.wait_for_timeout(100)
    raise AssertionError(script)
