"""A hazard brought as far as a test wants it: `reported`, then each step by the person whose step it is."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.accounts.models import User
from backend.foundation import clock
from backend.hazards import services
from backend.hazards.bodies import Done, Judgement, NewFinding, NewPicture, NewRecheck, Order, PointAnswer, Signed
from backend.hazards.models import Hazard, Source
from backend.hazards.queries import get_hazard
from backend.hazards.services import Finding, report
from backend.hazards.states import HazardState, Level
from tests.cast import Cast

STEPS = [HazardState.REPORTED, HazardState.JUDGED, HazardState.RECTIFYING, HazardState.AWAITING_RECHECK]
BEFORE, AFTER, SEEN, SIGNATURE = "1b" * 32, "2a" * 32, "3c" * 32, "4d" * 32


def elements(**changes: Any) -> dict[str, Any]:
    whole = {
        "responsible": "王店主", "measures": "清出充电车辆，装设室外充电桩", "funds": "3000 元自筹",
        "deadline": clock.now() + timedelta(days=7), "emergency_plan": "专人看护，配灭火器",
    }  # fmt: skip
    return whole | changes


def finding(cast: Cast, *, enterprise: int = 0, found_at: datetime | None = None, **more: Any) -> Finding:
    place = cast.enterprises[enterprise]
    whole = {"description": "楼道充电", "source": Source.PATROL, "found_at": found_at or clock.now()}
    return Finding(enterprise=place, **(whole | more))


def found(cast: Cast, hazard_id: UUID, *, enterprise: int = 0, **more: Any) -> NewFinding:
    """What a phone sends of something it came across."""
    whole = {
        "enterprise_id": cast.enterprises[enterprise].pk, "source": "patrol", "description": "楼道充电",
        "found_at": clock.now(), "photos": [picture(BEFORE)],
    }  # fmt: skip
    return NewFinding(hazard_id=hazard_id, **(whole | more))


def picture(sha256: str) -> NewPicture:
    return NewPicture(sha256=sha256, taken_at=clock.now())


def judgement(cast: Cast, hazard: Hazard, *, level: str = "major", **more: Any) -> Judgement:
    return Judgement(hazard_id=hazard.pk, level=level, **({"clause_id": cast.clause().pk} | more))


def order(hazard: Hazard, *, rectifier: User | None = None, **more: Any) -> Order:
    return Order(hazard_id=hazard.pk, rectifier_id=rectifier.pk if rectifier else None, **(elements() | more))


def done(hazard: Hazard, **more: Any) -> Done:
    return Done(hazard_id=hazard.pk, **({"at": clock.now(), "photos": [picture(AFTER)]} | more))


def looked(hazard: Hazard, by: User, *, passed: bool = True, **more: Any) -> NewRecheck:
    """A complete re-check of the latest report of done; all points fixed, or none."""
    row = get_hazard(hazard.pk)
    order = getattr(row, "rectification", None)
    keys = [point["key"] for point in order.points] if order and order.ordered_at else ["1"]
    last = row.reports.order_by("-number").first()
    whole: dict[str, Any] = {
        "report_id": last.pk if last else hazard.pk, "at": clock.now(), "photos": [picture(SEEN)],
        "points": [PointAnswer(key=key, verdict="fixed" if passed else "not_fixed") for key in keys],
        "opinion": "" if passed else "插座仍在楼道", "signature": Signed(name=by.name, sha256=SIGNATURE),
    }  # fmt: skip
    return NewRecheck(hazard_id=hazard.pk, **(whole | more))


def recheck(hazard: Hazard, *, acting_user: User, passed: bool = True, **more: Any) -> Hazard:
    return services.recheck(looked(hazard, acting_user, passed=passed, **more), acting_user=acting_user)


def hazard_in(cast: Cast, state: HazardState, *, level: Level = Level.MAJOR, enterprise: int = 0) -> Hazard:
    """wang finds it, the officer judges and orders, the boss rectifies and asks for the re-check."""
    steps = [
        lambda hazard: services.judge(judgement(cast, hazard, level=level.value), acting_user=cast.officer),
        lambda hazard: services.order_rectification(order(hazard, rectifier=cast.boss), acting_user=cast.officer),
        lambda hazard: services.ask_recheck(done(hazard), acting_user=cast.boss),
    ]
    hazard = report(finding(cast, enterprise=enterprise), acting_user=cast.wang)
    for step in steps[: STEPS.index(state)]:
        hazard = step(hazard)
    return hazard
