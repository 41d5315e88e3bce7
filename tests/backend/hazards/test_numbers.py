"""Ledger numbers: town, year, running; never given twice, whoever reports at the same moment."""

from datetime import datetime

from backend.foundation import clock
from backend.hazards.models import Hazard
from backend.hazards.services import report
from tests.backend.hazards.loop import finding
from tests.backend.journal.writers import all_at_once, on_disk
from tests.cast import TOWN, make_cast

__all__ = ["on_disk"]


def test_they_run_on_within_the_year_and_begin_anew_with_the_next(cast):
    numbers = []
    for year in (2026, 2026, 2027):
        with clock.at(datetime(year, 11, 23, tzinfo=clock.ZONE)):
            numbers.append(report(finding(cast), acting_user=cast.wang).number)
    assert numbers == [f"{TOWN}-2026-0001", f"{TOWN}-2026-0002", f"{TOWN}-2027-0001"]


def test_the_year_is_the_towns_and_not_that_of_utc(cast):
    with clock.at(datetime.fromisoformat("2027-01-01T00:30:00+08:00")):
        assert report(finding(cast), acting_user=cast.wang).number.startswith(f"{TOWN}-2027-")


def test_many_report_at_once_and_no_number_is_given_twice(on_disk):
    cast = make_cast()
    found = all_at_once(lambda n: report(finding(cast, enterprise=n % 6), acting_user=cast.wang).number, 8)
    assert sorted(int(number[-4:]) for number in found) == list(range(1, 9))
    assert Hazard.objects.count() == 8
