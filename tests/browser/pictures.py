"""`make pictures`: the three surfaces with the demo town and its invented past, for the README. Small files, made anew."""

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from backend.config.scratch import scratch_server
from tests.browser.install import FLAGS, found
from tests.browser.people import CONSOLE, PHONE, WALL, choose_checklist, marked, opened, own_grid, photo, stand_in

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
LEAD, WORKER, LEADER = "10000000207", "10000000102", "10000000501"
WIDTH, GAP = 1200, 24


def shot(page: Page) -> Image.Image:
    page.wait_for_timeout(3000)  # maps and charts draw after their data is there, and notices go
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def keep(image: Image.Image, name: str) -> None:
    """At most as wide as it is shown, in 256 colours: a fraction of the bytes."""
    width = min(WIDTH, image.width)
    small = image.resize((width, image.height * width // image.width), Image.Resampling.LANCZOS)
    small.quantize(256, kmeans=2).save(FOLDER / f"{name}.png", optimize=True)


def beside(*images: Image.Image) -> Image.Image:
    row = Image.new("RGB", (sum(i.width for i in images) + GAP * (len(images) - 1), images[0].height), "white")
    for n, image in enumerate(images):
        row.paste(image, (n * (image.width + GAP), 0))
    return row


def take_console(browser: Browser, url: str) -> Image.Image:
    _, page = opened(browser, url, "/console", LEAD, CONSOLE)
    rows = marked(page, "grid-row")
    rows.first.wait_for()
    for n in range(3):
        rows.nth(n).click()
    choose_checklist(page, "small-venue-fire")
    marked(page, "preview").click()
    marked(page, "preview-row").first.wait_for()
    return shot(page)


def take_phone(browser: Browser, url: str) -> Image.Image:
    """The list, a form with a failed item, and the signatures."""
    context, page = opened(browser, url, "/", WORKER, PHONE)
    stand_in(page, own_grid(page))
    marked(page, "task").first.wait_for()
    listed = shot(page)
    marked(page, "task").last.click()
    for button in ("accept", "check-in"):
        page.wait_for_timeout(500)  # past tasks stand at different steps
        if marked(page, button).is_visible():
            marked(page, button).click()
    marked(page, "start").click()
    for item in ("exits_clear", "windows", "lights"):
        marked(page, f"item-{item}-pass").click()
    marked(page, "item-charging-fail").click()
    marked(page, "add-photo-charging").set_input_files(photo())
    marked(page, "photo").wait_for()
    marked(page, "clause-charging-0").click()
    form = shot(page)
    context.close()
    return beside(listed, form)


def take_screen(browser: Browser, url: str) -> Image.Image:
    _, page = opened(browser, url, "/screen", LEADER, WALL)
    marked(page, "figure-major_open").wait_for()
    return shot(page)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with scratch_server(history=True) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found(), args=FLAGS)
        for name, taken in (("console", take_console), ("phone", take_phone), ("screen", take_screen)):
            keep(taken(browser, server.url), name)
        browser.close()


if __name__ == "__main__":
    main()
