"""A phone's clock is wrong, or is put right in the middle of the work. It is written down, and decides nothing."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.people import marked
from tests.faults.phones import begin, desk, fill_form, go, phone_of, sign_and_submit, unsent
from tests.faults.town import LEAD, until

OPERATIONS = """
from backend.sync.models import Operation
rows = Operation.objects.filter(user__phone="{phone}").order_by("received_at", "n")
answer = [(r.n, r.type, r.client_time, r.received_at.isoformat(), r.status) for r in rows]
"""
LATEST = """
from backend.dispatch.models import Task
task = Task.objects.select_related("enterprise").get(pk="{task}")
found = [hazard.found_at for hazard in task.hazards.all()]
answer = max([task.enterprise.last_visit, *(fact.at for fact in task.facts.all()), *found]).isoformat()
"""


def now():
    return datetime.now(UTC)


def operations(office, worker):
    """(n, type, skew of the phone's stamp, status) in the order in which the server took them in."""
    rows = office.town.inside(OPERATIONS.format(phone=worker.phone))
    read = datetime.fromisoformat
    return [(n, kind, read(said) - read(received), status) for n, kind, said, received, status in rows]


def skew_shown(office, worker):
    """Of the worker's phone, as a department lead reads it, once the phone has told it."""

    def told():
        devices = lead.get("/api/devices", params={"limit": 200}).json()["results"]
        return [d for d in devices if d["person"]["phone"] == worker.phone and d["health_at"]]

    with closing(desk(office.town, LEAD)) as lead:
        (device,) = until(told, "the phone to tell how it is")
    return timedelta(seconds=device["clock_skew_s"])


def reached(office, task, rung):
    """The server has it: what was done before is stamped and sent, whatever happens to the clock now."""
    until(lambda: office.get(f"/api/tasks/{task}")["ladder"][rung], f"{rung} on the server")


@pytest.mark.parametrize("wrong", [timedelta(days=-3), timedelta(days=365)], ids=["three_days_slow", "a_year_fast"])
def test_work_done_by_a_wrong_clock(browser, office, wrong):
    """Protects: the server takes operations whatever their stamp says, keeps stamp and arrival both, judges deadlines
    and the last visit by its own clock; `phone/state/clock.ts` shows deadlines by the server's clock and says that
    the phone's is wrong.

    Seen failing with `aheadMs` left at 0 (the task is overdue, or not due today), and with `clock.happened` taken out of
    the server (an enterprise visited in a year).
    """
    worker = office.somebody()
    (task,) = office.send(worker, 1, (now() + timedelta(hours=5)).isoformat())
    context, page = phone_of(browser, office, worker, clock=now() + wrong)

    # due in five hours, here too: neither overdue for a year nor far away
    card = marked(page, "task")
    expect(card).to_have_class("task card today", timeout=15_000)
    begin(page, task)
    fill_form(page)
    sign_and_submit(page)
    unsent(page, 0)
    go(page, "/sync")
    expect(marked(page, "clock-off")).to_contain_text("慢了 3 天" if wrong < timedelta() else "快了 365 天")

    done = operations(office, worker)
    assert [n for n, *_ in done] == sorted(n for n, *_ in done)
    assert {status for *_, status in done} == {"applied"}
    assert all(abs(skew - wrong) < timedelta(minutes=2) for _, _, skew, _ in done)
    (inspection,) = office.inspections(task)
    assert not inspection["late"]
    finished, received = (datetime.fromisoformat(inspection[k]) for k in ("finished_at", "received_at"))
    assert abs(finished - received - wrong) < timedelta(minutes=2), "both times are kept as they are"
    latest = datetime.fromisoformat(office.town.inside(LATEST.format(task=task)))
    assert latest <= now(), "nobody was visited in the future, no hazard found there"
    assert abs(skew_shown(office, worker) - wrong) < timedelta(minutes=2)
    assert office.get(f"/api/tasks/{task}")["state"] == "completed"
    context.close()


def test_a_clock_that_jumps_in_the_middle(browser, office):
    """Protects: `n` and the server's order, not stamps, order the work of a phone; spans are measured by a clock that
    does not jump, so the connection lives on.

    Seen failing with the stamp of the clock in place of the counter `n`.
    """
    worker = office.somebody()
    (task,) = office.send(worker, 1, (now() + timedelta(hours=5)).isoformat())
    context, page = phone_of(browser, office, worker, clock=now())
    expect(marked(page, "connection")).to_have_attribute("data-state", "live", timeout=15_000)
    go(page, f"/task/{task}")
    marked(page, "accept").wait_for()
    reached(office, task, "opened")
    page.clock.set_system_time(now() - timedelta(days=3))
    marked(page, "accept").click()
    marked(page, "check-in").wait_for()
    reached(office, task, "accepted")
    page.clock.set_system_time(now() + timedelta(days=365))
    marked(page, "check-in").click()
    marked(page, "start").wait_for()
    unsent(page, 0)
    expect(marked(page, "connection")).to_have_attribute("data-state", "live")
    done = operations(office, worker)
    assert [(n, kind, status) for n, kind, _, status in done] == [
        (1, "task.open", "applied"), (2, "task.accept", "applied"), (3, "task.check_in", "applied"),
    ]  # fmt: skip
    assert [round(skew / timedelta(days=1)) for _, _, skew, _ in done] == [0, -3, 365]

    # what the office sends afterwards still comes by itself
    office.send(worker, 1, (now() + timedelta(hours=5)).isoformat())
    go(page, "/")
    expect(marked(page, "task")).to_have_count(2, timeout=10_000)
    context.close()
