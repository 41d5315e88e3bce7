"""A ledger from before the reports of done: the migration works out from its history lines what was ordered and reported."""

from django.core.management import call_command

from backend.hazards.models import Rectification, RectificationReport
from backend.hazards.queries import get_hazard
from backend.hazards.states import HazardState
from tests.backend.hazards.loop import hazard_in, recheck


def test_an_older_ledger_goes_on_where_it_stood(committed_cast):
    cast = committed_cast
    rectifying, waiting = (hazard_in(cast, s) for s in (HazardState.RECTIFYING, HazardState.AWAITING_RECHECK))
    ordered_at, lon = rectifying.moves.latest("id").at, rectifying.lon
    call_command("migrate", "hazards", "0001", verbosity=0)
    try:
        call_command("migrate", "hazards", verbosity=0)
        assert RectificationReport.objects.get().by == cast.boss
        assert get_hazard(rectifying.pk).lon == lon
        order = Rectification.objects.get(hazard=rectifying)
        assert (order.ordered_at, order.ordered_by) == (ordered_at, cast.officer)
        assert order.points == [{"key": "1", "text": "楼道充电"}]
        assert recheck(waiting, acting_user=cast.officer).state == "closed"
    finally:
        call_command("migrate", verbosity=0)
