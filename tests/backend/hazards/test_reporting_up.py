"""A major hazard is reported to the department, which confirms it by name; what the law counts is shown with its evidence."""

from datetime import timedelta
from uuid import uuid4

import pytest

from backend.enterprises.models import Enterprise
from backend.foundation import clock
from backend.foundation.problems import Problem
from backend.hazards.bodies import Cancellation, Decision, Extension, Merge, OnTheSpot, Receipt, ReportUp
from backend.hazards.exemption import exemption
from backend.hazards.merging import merge
from backend.hazards.models import DepartmentReport, Petition
from backend.hazards.petitions import ask_extension, decide, propose_cancellation
from backend.hazards.queries import get_hazard
from backend.hazards.reporting_up import receive, report_up
from backend.hazards.services import ask_recheck, judge, order_rectification, report_found
from backend.hazards.states import HazardState
from backend.hazards.views import hazard_view
from tests.backend.hazards.loop import AFTER, done, found, hazard_in, judgement, order, picture, recheck

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def refused(code):
    return pytest.raises(Problem, match=f"^{code}:")


def found_by_boss(cast, **more):
    return report_found(found(cast, uuid4(), source="self_check", level="major", **more), acting_user=cast.boss)


def met(hazard):
    shown = exemption(get_hazard(hazard.pk))
    return {condition.key: condition.met for condition in shown.conditions}


def said(hazard, key):
    (condition,) = [c for c in exemption(get_hazard(hazard.pk)).conditions if c.key == key]
    return [(one.what, one.who.name if one.who else None) for one in condition.evidence]


def test_the_principal_reports_and_the_department_confirms(cast):
    hazard = found_by_boss(cast)
    report_up(ReportUp(hazard_id=hazard.pk, note="压力容器超期"), acting_user=cast.boss)
    confirmed = receive(Receipt(hazard_id=hazard.pk, note="已收，明日到场"), acting_user=cast.other_lead)
    shown = hazard_view(confirmed).department_report
    assert (shown.department.id, shown.reported_by.id) == (cast.departments["xf"].pk, cast.boss.pk)
    assert (shown.received_by.id, shown.receipt_note) == (cast.other_lead.pk, "已收，明日到场")
    assert shown.reported_at <= shown.received_at


def test_what_nobody_holds_to_be_major_is_not_reported(cast):
    hazard = report_found(found(cast, uuid4(), source="self_check"), acting_user=cast.boss)
    with refused("not_major"):
        report_up(ReportUp(hazard_id=hazard.pk), acting_user=cast.boss)
    judge(judgement(cast, hazard), acting_user=cast.officer)
    assert report_up(ReportUp(hazard_id=hazard.pk), acting_user=cast.boss).department_report


def test_the_judgement_counts_more_than_what_the_finder_held(cast):
    hazard = found_by_boss(cast)
    judge(judgement(cast, hazard, level="general"), acting_user=cast.officer)
    with refused("not_major"):
        report_up(ReportUp(hazard_id=hazard.pk), acting_user=cast.boss)


def test_it_is_reported_and_confirmed_once(cast):
    hazard = found_by_boss(cast)
    with refused("not_reported"):
        receive(Receipt(hazard_id=hazard.pk), acting_user=cast.other_lead)
    report_up(ReportUp(hazard_id=hazard.pk), acting_user=cast.boss)
    with refused("already_reported"):
        report_up(ReportUp(hazard_id=hazard.pk), acting_user=cast.guard)
    receive(Receipt(hazard_id=hazard.pk), acting_user=cast.other_lead)
    with refused("already_received"):
        receive(Receipt(hazard_id=hazard.pk), acting_user=cast.other_lead)


def test_an_officer_of_another_department_does_not_confirm_for_it(cast):
    hazard = found_by_boss(cast)
    report_up(ReportUp(hazard_id=hazard.pk), acting_user=cast.boss)
    for person in (cast.officer, cast.office):
        with refused("not_your_hazard"):
            receive(Receipt(hazard_id=hazard.pk), acting_user=person)
    assert DepartmentReport.objects.get().received_at is None


def test_where_no_department_answers_for_the_sector_the_safety_office_confirms(cast):
    Enterprise.objects.filter(pk=cast.enterprises[0].pk).update(department=None)
    hazard = found_by_boss(cast)
    report_up(ReportUp(hazard_id=hazard.pk), acting_user=cast.boss)
    with refused("not_your_hazard"):
        receive(Receipt(hazard_id=hazard.pk), acting_user=cast.officer)
    assert receive(Receipt(hazard_id=hazard.pk), acting_user=cast.office).department_report.received_by == cast.office


