"""Three days behind the hill: five results with photos, one task handed over meanwhile, nothing lost and nothing twice."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests.browser.people import marked
from tests.faults.phones import go, inspect, loaded, network, phone_of, unsent

HAND_OVER = """
from backend.accounts.models import User
from backend.dispatch.models import Task
from backend.dispatch.steering import hand_over
task = Task.objects.select_related("dispatch").get(pk="{task}")
office = User.objects.get(phone="10000000401")
other = User.objects.get(phone="{other}")
hand_over(task, other, acting_user=office, why="reassigned")
answer = task.assignment_no
"""


def test_five_results_and_a_task_that_went_to_somebody_else(browser, office):
    """Protects: `PhoneReplica.work` keeps a row while work about it waits, the outbox its operations and photos over
    a reload, the server takes the former holder's result in as late, and `sweep` lets the row go afterwards.

    Seen failing with a row let go as soon as the server takes it away: nobody is told where the result went.
    """
    worker, other = office.somebody(), office.somebody()
    tasks = office.send(worker, 5, (datetime.now(UTC) + timedelta(days=2)).isoformat())
    context, page = phone_of(browser, office, worker)
    expect(marked(page, "task")).to_have_count(5, timeout=15_000)
    loaded(page)

    network(context, on=False)
    for task in tasks:
        inspect(page, task)
    unsent(page, 5)
    lost = tasks[0]
    office.town.inside(HAND_OVER.format(task=lost, other=other.phone))

    # three days later, the phone is switched off and on, still without a signal
    context.clock.install(time=datetime.now(UTC) + timedelta(days=3))
    page.reload()
    unsent(page, 5)
    go(page, "/")
    marked(page, "show-done").click()
    expect(marked(page, "task")).to_have_count(5)
    assert office.inspections(lost) == []

    network(context, on=True)
    unsent(page, 0, timeout=40_000)
    for task in tasks:
        (inspection,) = office.inspections(task)
        assert inspection["late"] is (task == lost)
        assert inspection["inspector"]["name"] == worker.name
        assert {s["stored"] for s in inspection["signatures"] if s["sha256"]} == {True}
        assert [p["stored"] for a in inspection["answers"] for p in a["photos"]] == [True]
    # gone from the list, and said so
    expect(marked(page, "task")).to_have_count(4)
    marked(page, "tab-sync").click()
    expect(marked(page, "handed-over").locator("li")).to_have_count(1)
    context.close()
