"""Who answers for a hazard: whom the register names for the unit, else whom the table names for its sector and place."""

from datetime import timedelta
from uuid import uuid4

import pytest

from backend.enterprises.models import Enterprise
from backend.enterprises.responsibilities import NewResponsibility, assign, blind_spots_visible_to
from backend.foundation import clock
from backend.hazards.queries import hazards_visible_to
from backend.hazards.services import report, report_found
from backend.hazards.views import hazard_view
from backend.inspections.services import submit
from backend.journal.models import Delivery
from tests.backend.hazards.loop import finding, found
from tests.cast import TOWN

BRIDGE, MOUTH = "900000001200", "900000001201"


@pytest.fixture
def unnamed(cast):
    """No unit has a department of its own."""
    Enterprise.objects.update(department=None)
    for place in cast.enterprises:
        place.refresh_from_db()


def line(cast, department, division=TOWN, *, days_ago=30):
    since = clock.today() - timedelta(days=days_ago)
    wanted = NewResponsibility(
        id=uuid4(), sector="07", division=division, department_id=cast.departments[department].pk, since=since
    )
    return assign(wanted, acting_user=cast.office)


def test_the_villages_line_goes_before_the_towns(cast, unnamed):
    line(cast, "yj")
    line(cast, "xf", BRIDGE)
    in_bridge = report(finding(cast, enterprise=0), acting_user=cast.wang)
    at_the_mouth = report(finding(cast, enterprise=4), acting_user=cast.chen)
    assert [row.department.code for row in (in_bridge, at_the_mouth)] == ["xf", "yj"]
    streams = set(Delivery.objects.filter(event__target=in_bridge.pk).values_list("stream", flat=True))
    assert f"d:{cast.departments['xf'].pk}" in streams, "the department hears of it"
    assert hazards_visible_to(cast.other_lead).filter(pk=in_bridge.pk).exists()


def test_whom_the_register_names_goes_before_the_table(cast):
    line(cast, "yj")
    assert report(finding(cast), acting_user=cast.wang).department.code == "xf"


def test_the_day_it_was_found_decides(cast, unnamed):
    line(cast, "yj", days_ago=30)
    line(cast, "xf", days_ago=3)
    then = report(finding(cast, found_at=clock.now() - timedelta(days=10)), acting_user=cast.wang)
    now = report_found(found(cast, uuid4()), acting_user=cast.wang)
    assert [row.department.code for row in (then, now)] == ["yj", "xf"]


def test_what_an_inspection_finds_has_its_department_too(cast, unnamed):
    line(cast, "xf", BRIDGE)
    inspection = submit(cast.result(cast.task_for(1), fails=("gas",)), acting_user=cast.wang)
    row = hazards_visible_to(cast.other_lead).get(inspection_id=inspection.pk)
    assert row.department.code == "xf"


def test_where_nobody_answers_for_the_sector_it_has_none_and_is_a_blind_spot(cast, unnamed):
    line(cast, "xf", MOUTH)
    row = report(finding(cast, enterprise=0), acting_user=cast.wang)
    assert hazard_view(row).department is None
    spots = dict(blind_spots_visible_to(cast.office, clock.today()))
    assert spots[row.enterprise] == ["07"]
    assert cast.enterprises[4] not in spots
