"""Reminders and escalation: rules are data, each is said once, to the right person, and stands in the journal."""

from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest

from backend.accounts.models import RoleHeld
from backend.accounts.roles import Role
from backend.config import schedule
from backend.dispatch.models import Reminder, ReminderRule
from backend.dispatch.queries import get_task
from backend.dispatch.reminders import NewRule, send_reminders, set_rule
from backend.dispatch.steering import Decline, decline, hand_over
from backend.foundation import clock
from backend.foundation.problems import Problem
from backend.inspections.services import submit
from backend.journal.models import Event
from backend.journal.queries import after
from tests.backend.dispatch.orders import also, sent
from tests.backend.journal.writers import all_at_once, on_disk
from tests.backend.phone import Phone
from tests.cast import TOWN, make_cast

__all__ = ["on_disk"]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def task(cast):
    send_reminders()  # the usual rules are there before anything is sent
    return sent(cast)


def heard(user):
    events = [event for event in after(f"p:{user.pk}", 0, 100) if event["t"] == "task.reminded"]
    return [(event["b"]["reminder"]["hears"], event["b"]["reminder"]["minutes"]) for event in events]


def remind(moment):
    with clock.at(moment):
        return send_reminders()


def test_nothing_is_said_before_it_is_due(task):
    assert remind(task.deadline - 25 * HOUR) == 0
    assert not Reminder.objects.exists()


def test_assignee_then_lead_then_head_then_office(cast, task):
    for hours in (-23, 1, 25, 73, 169):
        remind(task.deadline + hours * HOUR)
    assert heard(cast.wang) == [("assignee", -1440), ("assignee", 0)]
    assert heard(cast.lead) == [("lead", 1440)]
    assert heard(cast.head) == [("head", 4320)]
    assert heard(cast.office) == [("office", 10080)]
    assert heard(cast.other_lead) == heard(cast.mayor) == heard(cast.boss) == []


def test_an_urgent_one_climbs_sooner(cast):
    send_reminders()
    urgent = sent(cast, priority="urgent")
    remind(urgent.deadline + 9 * HOUR)
    assert (heard(cast.lead), heard(cast.head), heard(cast.office)) == ([("lead", 120)], [("head", 480)], [])


def test_each_is_said_once_however_often_the_clock_comes(cast, task):
    for _ in range(3):
        remind(task.deadline + 25 * HOUR)
    assert heard(cast.wang) == [("assignee", -1440), ("assignee", 0)]
    assert Event.objects.filter(type="task.reminded").count() == 3


def test_two_clocks_at_once_say_it_once(on_disk):
    cast = make_cast()
    send_reminders()
    task = sent(cast)
    told = all_at_once(lambda _: remind(task.deadline + HOUR), 3)
    assert sum(told) == 2
    assert Reminder.objects.count() == 2


def test_what_is_done_or_withdrawn_is_not_chased(cast, task):
    other = cast.task_for(3)
    submit(cast.result(task), acting_user=cast.wang)
    Phone(cast.lead).post(f"/api/tasks/{other.pk}/withdrawal", {"why": "x"})
    assert remind(task.deadline + 25 * HOUR) == 0


def test_what_is_declined_is_the_senders_to_chase(cast, task):
    decline(Decline(task_id=task.pk, assignment_no=1, at=clock.now(), why="x"), acting_user=cast.wang)
    remind(task.deadline + 25 * HOUR)
    assert (heard(cast.wang), heard(cast.lead)) == ([], [("lead", 1440)])


def test_what_passed_before_a_hand_over_is_not_said_again(cast, task):
    remind(task.deadline + 25 * HOUR)
    with clock.at(task.deadline + 26 * HOUR):
        hand_over(get_task(task.pk), cast.li, acting_user=cast.lead, why="x")
    remind(task.deadline + 27 * HOUR)
    assert (heard(cast.li), heard(cast.lead)) == ([], [("lead", 1440)])
    remind(task.deadline + 73 * HOUR)
    assert heard(cast.head) == [("head", 4320)]


def test_where_there_is_no_lead_the_next_level_hears(cast, task):
    RoleHeld.objects.filter(role=Role.DEPARTMENT_LEAD).update(until=clock.today() - DAY)
    remind(task.deadline + 25 * HOUR)
    assert heard(cast.head) == [("head", 1440)]


def test_where_there_is_nobody_it_is_noted_and_not_asked_again(cast, task):
    roles = [Role.DEPARTMENT_LEAD, Role.DEPARTMENT_HEAD, Role.SAFETY_OFFICE]
    RoleHeld.objects.filter(role__in=roles).update(until=clock.today() - DAY)
    for _ in range(2):
        remind(task.deadline + 25 * HOUR)
    assert Reminder.objects.filter(user=None).count() == 1


def test_after_a_long_pause_old_reminders_are_left_out(task):
    assert remind(task.deadline + timedelta(days=30)) == 0


def test_a_new_rule_does_not_speak_of_the_past(cast, task):
    ReminderRule.objects.update(active=False)
    with clock.at(task.deadline + 2 * HOUR):
        set_rule(uuid4(), NewRule(town=TOWN, minutes=60, hears="office"), acting_user=cast.office)
        assert send_reminders() == 0
        set_rule(uuid4(), NewRule(town=TOWN, minutes=180, hears="office"), acting_user=cast.office)
    assert remind(task.deadline + 4 * HOUR) == 1


def test_the_enterprise_is_not_reminded_of_what_it_must_not_know(cast):
    """The only lead of the department has a post at the enterprise."""
    send_reminders()
    also(cast.lead, Role.ENTERPRISE_STAFF, enterprise_id=cast.enterprises[0].pk)
    secret = sent(cast, by="head", kind="unannounced", assignee_id=cast.officer.pk)
    remind(secret.deadline + 25 * HOUR)
    assert (heard(cast.lead), heard(cast.head)) == ([], [("head", 1440)])


def test_the_clock_carries_it(cast):
    (mine,) = [periodic for periodic in schedule.SCHEDULE if periodic.name == "task_reminders"]
    assert mine.run is send_reminders


def test_a_person_reads_their_own_reminders(cast, task):
    remind(task.deadline + HOUR)
    results = Phone(cast.wang).get("/api/reminders").json()["results"]
    assert [(row["task_id"], row["minutes"]) for row in results] == [(str(task.pk), 0), (str(task.pk), -1440)]
    assert Phone(cast.li).get("/api/reminders").json()["results"] == []


def rule(**changes):
    return {"town": TOWN, "kind": "patrol", "minutes": 30, "hears": "lead"} | changes


def test_the_office_sets_rules_and_it_stands_in_the_chain(cast):
    office, one = Phone(cast.office), uuid4()
    put = office._send("put", f"/api/reminder-rules/{one}", rule_bytes(rule()), "application/json")
    assert (put.status_code, put.json()["version"]) == (200, 1)
    listed = [row["id"] for row in office.get("/api/reminder-rules").json()["results"]]
    assert str(one) in listed
    stale = office._send("put", f"/api/reminder-rules/{one}", rule_bytes(rule(version=7)), "application/json")
    assert (stale.status_code, stale.json()["code"]) == (409, "somebody_was_faster")
    assert Event.objects.filter(type="reminder_rule.changed").count() == 1


def rule_bytes(body):
    return msgspec.json.encode(body)


def test_the_rules_of_another_town_are_out_of_reach(cast):
    with pytest.raises(Problem, match="not_your_town"):
        set_rule(uuid4(), NewRule(town="900000002", minutes=0, hears="office"), acting_user=cast.office)
    assert not ReminderRule.objects.exists()
