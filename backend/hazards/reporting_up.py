"""An enterprise reports a major hazard to the department responsible; a named person there confirms it."""

from backend.accounts.models import User
from backend.accounts.roles import RECEIVE, REPORT_UP
from backend.foundation import clock
from backend.hazards.bodies import Receipt, ReportUp
from backend.hazards.models import DepartmentReport, Hazard
from backend.hazards.permissions import require_department, require_may
from backend.hazards.problems import ALREADY_RECEIVED, ALREADY_REPORTED, NOT_MAJOR, NOT_REPORTED
from backend.hazards.states import Level
from backend.hazards.steps import acting, learn, require_open


def report_up(report: ReportUp, *, acting_user: User) -> Hazard:
    """To the department responsible; where the sector has none, to the safety office. A hazard that the finder holds to be
    major is reported before anybody has judged it: the law says promptly.

    Raises not_allowed, not_your_hazard, hazard_final, not_major, already_reported.
    """
    with acting(report, "report_up", acting_user) as hazard:
        require_may(REPORT_UP, hazard, acting_user)
        require_open(hazard)
        if (hazard.level or hazard.proposed_level) != Level.MAJOR:
            raise NOT_MAJOR.because(level=hazard.level or hazard.proposed_level or None)
        if DepartmentReport.objects.filter(hazard=hazard).exists():
            raise ALREADY_REPORTED.because()
        DepartmentReport.objects.create(
            hazard=hazard,
            department=hazard.department,
            reported_by=acting_user,
            reported_at=clock.now(),
            note=report.note,
        )
        return learn(hazard, acting_user)


def receive(receipt: Receipt, *, acting_user: User) -> Hazard:
    """Somebody of that department confirms, by name and time. Raises not_allowed, not_your_hazard, not_reported,
    already_received."""
    with acting(receipt, "receive", acting_user) as hazard:
        require_may(RECEIVE, hazard, acting_user)
        report = DepartmentReport.objects.filter(hazard=hazard).first()
        if report is None:
            raise NOT_REPORTED.because()
        require_department(hazard, report.department_id, acting_user)
        if report.received_at:
            raise ALREADY_RECEIVED.because(at=report.received_at.isoformat())
        report.received_by, report.received_at, report.receipt_note = acting_user, clock.now(), receipt.note
        report.save(update_fields=["received_by", "received_at", "receipt_note"])
        return learn(hazard, acting_user)
