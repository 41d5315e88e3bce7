"""A hazard brought as far as a test wants it: `reported`, then each step by the person whose step it is."""

from datetime import datetime, timedelta
from typing import Any

from backend.foundation import clock
from backend.hazards.models import Hazard, Source
from backend.hazards.services import Finding, ask_recheck, judge, order_rectification, report
from backend.hazards.states import HazardState, Level
from tests.cast import Cast

STEPS = [HazardState.REPORTED, HazardState.JUDGED, HazardState.RECTIFYING, HazardState.AWAITING_RECHECK]


def elements(**changes: Any) -> dict[str, Any]:
    whole = {
        "responsible": "王店主", "measures": "清出充电车辆，装设室外充电桩", "funds": "3000 元自筹",
        "deadline": clock.now() + timedelta(days=7), "emergency_plan": "专人看护，配灭火器",
    }  # fmt: skip
    return whole | changes


def finding(cast: Cast, *, enterprise: int = 0, found_at: datetime | None = None, **more: Any) -> Finding:
    place = cast.enterprises[enterprise]
    found_at = found_at or clock.now()
    return Finding(enterprise=place, description="楼道充电", source=Source.PATROL, found_at=found_at, **more)


def hazard_in(cast: Cast, state: HazardState, *, level: Level = Level.MAJOR) -> Hazard:
    """wang finds it, the officer judges and orders, the boss rectifies and asks for the re-check."""
    steps = [
        lambda hazard: judge(hazard, level=level, clause=cast.clause(), acting_user=cast.officer),
        lambda hazard: order_rectification(hazard, elements(), acting_user=cast.officer, rectifier=cast.boss),
        lambda hazard: ask_recheck(hazard, acting_user=cast.boss),
    ]
    hazard = report(finding(cast), acting_user=cast.wang)
    for step in steps[: STEPS.index(state)]:
        hazard = step(hazard)
    return hazard
