"""The phone's storage fails: full, cleared behind its back, forbidden; or the app is renewed in the middle of a form."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.people import fill, marked, sign_in
from tests.faults.phones import (
    add_photo,
    begin,
    comes_true,
    fill_form,
    go,
    loaded,
    network,
    new_phone,
    phone_of,
    sign_and_submit,
    unsent,
)  # fmt: skip
from tests.faults.town import running_town

CLEAR = """async () => {
  const names = (await indexedDB.databases()).map(({ name }) => name);
  await Promise.all(names.map((name) => new Promise((done) => {
    const gone = indexedDB.deleteDatabase(name); gone.onsuccess = gone.onerror = gone.onblocked = done; })));
}"""
CLEAR_ROWS = """() => new Promise((done) => {
  const opening = indexedDB.open("anwangge");
  opening.onsuccess = () => {
    const change = opening.result.transaction(["rows", "marks"], "readwrite");
    change.objectStore("rows").clear(); change.objectStore("marks").clear();
    change.oncomplete = () => { opening.result.close(); done(); };
  };
})"""
NO_DATABASE = """
IDBFactory.prototype.open = () => { throw new DOMException("The operation is insecure.", "SecurityError"); };
"""


# what a full disk looks like to the page; the browser's own override of the quota has no effect on contexts like these
CAN_BE_FULL = """
for (const name of ["put", "add"]) {
  const real = IDBObjectStore.prototype[name];
  IDBObjectStore.prototype[name] = function (...given) {
    if (window.diskFull) throw new DOMException("The disk is full.", "QuotaExceededError");
    return real.apply(this, given);
  };
}
"""


@pytest.fixture(scope="module")
def surfaces(tmp_path_factory) -> Path:
    """A copy of the built surfaces that may be renewed while the server runs."""
    return Path(shutil.copytree(settings.PWA, tmp_path_factory.mktemp("pwa") / "dist"))


@pytest.fixture(scope="module")
def running(surfaces):
    with running_town(env={"ANWANGGE_PWA": str(surfaces)}) as town:
        yield town


def soon() -> str:
    return (datetime.now(UTC) + timedelta(hours=5)).isoformat()


def full(page: Page, is_full: bool) -> None:
    page.evaluate("yes => { window.diskFull = yes }", is_full)


def look_for_update(page: Page) -> None:
    page.evaluate("async () => (await navigator.serviceWorker.getRegistration()).update()")
    comes_true(page, "async () => !!(await navigator.serviceWorker.getRegistration()).waiting")


def begun(browser, office, worker, script="") -> tuple[BrowserContext, Page, str]:
    (task,) = office.send(worker, 1, soon())
    context, page = phone_of(browser, office, worker, script=script)
    marked(page, "task").first.wait_for()
    loaded(page)
    begin(page, task)
    unsent(page, 0)  # no answer is on its way to a storage that is spoilt next
    return context, page, task


def test_a_full_phone_says_so_before_anything_is_lost(browser, office):
    """Protects: `strict` writes whose failure is shown where the person is, with what they made still on the page
    (`PhotoStrip`, `useForm.unsaved`, `Review`), and nothing sent or called sent that was not stored.

    Seen failing with the failed save of `useForm` not remembered. The full disk is made in the page, where the browser
    would throw.
    """
    context, page, task = begun(browser, office, office.somebody(), CAN_BE_FULL)
    full(page, True)
    marked(page, "item-windows-fail").click()
    expect(page.locator("main").get_by_role("alert").filter(has_text="存储空间不足")).to_be_visible(timeout=15_000)
    add_photo(page, item="windows", kept=0)
    expect(page.get_by_text("照片没有存下").first).to_be_visible(timeout=15_000)
    expect(marked(page, "item-windows-fail")).to_have_attribute("aria-checked", "true")

    full(page, False)
    marked(page, "item-windows-pass").click()
    expect(page.locator("main").get_by_role("alert").filter(has_text="存储空间不足")).to_have_count(0)
    fill_form(page)
    marked(page, "to-review").click()  # goes on when the form is on the disk
    marked(page, "refuse").wait_for()
    go(page, f"/task/{task}/form")
    page.reload()
    expect(marked(page, "progress")).to_have_text("12/12", timeout=15_000)
    sign_and_submit(page)
    unsent(page, 0)
    assert len(office.inspections(task)) == 1
    context.close()


def test_a_browser_that_cleared_everything(browser, office):
    """Protects: `offline/witness.ts`: a line outside the database tells, at the next start, that something was there
    and how much of it was not sent; no page says that all was uploaded.

    Seen failing with a witness that remembers nothing.
    """
    worker = office.somebody()
    context, page, task = begun(browser, office, worker)
    network(context, on=False)
    fill_form(page)
    sign_and_submit(page)
    unsent(page, 1)
    page.evaluate(CLEAR)
    network(context, on=True)
    page.reload()
    told = marked(page, "storage")
    expect(told).to_have_attribute("data-trouble", "lost", timeout=15_000)
    expect(told).to_contain_text("1 项还没有上传")
    sign_in(page, worker.phone)
    go(page, "/")
    expect(marked(page, "task")).to_have_count(1, timeout=15_000)  # it is to be done again
    page.reload()
    expect(told).to_be_visible()  # until it has been read
    go(page, "/sync")
    expect(marked(page, "sync-state")).to_contain_text("没有待上传的内容")
    expect(page.get_by_text("全部已上传")).to_have_count(0)
    marked(page, "read-loss").click()
    page.reload()
    marked(page, "sync-state").wait_for()
    expect(told).to_have_count(0)
    assert office.inspections(task) == []
    context.close()


def test_a_browser_that_cleared_the_copies_only(browser, office):
    """Protects: without cursors the feed takes snapshots anew; the outbox waits for the epoch and sends what is its own.

    Seen failing with `Feed.start` not writing down the epoch of a phone without marks: its work is never sent.
    """
    context, page, task = begun(browser, office, office.somebody())
    network(context, on=False)
    fill_form(page)
    sign_and_submit(page)
    page.evaluate(CLEAR_ROWS)
    page.reload()
    unsent(page, 1)
    network(context, on=True)
    unsent(page, 0)
    go(page, "/")
    marked(page, "show-done").click()
    expect(marked(page, "task")).to_have_count(1, timeout=15_000)
    assert len(office.inspections(task)) == 1
    context.close()


def test_a_browser_that_allows_no_storage(browser, office):
    """Protects: `storageTrouble` is said on the first page, before anybody has typed anything in vain.

    Seen failing without the catch around `session.restore` in `main.ts`.
    """
    worker = office.somebody()
    context = new_phone(browser, worker)
    context.add_init_script(NO_DATABASE)
    page = context.new_page()
    page.goto(office.town.url)
    expect(marked(page, "storage")).to_have_attribute("data-trouble", "refused", timeout=15_000)
    fill(page, "phone-number", worker.phone)
    fill(page, "password", "anwangge-demo")
    marked(page, "sign-in").click()
    page.get_by_role("alert").filter(has_text="不能").first.wait_for()
    expect(marked(page, "task-list")).to_have_count(0)  # nobody is let on to a form that cannot be kept
    context.close()


def test_a_new_build_in_the_middle_of_a_form_and_another_tab_that_takes_it(browser, office, surfaces):
    """Protects: `update.ts` asks, never in a form, and never reloads a page that did not ask; drafts outlive the update.

    Seen failing without `onNeedReload`: the form is reloaded when the other tab takes the update.
    """
    context, page, task = begun(browser, office, office.somebody())
    page.evaluate("async () => { await navigator.serviceWorker.ready }")
    page.reload()  # from now on an old build's worker answers, as on every later day
    marked(page, "item-charging-fail").wait_for()
    marked(page, "item-charging-fail").click()
    fill(page, "note-charging", "楼道里停着三辆电动车")
    page.evaluate("window.untouched = true")
    other = context.new_page()
    other.goto(office.town.url)
    marked(other, "task").first.wait_for()

    with (surfaces / "sw.js").open("a") as worker:  # another byte: to the browser a new version
        worker.write("\n// the next build\n")
    look_for_update(page)
    expect(other.locator(".update")).to_be_visible(timeout=15_000)
    expect(page.locator(".update")).to_have_count(0)
    other.locator(".update button").click()
    comes_true(other, "performance.getEntriesByType('navigation')[0].type === 'reload'")
    marked(other, "task").first.wait_for()
    assert page.evaluate("window.untouched"), "the form was reloaded under the hands of the person"

    page.bring_to_front()
    go(page, f"/task/{task}")
    page.locator(".update button").click()
    comes_true(page, "!window.untouched")
    marked(page, "start").click()
    expect(marked(page, "item-charging-fail")).to_have_attribute("aria-checked", "true")
    expect(
        marked(page, "note-charging").locator("input, textarea").or_(marked(page, "note-charging")).last
    ).to_have_value("楼道里停着三辆电动车")
    context.close()


def test_two_tabs_send_once_and_agree(browser, office):
    """Protects: the lock of the outbox across tabs, and op ids.

    Seen failing without the browser's lock in `alone`: the operation is carried twice (and stored once).
    """
    context, page, task = begun(browser, office, office.somebody())
    other = context.new_page()
    other.goto(office.town.url)
    marked(other, "task").first.wait_for()
    loaded(other)
    page.bring_to_front()
    carried = []
    context.on(
        "requestfinished",
        lambda asked: carried.append(asked) if b"inspection.submit" in (asked.post_data_buffer or b"") else None,
    )
    network(context, on=False)
    fill_form(page)
    sign_and_submit(page)
    network(context, on=True)
    unsent(page, 0)
    unsent(other, 0)
    assert len(office.inspections(task)) == 1
    assert len(carried) == 1
    context.close()
