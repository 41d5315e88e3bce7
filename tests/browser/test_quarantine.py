"""The office at its console: what a phone sent and the server could not carry out is read, released, dismissed."""

from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.browser.people import CONSOLE, fill, marked, opened
from tests.browser.test_phones import Worker


@pytest.fixture(scope="module")
def worker(server, place):
    phone = Worker(server.url, place.lead)
    yield phone
    phone.client.close()


@pytest.fixture
def console(server, place, browser):
    context, page = opened(browser, server.url, "/console", place.office, CONSOLE)
    marked(page, "tab-phones").click()
    marked(page, "view-quarantine").click()
    yield page
    context.close()


def status_of(worker, op, cups):
    """What the phone is told that sends it, for the first time or again; the server does not know the kind."""
    return worker.send(op_id=op, kind="tea.drink", body={"cups": cups})


def sent(worker, cups):
    op = str(uuid4())
    assert status_of(worker, op, cups) == "quarantined"
    return op


def row_of(page, op):
    return page.locator(f'[data-test="set-aside-row"][data-op-id="{op}"]')


def test_there_is_nothing_then_something_and_why(console, worker):
    expect(marked(console, "list-empty")).to_contain_text("没有待处理的记录")
    op = sent(worker, 2)
    console.reload()
    row_of(console, op).click()
    expect(marked(console, "set-aside-why")).to_contain_text("服务器不认识这种操作")
    expect(marked(console, "set-aside-body")).to_contain_text('"cups": 2')
    expect(marked(console, "drawer")).to_contain_text(worker.me["user"]["phone"])


def test_what_fails_again_stays_and_what_is_dismissed_goes_with_its_reason(console, worker):
    op = sent(worker, 3)
    console.reload()
    row_of(console, op).click()
    marked(console, "release").click()
    expect(marked(console, "settled")).to_contain_text("还是没有办成")
    expect(marked(console, "set-aside-move")).to_have_count(1)
    expect(marked(console, "dismiss")).to_be_disabled()
    fill(console, "dismiss-reason", "不是工作内容")
    marked(console, "dismiss").click()
    expect(marked(console, "set-aside-status")).to_have_attribute("data-status", "rejected")
    expect(marked(console, "set-aside-move")).to_have_count(2)
    expect(marked(console, "drawer")).to_contain_text("不是工作内容")
    expect(marked(console, "release")).to_have_count(0)
    expect(row_of(console, op)).to_have_count(0, timeout=5_000)
    assert status_of(worker, op, 3) == "rejected", "the phone is told the same"

    marked(console, "close-drawer").click()
    marked(console, "standing-rejected").click()
    expect(row_of(console, op)).to_contain_text("已决定不予采用")


def test_somebody_who_was_faster_is_not_overwritten(console, worker, server, place):
    op = sent(worker, 4)
    console.reload()
    row_of(console, op).click()
    marked(console, "release").wait_for()
    other = Worker(server.url, place.office)
    other.dismiss(op, "重复")
    other.client.close()
    marked(console, "release").click()
    expect(marked(console, "settle-refused")).to_be_visible()
    expect(marked(console, "set-aside-status")).to_have_attribute("data-status", "rejected")
    expect(row_of(console, op)).to_have_count(0, timeout=5_000)


def test_when_the_server_is_out_of_reach_it_says_so_and_tries_again(console, worker):
    op = sent(worker, 5)
    console.context.route("**/api/quarantine?*", lambda route: route.abort())
    marked(console, "standing-conflict").click()
    expect(marked(console, "list-failed")).to_be_visible()
    console.context.unroute("**/api/quarantine?*")
    marked(console, "list-failed").get_by_role("button").click()
    expect(marked(console, "list-empty")).to_be_visible()
    marked(console, "standing-quarantined").click()
    expect(row_of(console, op)).to_be_visible()


def test_a_department_lead_has_no_quarantine(server, place, browser):
    context, page = opened(browser, server.url, "/console#/phones?view=quarantine", place.lead, CONSOLE)
    marked(page, "view-devices").wait_for()
    expect(marked(page, "view-quarantine")).to_have_count(0)
    expect(marked(page, "standing-quarantined")).to_have_count(0)
    context.close()
