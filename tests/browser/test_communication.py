"""A communication test, from the office to a person's thumb."""

from uuid import uuid4

from playwright.sync_api import expect

from tests.browser.people import PHONE, marked, opened


def test_the_phone_answers_by_itself_and_the_person_with_one_tap(server, place, browser):
    """Seen failing with `answerTests` not called in `state/running.ts`, and with the banner taken out of `App.vue`."""
    context, phone = opened(browser, server.url, "/", place.lead, PHONE)
    expect(marked(phone, "connection")).to_have_attribute("data-state", "live", timeout=15_000)
    _, office = opened(browser, server.url, "/console", place.office, {"width": 1440, "height": 900})
    test, town = str(uuid4()), office.evaluate("async () => (await (await fetch('/api/session')).json()).town.code")
    office.evaluate(
        """async (body) => { await fetch('/api/communication-tests', {method: 'POST', body: JSON.stringify(body), headers: {
          'Content-Type': 'application/json', 'X-CSRFToken': document.cookie.match(/csrftoken=([^;]+)/)[1]}}) }""",
        {"id": test, "town": town},
    )
    expect(marked(phone, "communication-test")).to_be_visible(timeout=10_000)
    marked(phone, "confirm-test").click()
    expect(marked(phone, "communication-test")).to_have_count(0)
    expect(marked(phone, "unsent").first).to_have_attribute("data-count", "0", timeout=15_000)
    replies = office.evaluate(
        "async (id) => (await (await fetch('/api/communication-tests/' + id)).json()).replies", test
    )
    (mine,) = [reply for reply in replies if reply["person"]["phone"] == place.lead]
    assert mine["way"] == "live"
    assert mine["confirmed_at"]
    context.close()
