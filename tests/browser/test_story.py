"""The whole story, three people at three real browsers: the lead sends, the worker answers without a signal, the wall moves.

No page is reloaded except where it says so.
"""

import httpx
import pytest
from playwright.sync_api import expect

from backend.config.scratch import DEMO_PASSWORD
from tests.browser.people import (
    CONSOLE,
    PHONE,
    WALL,
    choose_checklist,
    draw_signature,
    fill,
    marked,
    opened,
    photo,
    stand_in,
)

ITEMS = (
    "exits_clear", "windows", "lights", "charging", "wiring", "gas", "kitchen", "living", "flammables", "flame",
    "extinguishers", "people",
)  # fmt: skip


@pytest.fixture(scope="module")
def api(server, place):
    """What the office would find over the API: the judge of the story, not a player in it."""
    with httpx.Client(base_url=server.url) as client:
        client.get("/api/session")
        headers = {"X-CSRFToken": client.cookies["csrftoken"]}
        client.post(
            "/api/session", json={"phone": place.office, "password": DEMO_PASSWORD}, headers=headers
        ).raise_for_status()
        yield client


@pytest.fixture(scope="module")
def grid(api):
    """A grid with somebody who mainly holds it and a small venue to look at."""
    for feature in api.get("/api/grids.geojson").json()["features"]:
        venues = api.get("/api/enterprises", params={"grid": feature["id"]}).json()["results"]
        if any("small_venue" in venue["tags"] for venue in venues):
            return feature["properties"]
    raise AssertionError("no grid with a small venue")


@pytest.fixture(scope="module")
def worker(grid):
    return next(w["phone"] for w in grid["workers"] if w["main"])


def figure(page, name):
    return int(marked(page, f"figure-{name}").inner_text().strip())


def test_from_the_map_to_the_wall(server, place, browser, api, grid, worker):
    _, console = opened(browser, server.url, "/console", place.lead, CONSOLE)
    away, phone = opened(browser, server.url, "/", worker, PHONE)
    stand_in(phone, grid["uid"])
    _, wall = opened(browser, server.url, "/screen", place.leader, WALL)
    expect(marked(phone, "empty")).to_be_visible()
    marked(wall, "figure-hazards_open").wait_for()
    before = {name: figure(wall, name) for name in ("hazards_open", "done_today", "sent_today")}
    expect(marked(console, "map-notice").first).to_contain_text(api.get("/api/session").json()["town"]["notice"]["zh"])

    # the lead chooses the grid, looks at the plan, sends
    console.locator(f'[data-test="grid-row"][data-code="{grid["code"]}"]').click()
    choose_checklist(console, "small-venue-fire")
    expect(marked(console, "preview")).to_be_enabled()
    fill(console, "per-grid", "1")
    console.keyboard.press("Tab")
    marked(console, "preview").click()
    expect(marked(console, "preview-row")).to_have_count(1)
    marked(console, "send").click()
    expect(marked(console, "sent-count")).to_contain_text("1")

    # the phone has it without being touched, and the wall moves
    task = marked(phone, "task")
    expect(task).to_have_count(1, timeout=5_000)
    expect(marked(wall, "figure-sent_today")).to_have_text(str(before["sent_today"] + 1), timeout=5_000)
    task_id = task.get_attribute("data-task-id")
    task.click()
    marked(phone, "accept").click()
    marked(phone, "check-in").click()
    marked(phone, "start").wait_for()  # a good fix inside the grid needs no second tap

    # the lead sees how far it has come
    marked(console, "to-watch").click()
    row = console.locator(f'[data-test="task-row"][data-task-id="{task_id}"]')
    expect(row).to_have_attribute("data-rung", "on_site", timeout=5_000)

    # no signal: the form is filled, one item fails with a photo, both sides sign or refuse, submitted all the same
    away.set_offline(True)
    marked(phone, "start").click()
    for item in ITEMS:
        marked(phone, f"item-{item}-{'fail' if item == 'charging' else 'pass'}").click()
    marked(phone, "add-photo-charging").set_input_files(photo())
    expect(marked(phone, "photo")).to_have_count(1, timeout=15_000)
    marked(phone, "clause-charging-0").click()
    marked(phone, "to-review").click()
    fill(phone, "name-subject", "区老板")
    draw_signature(phone, "sign-subject")
    draw_signature(phone, "sign-inspector")
    marked(phone, "submit").click()
    marked(phone, "submitted").wait_for()
    expect(marked(phone, "unsent").first).to_have_attribute("data-count", "1")
    assert api.get("/api/inspections", params={"task": task_id}).json()["results"] == []

    # the phone is closed and opened again, still without a signal: nothing is gone
    phone.reload()
    expect(marked(phone, "unsent").first).to_have_attribute("data-count", "1", timeout=15_000)

    # back in reach: it goes by itself, once
    away.set_offline(False)
    phone.evaluate("window.dispatchEvent(new Event('online'))")
    expect(row).to_have_attribute("data-rung", "submitted", timeout=30_000)
    expect(marked(wall, "figure-hazards_open")).to_have_text(str(before["hazards_open"] + 1), timeout=5_000)
    expect(marked(wall, "figure-done_today")).to_have_text(str(before["done_today"] + 1), timeout=5_000)
    expect(marked(phone, "unsent").first).to_have_attribute("data-count", "0", timeout=30_000)

    (inspection,) = api.get("/api/inspections", params={"task": task_id}).json()["results"]
    assert {s["stored"] for s in inspection["signatures"]} == {True}
    assert [a["item"] for a in inspection["answers"] if a["verdict"] == "fail"] == ["charging"]
    (hazard,) = api.get("/api/hazards", params={"task": task_id}).json()["results"]
    (picture,) = hazard["photos"]
    assert api.get(f"/api/photos/{picture['sha256']}").content.startswith(b"\xff\xd8")

    # and the hazard stands in the console's ledger
    console.goto(f"{server.url}/console#/hazards")
    expect(console.locator(f'[data-test="hazard-row"][data-hazard-id="{hazard["id"]}"]')).to_be_visible(timeout=10_000)
    assert api.get("/api/journal/verify").json()["ok"]