def test_what_is_finished_is_not_reported_any_more(cast):
    hazard = found_by_boss(cast)
    propose_cancellation(Cancellation(hazard_id=hazard.pk, reason="误报"), acting_user=cast.officer)
    petition = Petition.objects.get()
    decide(Decision(hazard_id=hazard.pk, petition_id=petition.pk, granted=True), acting_user=cast.other_lead)
    with refused("hazard_final"):
        report_up(ReportUp(hazard_id=hazard.pk), acting_user=cast.boss)


def test_the_three_conditions_as_they_come_to_be_met(cast):
    hazard = found_by_boss(cast)
    assert met(hazard) == {"found_by_itself": True, "reported_in_time": None, "rectified_in_time": None}
    report_up(ReportUp(hazard_id=hazard.pk), acting_user=cast.boss)
    judge(judgement(cast, hazard), acting_user=cast.officer)
    order_rectification(order(hazard, rectifier=cast.boss), acting_user=cast.officer)
    shown = exemption(get_hazard(hazard.pk))
    assert shown.all_met
    assert "执法人员" in shown.note["zh"]
    receive(Receipt(hazard_id=hazard.pk), acting_user=cast.other_lead)
    assert said(hazard, "found_by_itself") == [("found", "boss")]
    assert said(hazard, "reported_in_time") == [("due", None), ("reported", "boss"), ("received", "other_lead")]
    assert said(hazard, "rectified_in_time") == [("ordered", None), ("deadline", None)]
    recheck(ask_recheck(done(hazard), acting_user=cast.boss), acting_user=cast.officer)
    assert met(hazard)["rectified_in_time"] is True
    assert get_hazard(hazard.pk).state == "closed", "and nothing of all this has decided anything"


def test_reported_too_late_is_not_in_time(cast):
    hazard = found_by_boss(cast, found_at=clock.now() - 25 * HOUR)
    assert met(hazard)["reported_in_time"] is False, "the hours are over and nobody has reported"
    report_up(ReportUp(hazard_id=hazard.pk), acting_user=cast.boss)
    assert met(hazard)["reported_in_time"] is False


def test_past_its_date_it_is_not_in_time(cast):
    hazard = hazard_in(cast, HazardState.RECTIFYING)
    with clock.at(hazard.due + HOUR):
        assert met(hazard)["rectified_in_time"] is False
        ask_recheck(done(hazard), acting_user=cast.boss)
        recheck(hazard, acting_user=cast.officer)
    assert met(hazard)["rectified_in_time"] is False, "closed, but after its date"


def test_an_extension_that_was_granted_stands_in_the_evidence(cast):
    hazard = hazard_in(cast, HazardState.RECTIFYING)
    late = hazard.due + 5 * DAY
    ask_extension(Extension(hazard_id=hazard.pk, deadline=late, reason="配件未到"), acting_user=cast.boss)
    petition = Petition.objects.get()
    decide(Decision(hazard_id=hazard.pk, petition_id=petition.pk, granted=True), acting_user=cast.other_lead)
    assert ("extended", "other_lead") in said(hazard, "rectified_in_time")
    with clock.at(hazard.due + DAY):
        assert met(hazard)["rectified_in_time"] is True


def test_fixed_on_the_spot_is_in_time(cast):
    hazard = found_by_boss(cast, on_the_spot=OnTheSpot(after=[picture(AFTER)]))
    assert met(hazard)["rectified_in_time"] is True


def test_what_somebody_else_had_found_before_was_not_found_by_itself(cast):
    with clock.at(clock.now() - 2 * DAY):
        earlier = hazard_in(cast, HazardState.REPORTED)
    hazard = found_by_boss(cast)
    assert met(hazard)["found_by_itself"] is True
    merge(Merge(hazard_id=earlier.pk, into=hazard.pk, why="同一处"), acting_user=cast.officer)
    assert met(hazard)["found_by_itself"] is False
    assert said(hazard, "found_by_itself") == [("found", "boss"), ("double", "wang")]


def test_what_others_found_was_not_found_by_itself(cast):
    assert met(hazard_in(cast, HazardState.REPORTED))["found_by_itself"] is False
