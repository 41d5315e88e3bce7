"""People at their surfaces: a lead at the console, a worker on a phone, a leader before the wall screen."""

import io
import json

import shapely
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, Page, expect

from backend.config.scratch import DEMO_PASSWORD

PHONE = {"width": 360, "height": 740}
CONSOLE = {"width": 1440, "height": 900}
WALL = {"width": 1920, "height": 1080}


def marked(page: Page, name: str):
    return page.locator(f'[data-test="{name}"]')


def opened(browser: Browser, url: str, path: str, number: str, size: dict[str, int]) -> tuple[BrowserContext, Page]:
    """A context of its own, signed in at `path`."""
    context = browser.new_context(
        viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai", has_touch=size == PHONE,
        permissions=["geolocation"],
    )  # fmt: skip
    page = context.new_page()
    page.goto(url + path)
    sign_in(page, number)
    return context, page


def sign_in(page: Page, number: str) -> None:
    marked(page, "phone-number").locator("visible=true").first.wait_for()
    fill(page, "phone-number", number)
    fill(page, "password", DEMO_PASSWORD)
    marked(page, "sign-in").click()
    expect(marked(page, "sign-in")).to_have_count(0, timeout=20_000)


def fill(page: Page, name: str, text: str) -> None:
    """The mark may stand on the field or around it."""
    field = marked(page, name)
    inside = field.locator("input, textarea")
    (inside.first if inside.count() else field).fill(text)


def choose_checklist(console: Page, key: str) -> None:
    marked(console, "checklist").click()
    console.locator(f'[data-test="checklist-option"][data-key="{key}"]').click()


def photo() -> dict[str, object]:
    """What a camera would give: a picture larger than the phone will keep."""
    image = Image.effect_noise((2400, 1800), 60).convert("RGB")
    ImageDraw.Draw(image).rectangle([300, 300, 2100, 1500], fill="#b5651d", outline="black", width=20)
    written = io.BytesIO()
    image.save(written, "JPEG", quality=88)
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}


def draw_signature(page: Page, name: str) -> None:
    """A few strokes; drawn again, as a person would, when the board shows no ink (a busy machine drops pointer moves)."""
    section = page.locator("section", has=marked(page, name))
    for _ in range(3):
        _strokes(page, name)
        try:
            expect(section.locator(".here")).to_have_count(0, timeout=3_000)
        except AssertionError:
            continue
        return
    raise AssertionError(f"{name} takes no ink")


def _strokes(page: Page, name: str) -> None:
    board = marked(page, name)
    board.scroll_into_view_if_needed()
    page.wait_for_timeout(200)  # until the page stands still
    box = board.bounding_box()
    assert box, f"{name} is not on the page"
    x, y, w, h = box["x"], box["y"], box["width"], box["height"]
    page.mouse.move(x + w * 0.2, y + h * 0.5)
    page.mouse.down()
    for step in range(1, 8):
        page.mouse.move(x + w * (0.2 + 0.08 * step), y + h * (0.5 + (0.25 if step % 2 else -0.25)))
    page.mouse.up()


def stand_in(page: Page, grid_uid: str) -> None:
    """Put the device somewhere inside the grid."""
    features = page.evaluate("async () => (await (await fetch('/api/grids.geojson')).json()).features")
    shape = next(f["geometry"] for f in features if f["id"] == grid_uid)
    inside = shapely.from_geojson(json.dumps(shape)).representative_point()
    page.context.set_geolocation({"longitude": inside.x, "latitude": inside.y, "accuracy": 12})


def own_grid(page: Page) -> str:
    """The first grid that the worker who is signed in here holds."""
    return str(page.evaluate("async () => (await (await fetch('/api/session')).json()).grid_uids[0]"))
